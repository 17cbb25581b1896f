//! `+ - * /` over integers, reals, datetimes and timespans, and `bin` of datetimes, to days and weeks, too.
//!
//! Trap: integers wrap around and divide towards zero, a datetime outside of years 1 to 9999 is null.

use polars::prelude as pl;

use super::{Accelerator, Call, typed};
use crate::time;
use crate::types::Type;

pub const TABLE: &[(&str, Accelerator)] = &[
    ("+", |c| sum(c, |a, b| a + b, i64::checked_add)),
    ("-", |c| sum(c, |a, b| a - b, i64::checked_sub)),
    ("*", |c| product(c)),
    ("/", |c| quotient(c)),
    ("bin", |c| bin(c)),
    ("startofday", |c| start(c, time::TICKS_PER_DAY, 0)),
    // The calendar begins with a Monday.
    ("startofweek", |c| start(c, 7 * time::TICKS_PER_DAY, time::TICKS_PER_DAY)),
];

fn numbers(c: &Call<'_>) -> Option<(pl::Expr, pl::Expr)> {
    let of = |ty: Type| matches!(ty, Type::Int | Type::Long | Type::Real);
    if !of(c.ty(0)?) || !of(c.ty(1)?) {
        return None;
    }
    let to = match c.returns {
        Type::Long => pl::DataType::Int64,
        Type::Real => pl::DataType::Float64,
        _ => return None,
    };
    Some((c.expr(0)?.cast(to.clone()), c.expr(1)?.cast(to)))
}

fn sum(
    c: &Call<'_>,
    of: fn(pl::Expr, pl::Expr) -> pl::Expr,
    ticks: fn(i64, i64) -> Option<i64>,
) -> Option<pl::Expr> {
    if let Some((a, b)) = numbers(c) {
        return Some(of(a, b));
    }
    let ticked = |ty: Type| matches!(ty, Type::Datetime | Type::Timespan);
    if !ticked(c.ty(0)?) || !ticked(c.ty(1)?) {
        return None;
    }
    let (a, b) = (c.expr(0)?, c.expr(1)?);
    match c.returns {
        Type::Datetime => Some(typed::integers(a, b, Type::Datetime, move |a, b| {
            ticks(a, b).filter(|t| time::in_range(*t))
        })),
        Type::Timespan => Some(typed::integers(a, b, Type::Timespan, ticks)),
        _ => None,
    }
}

/// A datetime is not negative, so neither is its bin, and nothing leaves the range.
fn bin(c: &Call<'_>) -> Option<pl::Expr> {
    let size = c.constant(1)?.as_i64().filter(|s| *s > 0)?;
    if c.returns != Type::Datetime || c.ty(0)? != Type::Datetime || c.ty(1)? != Type::Timespan {
        return None;
    }
    Some(c.expr(0)?.floor_div(pl::lit(size)) * pl::lit(size))
}

/// The first tick of a period; the first one begins so much before the calendar, and has no such tick.
fn start(c: &Call<'_>, length: i64, before: i64) -> Option<pl::Expr> {
    if c.args.len() != 1 || c.ty(0)? != Type::Datetime {
        return None;
    }
    let ticks = c.expr(0)? + pl::lit(before);
    let start = ticks.floor_div(pl::lit(length)) * pl::lit(length) - pl::lit(before);
    let is_there = start.clone().gt_eq(pl::lit(0_i64));
    Some(if before == 0 { start } else { pl::when(is_there).then(start).otherwise(pl::lit(pl::NULL)) })
}

fn product(c: &Call<'_>) -> Option<pl::Expr> {
    let (a, b) = numbers(c)?;
    Some(a * b)
}

/// A real quotient. Polars multiplies by the reciprocal of a constant, whose last digit is another.
fn quotient(c: &Call<'_>) -> Option<pl::Expr> {
    let both = |ty: Type| c.ty(0) == Some(ty) && c.ty(1) == Some(ty);
    if c.returns != Type::Real || !both(Type::Timespan) && numbers(c).is_none() {
        return None;
    }
    Some(typed::reals(vec![c.expr(0)?, c.expr(1)?], |row| Some(row[0] / row[1])))
}
