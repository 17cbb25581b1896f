//! Text columns without what they do not show.
//!
//! A cell of text is a view into a buffer, and a filter or a join hands on views: a few rows that stay keep all the
//! buffers that they came from. And the reader of Parquet, where it leaves out rows, still makes room for the whole
//! page. So the buffers of a few rows may be those of a whole table.
//!
//! Trap: chunks share buffers, and rows share text. What copies would take counts every row; what there is counts
//! every buffer once, and it cannot be seen how large one is that is not full.

use std::collections::HashMap;

use polars::prelude as pl;
use polars::prelude::IntoColumn;

/// A buffer may be as large as a page, whatever is in it.
const PAGE: usize = 1 << 20;

/// The frame, with copies of the texts that it shows where they are less than half of what it may hold.
pub fn compact(frame: pl::DataFrame) -> pl::DataFrame {
    let mut frame = frame;
    let copies: Vec<pl::Column> = frame.columns().iter().filter_map(copied).collect();
    for copy in copies {
        // Of the same name and length, so it takes the place of the other.
        _ = frame.with_column(copy);
    }
    frame
}

/// A column of text anew, if that is worth it.
fn copied(column: &pl::Column) -> Option<pl::Column> {
    let text = column.as_series()?.str().ok()?;
    let buffers = text.downcast_iter().flat_map(|chunk| chunk.data_buffers().iter());
    let held: HashMap<*const u8, usize> = buffers.map(|b| (b.as_ptr(), b.len().max(PAGE))).collect();
    let held: usize = held.values().sum();
    let shown: usize = text.downcast_iter().map(|chunk| chunk.total_bytes_len()).sum();
    if held <= shown.saturating_mul(2).saturating_add(PAGE) {
        return None;
    }
    let chunks = text.downcast_iter().map(|chunk| chunk.clone().gc());
    Some(pl::StringChunked::from_chunk_iter(text.name().clone(), chunks).into_column())
}
