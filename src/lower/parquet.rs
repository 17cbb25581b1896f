//! An answer as a Parquet file, with types that other tools read: datetimes as UTC timestamps; and the rows of
//! a Parquet file that others wrote.
//!
//! Trap: the timestamps are microseconds; the seventh digit of a datetime is lost.

use std::fs::File;
use std::path::Path;

use parquet::file::reader::{FileReader, SerializedFileReader};
use polars::prelude as pl;
use polars::prelude::IntoLazy;

use super::column::Cells;
use super::error::{Error, Result};
use super::{Env, Lowering, guarded, nodes};
use crate::lake::implied::Implied;
use crate::plan::Plan;
use crate::time::{MAX_DATETIME, TICKS_PER_MICROSECOND, UNIX_EPOCH};
use crate::types::{Column, Type};
use crate::value::Value;

/// Runs a plan and writes its answer; how many rows there are.
pub fn write_parquet(plan: &Plan, env: &Env<'_>, file: &mut File) -> Result<u64> {
    guarded(|| {
        let lowering = Lowering::new(plan, env);
        let frame = lowering.collect(lowering.whole(plan)?)?;
        let columns: Vec<pl::Expr> = plan.schema().columns.iter().map(readable).collect();
        let mut frame = if columns.is_empty() { frame } else { frame.lazy().select(columns).collect()? };
        pl::ParquetWriter::new(file).finish(&mut frame)?;
        Ok(frame.height() as u64)
    })
}

/// A file of more rows than this is no list.
const MOST_ROWS: usize = 5_000_000;

/// The cells of these columns, row by row, with the KQL types nearest to the file's; a column that the file
/// does not have is null.
pub fn read_parquet(path: &Path, columns: &[String]) -> Result<Vec<Vec<Value>>> {
    guarded(|| {
        let implied = implied(path);
        let path = pl::PlRefPath::try_from_path(path)?;
        let args = pl::ScanArgsParquet { glob: false, cache: false, ..Default::default() };
        let mut frame = pl::LazyFrame::scan_parquet_files(vec![path].into(), args)?;
        let schema = frame.collect_schema()?;
        let stored = |name: &String| implied.source(name).unwrap_or(name).to_string();
        let kinds = columns
            .iter()
            .map(stored)
            .map(|name| schema.get(&name).map(|dtype| kind(&name, dtype)).transpose());
        let kinds = kinds.collect::<Result<Vec<Option<(pl::Expr, Type)>>>>()?;
        let mut wanted: Vec<pl::Expr> = Vec::new();
        for (at, kind) in kinds.iter().enumerate() {
            wanted.extend(kind.as_ref().map(|(cell, _)| cell.clone().alias(format!("{at}"))));
        }
        wanted.push(pl::len().alias("rows"));
        if wanted.len() == 1 {
            let height = frame.select(wanted).collect()?.column("rows")?.u32()?.get(0).unwrap_or(0) as usize;
            let value = |name: &String| implied.constant(name).cloned().unwrap_or(Value::Null);
            return Ok(vec![columns.iter().map(value).collect(); bounded(height)?]);
        }
        wanted.pop();
        let frame = frame.select(wanted).limit(MOST_ROWS as pl::IdxSize + 1).collect()?;
        let mut rows = vec![Vec::with_capacity(columns.len()); bounded(frame.height())?];
        for (at, kind) in kinds.iter().enumerate() {
            let cells = match kind {
                Some((_, ty)) => Cells::new(frame.column(&format!("{at}"))?, *ty)?,
                None => Cells::Constant(implied.constant(&columns[at]).cloned().unwrap_or(Value::Null)),
            };
            rows.iter_mut().enumerate().for_each(|(row, out)| out.push(cells.get(row)));
        }
        Ok(rows)
    })
}

/// What a file of a lake does not store.
fn implied(path: &Path) -> Implied {
    let reader = File::open(path).ok().and_then(|file| SerializedFileReader::new(file).ok());
    reader.map(|reader| Implied::of_file(reader.metadata())).unwrap_or_default()
}

fn bounded(height: usize) -> Result<usize> {
    if height <= MOST_ROWS { Ok(height) } else { Err(Error::runtime(format!("more than {MOST_ROWS} rows"))) }
}

/// A column of a foreign file in the physical form of the KQL type nearest to its own.
fn kind(name: &str, dtype: &pl::DataType) -> Result<(pl::Expr, Type)> {
    let cell = nodes::column(name);
    Ok(match dtype {
        pl::DataType::Boolean => (cell, Type::Bool),
        pl::DataType::String => (cell, Type::String),
        pl::DataType::Decimal(..) => (cell.cast(pl::DataType::String), Type::Decimal),
        // One that does not fit is an error, not a null.
        dtype if dtype.is_integer() => (cell.strict_cast(pl::DataType::Int64), Type::Long),
        dtype if dtype.is_float() => (cell.cast(pl::DataType::Float64), Type::Real),
        pl::DataType::Datetime(pl::TimeUnit::Nanoseconds, _) => {
            let ticks = cell.cast(pl::DataType::Int64).floor_div(pl::lit(100_i64));
            (ticks + pl::lit(UNIX_EPOCH), Type::Datetime)
        }
        pl::DataType::Datetime(..) | pl::DataType::Date => {
            let micros = cell.cast(pl::DataType::Datetime(pl::TimeUnit::Microseconds, None));
            let micros = micros.cast(pl::DataType::Int64);
            // What lies outside of KQL's years is null, as such a text is.
            let most = pl::lit((MAX_DATETIME - UNIX_EPOCH) / TICKS_PER_MICROSECOND);
            let within = micros.clone().is_between(
                pl::lit(-UNIX_EPOCH / TICKS_PER_MICROSECOND),
                most,
                pl::ClosedInterval::Both,
            );
            let ticks = micros * pl::lit(TICKS_PER_MICROSECOND) + pl::lit(UNIX_EPOCH);
            (pl::when(within).then(ticks).otherwise(pl::lit(pl::NULL)), Type::Datetime)
        }
        other => return Err(Error::unsupported(format!("the column {name} is of the type {other}"))),
    })
}

fn readable(c: &Column) -> pl::Expr {
    let cell = nodes::column(&c.name);
    if c.ty != Type::Datetime {
        return cell;
    }
    let micros = (cell - pl::lit(UNIX_EPOCH)).floor_div(pl::lit(TICKS_PER_MICROSECOND));
    micros.cast(pl::DataType::Datetime(pl::TimeUnit::Microseconds, Some(pl::TimeZone::UTC)))
}
