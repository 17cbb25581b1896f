//! The copies of a record: the row that shows, those that are masked, and those that were not stored as the
//! lake had their payload already; of the last only the place is kept, in a file per run.
//!
//! Trap: an identity is 16 bytes and belongs to a table; the same bytes in another table are another record.

use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, FixedSizeBinaryBuilder, Int32Array, Int64Array, RecordBatch, StringArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::disk::Disk;
use super::hashed::Hashed;
use super::part::plain_error;
use super::rows::Meta;
use super::store::read_columns;
use super::{Error, Lake, ids, read_mask};

/// Copies that are gathered before they are written.
const BATCH: usize = 64 * 1024;

/// What became of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Standing {
    /// The row that a table shows.
    Shown,
    /// Another payload, and not the one that shows.
    Superseded,
    /// The payload of another copy.
    Duplicate,
}

/// A copy of a record, and where it lies in its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    pub table: Arc<str>,
    pub id: u128,
    pub standing: Standing,
    pub source: u32,
    pub ordinal: u64,
    pub offset: u64,
    pub length: u64,
    pub route: Arc<str>,
    pub flags: u16,
}

/// Writes the file of a run.
pub struct Writer {
    writer: ArrowWriter<Hashed>,
    waiting: Vec<(String, Meta)>,
}

fn schema() -> Arc<Schema> {
    let number = |name: &str| Field::new(name, DataType::Int64, false);
    Arc::new(Schema::new(vec![
        Field::new("table", DataType::Utf8, false),
        Field::new("id", DataType::FixedSizeBinary(16), false),
        Field::new("source", DataType::Int32, false),
        number("ordinal"),
        number("offset"),
        number("length"),
        Field::new("route", DataType::Utf8, false),
        Field::new("flags", DataType::Int32, false),
    ]))
}

impl Writer {
    pub fn create(disk: &Disk, path: &Path) -> io::Result<Writer> {
        let level = ZstdLevel::try_new(1).map_err(plain_error)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .set_created_by("auk".to_string())
            .build();
        let writer = ArrowWriter::try_new(Hashed::create(disk, path)?, schema(), Some(properties));
        Ok(Writer { writer: writer.map_err(plain_error)?, waiting: Vec::new() })
    }

    pub fn add(&mut self, table: &str, meta: &Meta) -> io::Result<()> {
        self.waiting.push((table.to_string(), *meta));
        if self.waiting.len() < BATCH { Ok(()) } else { self.write() }
    }

    fn write(&mut self) -> io::Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        let metas = || waiting.iter().map(|(_, meta)| meta);
        let long = |get: fn(&Meta) -> u64| -> ArrayRef {
            Arc::new(Int64Array::from_iter_values(metas().map(|m| get(m) as i64)))
        };
        let mut ids = FixedSizeBinaryBuilder::with_capacity(waiting.len(), 16);
        for meta in metas() {
            ids.append_value(meta.id.to_be_bytes()).map_err(io::Error::other)?;
        }
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from_iter_values(waiting.iter().map(|(table, _)| table))),
            Arc::new(ids.finish()),
            Arc::new(Int32Array::from_iter_values(metas().map(|m| m.source as i32))),
            long(|m| m.ordinal),
            long(|m| m.offset),
            long(|m| m.length),
            Arc::new(StringArray::from_iter_values(metas().map(|m| m.route))),
            Arc::new(Int32Array::from_iter_values(metas().map(|m| i32::from(m.flags)))),
        ];
        let batch = RecordBatch::try_new(schema(), columns).map_err(io::Error::other)?;
        self.writer.write(&batch).and_then(|()| self.writer.flush()).map_err(plain_error)
    }

    /// Ends the file; its hash.
    pub fn finish(mut self) -> io::Result<String> {
        self.write()?;
        self.writer.into_inner().map_err(plain_error)?.finish()
    }
}

/// Goes through all copies of all records of the lake: parts first, then what was not stored.
pub fn each(lake: &Lake, mut look: impl FnMut(Copy)) -> Result<(), Error> {
    const NAMES: [&str; 6] =
        ["_auk_source", "_auk_ordinal", "_auk_offset", "_auk_length", "_auk_route", "_auk_flags"];
    let mut names = Names::default();
    for entry in &lake.manifest().parts {
        let mask = read_mask(lake.dir(), entry)?;
        let superseded: HashSet<u64> = mask.superseded.into_iter().collect();
        let doubled: HashSet<u64> = mask.doubled.into_iter().collect();
        let mut row = 0;
        let path = lake.dir().join(&entry.file);
        for batch in read_columns(&path, Some(&[&NAMES[..], &[ids::column(entry)]].concat()))? {
            let batch = batch.map_err(|e| Error::new(&path, e.to_string()))?;
            let ids = ids::of(entry, &batch);
            let columns = Columns::of(&batch, ids, &NAMES).ok_or_else(|| lost(&path))?;
            for at in 0..batch.num_rows() {
                let standing = if superseded.contains(&row) {
                    Standing::Superseded
                } else if doubled.contains(&row) {
                    Standing::Duplicate
                } else {
                    Standing::Shown
                };
                row += 1;
                look(columns.copy(at, &entry.table, standing, &mut names));
            }
        }
    }
    for file in &lake.manifest().copies {
        const NAMES: [&str; 6] = ["source", "ordinal", "offset", "length", "route", "flags"];
        let path = lake.dir().join(file);
        for batch in read_columns(&path, Some(&[&NAMES[..], &["id", "table"]].concat()))? {
            let batch = batch.map_err(|e| Error::new(&path, e.to_string()))?;
            let ids = batch.column_by_name("id").and_then(|c| ids::stored(c.as_fixed_size_binary_opt()?));
            let columns = Columns::of(&batch, ids, &NAMES).ok_or_else(|| lost(&path))?;
            let tables = batch.column_by_name("table").ok_or_else(|| lost(&path))?.as_string::<i32>();
            for at in 0..batch.num_rows() {
                look(columns.copy(at, tables.value(at), Standing::Duplicate, &mut names));
            }
        }
    }
    Ok(())
}

/// The few names of tables and routes, each held once.
#[derive(Default)]
struct Names(Vec<Arc<str>>);

impl Names {
    fn of(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.0.iter().find(|known| ***known == *name) {
            return Arc::clone(known);
        }
        let name: Arc<str> = name.into();
        self.0.push(Arc::clone(&name));
        name
    }
}

fn lost(path: &Path) -> Error {
    Error::new(path, "the provenance columns are missing").with_remedy("restore the file from a copy")
}

/// The provenance columns of a batch.
struct Columns {
    ids: Vec<u128>,
    source: Int32Array,
    numbers: [Int64Array; 3],
    route: ArrayRef,
    flags: Int32Array,
}

impl Columns {
    /// `names` in the order source, ordinal, offset, length, route, flags.
    fn of(batch: &RecordBatch, ids: Option<Vec<u128>>, names: &[&str; 6]) -> Option<Columns> {
        let column = |at: usize| batch.column_by_name(names[at]);
        let long = |at: usize| column(at)?.as_any().downcast_ref::<Int64Array>().cloned();
        let int = |at: usize| column(at)?.as_any().downcast_ref::<Int32Array>().cloned();
        Some(Columns {
            ids: ids?,
            source: int(0)?,
            numbers: [long(1)?, long(2)?, long(3)?],
            route: cast(column(4)?, &DataType::Utf8).ok()?,
            flags: int(5)?,
        })
    }

    fn copy(&self, at: usize, table: &str, standing: Standing, names: &mut Names) -> Copy {
        let [ordinal, offset, length] = &self.numbers;
        Copy {
            table: names.of(table),
            id: self.ids[at],
            standing,
            source: self.source.value(at) as u32,
            ordinal: ordinal.value(at) as u64,
            offset: offset.value(at) as u64,
            length: length.value(at) as u64,
            route: names.of(self.route.as_string::<i32>().value(at)),
            flags: self.flags.value(at) as u16,
        }
    }
}
