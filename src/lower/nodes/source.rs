//! `Values` and `Range`: rows that come from the query itself.
//!
//! Trap: a range is held in memory; its length is bounded.

use polars::prelude as pl;
use polars::prelude::IntoLazy;

use super::super::column::from_values;
use super::super::error::{Error, Result};
use super::super::{Lowering, needs::Needs};
use crate::decimal::Decimal;
use crate::plan::Expr;
use crate::types::Schema;
use crate::value::Value;

/// The most rows that `range` may give.
const RANGE_LIMIT: usize = 100_000_000;

impl Lowering<'_> {
    pub fn values(&self, schema: &Schema, rows: &[Vec<Value>], needs: &Needs) -> Result<pl::LazyFrame> {
        if needs.columns.is_empty() {
            return Ok(super::no_columns(rows.len())?.lazy());
        }
        let wanted = needs.columns.iter().filter_map(|i| Some((*i, schema.columns.get(*i)?)));
        let columns = wanted
            .map(|(i, c)| {
                let cells = rows.iter().map(|r| r.get(i).cloned().unwrap_or_else(|| Value::missing(c.ty)));
                from_values(&c.name, c.ty, cells)
            })
            .collect();
        Ok(pl::DataFrame::new(rows.len(), columns)?.lazy())
    }

    /// At most `limit` rows of a range.
    pub fn range(&self, schema: &Schema, bounds: [&Expr; 3], limit: u64) -> Result<pl::LazyFrame> {
        let Some(column) = schema.columns.first() else {
            return Err(Error::internal("a range has no column"));
        };
        let [from, to, step] = bounds.map(|e| self.constant(e));
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let values = steps(&from?, &to?, &step?, limit)?;
        let cells = from_values(&column.name, column.ty, values.into_iter());
        Ok(pl::DataFrame::new(cells.len(), vec![cells])?.lazy())
    }
}

/// All values from `from` to `to`.
fn steps(from: &Value, to: &Value, step: &Value, limit: usize) -> Result<Vec<Value>> {
    match (from, to, step) {
        (Value::Null, ..) | (_, Value::Null, _) | (.., Value::Null) => Ok(Vec::new()),
        (Value::Decimal(from), Value::Decimal(to), Value::Decimal(step)) => {
            decimals(*from, *to, *step, limit)
        }
        (Value::Real(_), ..) | (_, Value::Real(_), _) | (.., Value::Real(_)) => reals(from, to, step, limit),
        _ => match (from.as_i64(), to.as_i64(), step.as_i64()) {
            (Some(a), Some(b), Some(by)) => integers(a, b, by, from, limit),
            _ => Err(Error::internal("range over values that are no numbers")),
        },
    }
}

fn too_long() -> Error {
    Error::runtime(format!("range would give more than {RANGE_LIMIT} rows"))
}

fn integers(from: i64, to: i64, step: i64, like: &Value, limit: usize) -> Result<Vec<Value>> {
    let (wide_from, wide_to, wide_step) = (i128::from(from), i128::from(to), i128::from(step));
    let ahead = if step > 0 { to >= from } else { to <= from };
    if step == 0 || !ahead {
        return Ok(Vec::new());
    }
    let count = usize::try_from((wide_to - wide_from) / wide_step + 1).unwrap_or(usize::MAX).min(limit);
    if count > RANGE_LIMIT {
        return Err(too_long());
    }
    let make: fn(i64) -> Value = match like {
        Value::Int(_) => |n| i32::try_from(n).map_or(Value::Null, Value::Int),
        Value::Datetime(_) => Value::Datetime,
        Value::Timespan(_) => Value::Timespan,
        _ => Value::Long,
    };
    Ok((0..count as i64).map(|i| make(from + i * step)).collect())
}

fn reals(from: &Value, to: &Value, step: &Value, limit: usize) -> Result<Vec<Value>> {
    let number = |v: &Value| v.as_f64().unwrap_or(f64::NAN);
    let (from, to, step) = (number(from), number(to), number(step));
    let within = |x: f64| if step > 0.0 { x <= to } else { step < 0.0 && x >= to };
    let mut values = Vec::new();
    for at in (0_u64..).map(|i| from + i as f64 * step).take_while(|x| within(*x)).take(limit) {
        if values.len() >= RANGE_LIMIT {
            return Err(too_long());
        }
        values.push(Value::Real(at));
    }
    Ok(values)
}

fn decimals(from: Decimal, to: Decimal, step: Decimal, limit: usize) -> Result<Vec<Value>> {
    let (zero, mut values, mut next) = (Decimal::from_i64(0), Vec::new(), Some(from));
    while let Some(at) = next.filter(|at| step != zero && if step > zero { *at <= to } else { *at >= to }) {
        if values.len() >= limit {
            break;
        }
        if values.len() >= RANGE_LIMIT {
            return Err(too_long());
        }
        values.push(Value::Decimal(at));
        next = at.checked_add(step);
    }
    Ok(values)
}
