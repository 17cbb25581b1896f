//! Parquet files as lines of JSON, an object per row, so that their records are told and read as all
//! others are.
//!
//! Traps: only some rows are held at a time. Times become ISO text with all their digits; a null is a member
//! that is not there; text that holds JSON stays text. The library panics over some damaged files, which must not
//! end the run: its panics are caught, and are errors of the file.

use std::cell::Cell;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, TimeUnit};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use crate::json;
use crate::lake::implied::Implied;
use crate::time::{
    TICKS_PER_MICROSECOND, TICKS_PER_MILLISECOND, TICKS_PER_SECOND, UNIX_EPOCH, datetime_text, in_range,
};
use crate::value::Value;

/// Rows that are held at a time.
const ROWS: usize = 1024;

/// The lines of a file.
pub struct Lines {
    batches: ParquetRecordBatchReader,
    /// Columns that a file of our own does not store.
    implied: Implied,
    text: String,
    at: usize,
}

impl Lines {
    pub fn open(path: &Path) -> io::Result<Lines> {
        let file = File::open(path)?;
        let (batches, implied) = guarded(|| {
            let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(io::Error::other)?;
            let implied = Implied::of_file(builder.metadata());
            Ok((builder.with_batch_size(ROWS).build().map_err(io::Error::other)?, implied))
        })?;
        Ok(Lines { batches, implied, text: String::new(), at: 0 })
    }

    /// The next rows; `false` at the end.
    fn step(&mut self) -> io::Result<bool> {
        self.text.clear();
        self.at = 0;
        let Some(batch) = self.batches.next() else { return Ok(false) };
        write_rows(&batch.map_err(io::Error::other)?, &self.implied, &mut self.text)
            .map_err(io::Error::other)?;
        Ok(true)
    }
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Is a panic of this thread one that will be caught, as the file at hand is damaged?
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// Work of the library.
fn guarded<T>(work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let before = GUARDED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(before);
    let damaged = |_| Err(io::Error::new(io::ErrorKind::InvalidData, "a damaged Parquet file"));
    done.unwrap_or_else(damaged)
}

impl Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.text.len() {
            if !guarded(|| self.step())? {
                return Ok(0);
            }
        }
        let count = buffer.len().min(self.text.len() - self.at);
        buffer[..count].copy_from_slice(&self.text.as_bytes()[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

type Result<T> = std::result::Result<T, arrow::error::ArrowError>;

fn write_rows(batch: &RecordBatch, implied: &Implied, out: &mut String) -> Result<()> {
    let schema = batch.schema();
    let mut columns: Vec<Column> =
        schema.fields().iter().zip(batch.columns()).map(|(f, c)| Column::new(f, c)).collect::<Result<_>>()?;
    for (name, source) in &implied.same {
        if let Some((at, field)) = schema.column_with_name(source) {
            columns.push(Column { name: name.clone(), ..Column::new(field, batch.column(at))? });
        }
    }
    for (name, value) in &implied.constants {
        columns.push(Column::constant(name, value, batch.num_rows()));
    }
    for row in 0..batch.num_rows() {
        write_object(&columns, row, out)?;
        out.push('\n');
    }
    Ok(())
}

fn write_object(columns: &[Column], row: usize, out: &mut String) -> Result<()> {
    out.push('{');
    let before = out.len();
    for column in columns.iter().filter(|c| !c.array.is_null(row)) {
        if out.len() > before {
            out.push(',');
        }
        json::write_string(&column.name, out);
        out.push(':');
        column.write(row, out)?;
    }
    out.push('}');
    Ok(())
}

struct Column {
    name: String,
    array: ArrayRef,
    kind: Kind,
}

enum Kind {
    /// Ticks per unit.
    Time(i64),
    Bare,
    Text,
    Object(Vec<Column>),
    List(Box<Column>),
}

impl Column {
    fn new(field: &Field, array: &ArrayRef) -> Result<Column> {
        let (array, kind) = match array.data_type() {
            DataType::Dictionary(_, value) => return Column::new(field, &cast(array, value)?),
            DataType::Timestamp(unit, _) => {
                let per = match unit {
                    TimeUnit::Second => TICKS_PER_SECOND,
                    TimeUnit::Millisecond => TICKS_PER_MILLISECOND,
                    TimeUnit::Microsecond => TICKS_PER_MICROSECOND,
                    TimeUnit::Nanosecond => 0,
                };
                (cast(array, &DataType::Int64)?, Kind::Time(per))
            }
            DataType::Struct(fields) => {
                let inner = fields.iter().zip(array.as_struct().columns());
                let columns = inner.map(|(f, c)| Column::new(f, c)).collect::<Result<_>>()?;
                (array.clone(), Kind::Object(columns))
            }
            DataType::List(field) => {
                let values = Column::new(field, array.as_list::<i32>().values())?;
                (array.clone(), Kind::List(Box::new(values)))
            }
            DataType::LargeList(inner) | DataType::FixedSizeList(inner, _) => {
                return Column::new(field, &cast(array, &DataType::List(inner.clone()))?);
            }
            // As text they would no longer be what they are.
            ty @ (DataType::Map(..)
            | DataType::Union(..)
            | DataType::ListView(_)
            | DataType::LargeListView(_)) => {
                let message = format!("the column {} is of the type {ty}", field.name());
                return Err(arrow::error::ArrowError::NotYetImplemented(message));
            }
            DataType::Boolean => (array.clone(), Kind::Bare),
            ty if ty.is_integer() => (array.clone(), Kind::Bare),
            ty if ty.is_floating() => (cast(array, &DataType::Float64)?, Kind::Bare),
            _ => (array.clone(), Kind::Text),
        };
        Ok(Column { name: field.name().clone(), array, kind })
    }

    /// A column of one value.
    fn constant(name: &str, value: &Value, rows: usize) -> Column {
        let (array, kind): (ArrayRef, Kind) = match value.as_i64() {
            Some(long) => (Arc::new(Int64Array::from(vec![long; rows])), Kind::Bare),
            None => (Arc::new(StringArray::from(vec![value.to_text(); rows])), Kind::Text),
        };
        Column { name: name.to_string(), array, kind }
    }

    fn write(&self, row: usize, out: &mut String) -> Result<()> {
        if self.array.is_null(row) {
            out.push_str("null");
            return Ok(());
        }
        match &self.kind {
            Kind::Object(columns) => return write_object(columns, row, out),
            Kind::List(values) => {
                let offsets = self.array.as_list::<i32>().value_offsets();
                out.push('[');
                for (at, element) in (offsets[row] as usize..offsets[row + 1] as usize).enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    values.write(element, out)?;
                }
                out.push(']');
            }
            Kind::Time(per) => {
                let value = self.array.as_primitive::<arrow::datatypes::Int64Type>().value(row);
                let ticks = if *per == 0 { Some(value.div_euclid(100)) } else { value.checked_mul(*per) };
                match ticks.and_then(|t| t.checked_add(UNIX_EPOCH)).filter(|t| in_range(*t)) {
                    Some(ticks) => json::write_string(&datetime_text(ticks), out),
                    None => out.push_str("null"),
                }
            }
            Kind::Bare | Kind::Text => {
                let formatter = ArrayFormatter::try_new(&self.array, &FormatOptions::default())?;
                let text = formatter.value(row);
                if matches!(self.kind, Kind::Text) {
                    json::write_string(&text.to_string(), out);
                } else {
                    let from = out.len();
                    _ = write!(out, "{text}");
                    if out[from..].parse::<f64>().is_ok_and(|x| !x.is_finite()) {
                        out.truncate(from);
                        out.push_str("null");
                    }
                }
            }
        }
        Ok(())
    }
}
