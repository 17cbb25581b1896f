//! An answer as a Parquet file, with types that other tools read: datetimes as UTC timestamps.
//!
//! Trap: the timestamps are microseconds; the seventh digit of a datetime is lost.

use std::fs::File;

use polars::prelude as pl;
use polars::prelude::IntoLazy;

use super::error::Result;
use super::{Env, Lowering, guarded, nodes};
use crate::plan::Plan;
use crate::time::{TICKS_PER_MICROSECOND, UNIX_EPOCH};
use crate::types::{Column, Type};

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

fn readable(c: &Column) -> pl::Expr {
    let cell = nodes::column(&c.name);
    if c.ty != Type::Datetime {
        return cell;
    }
    let micros = (cell - pl::lit(UNIX_EPOCH)).floor_div(pl::lit(TICKS_PER_MICROSECOND));
    micros.cast(pl::DataType::Datetime(pl::TimeUnit::Microseconds, Some(pl::TimeZone::UTC)))
}
