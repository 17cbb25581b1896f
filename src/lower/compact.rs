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

use crate::lake::part::SMALL_PAGE;

/// A buffer may be as large as a page, whatever is in it.
const PAGE: usize = 1 << 20;
/// The first buffer of a copy; each further one is twice as large, so often.
const OF_COPY: usize = 8 << 10;
const OF_COPIES: usize = 11;

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
    let mut held: HashMap<*const u8, usize> = HashMap::new();
    for chunk in text.downcast_iter() {
        let lengths: Vec<usize> = chunk.data_buffers().iter().map(|b| b.len()).collect();
        held.extend(chunk.data_buffers().iter().map(|b| b.as_ptr()).zip(rooms(&lengths)));
    }
    let held: usize = held.values().sum();
    if held <= PAGE {
        return None;
    }
    let shown: usize = text.downcast_iter().map(|chunk| chunk.total_bytes_len()).sum();
    if held <= shown.saturating_mul(2).saturating_add(PAGE) {
        return None;
    }
    let chunks = text.downcast_iter().map(|chunk| chunk.clone().gc());
    Some(pl::StringChunked::from_chunk_iter(text.name().clone(), chunks).into_column())
}

/// What the buffers of a chunk may hold, by their lengths. They are full where they are as large as small pages are, or
/// as those of a copy.
fn rooms(lengths: &[usize]) -> Vec<usize> {
    let fills = |(at, length): (usize, &usize)| {
        let room = OF_COPY << at.min(OF_COPIES);
        (room / 8 * 7..=room).contains(length)
    };
    let before_last = lengths.split_last().map_or(lengths, |(_, before)| before);
    let is_copy = lengths.len() > 1 && before_last.iter().enumerate().all(fills);
    let is_full = |length: &usize| is_copy || (SMALL_PAGE..SMALL_PAGE / 4 * 5).contains(length);
    lengths.iter().map(|length| if is_full(length) { *length } else { PAGE.max(*length) }).collect()
}
