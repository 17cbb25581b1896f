//! `bin(x, size)` and `floor(x, size)`, `bin_at(x, size, fixed)`: rounding down to a grid.
//!
//! Traps: down is towards minus infinity. A datetime's grid is anchored at 0001-01-01, so that bins
//! of `7d` start on Mondays. A size that is not positive gives null.

use super::super::rows::{also, kernel, special};
use super::super::{Cx, Function, Naming};
use super::datetime;
use crate::decimal::Decimal;
use crate::types::Type;
use crate::value::Value;

pub const ROWS: &[Function] = &[
    also(
        kernel(
            "bin",
            &[
                "(value: number, round_to: number) -> widest",
                "(value: datetime, round_to: timespan) -> datetime",
                "(value: timespan, round_to: timespan) -> timespan",
                "(value: datetime, round_to: datetime) -> datetime",
            ],
            "The value rounded down to a multiple of a size.",
            Naming::FirstArgument,
            |args, cx| bin_at(&args[0], &args[1], None, cx),
        ),
        &["floor"],
    ),
    kernel(
        "bin_at",
        &[
            "(value: number, bin_size: number, fixed_point: number) -> widest",
            "(value: timespan, bin_size: timespan, fixed_point: timespan) -> timespan",
            "(value: datetime, bin_size: timespan, fixed_point: datetime) -> datetime",
        ],
        "The value rounded down to a bin, one of which starts at a fixed point.",
        Naming::FirstArgument,
        |args, cx| bin_at(&args[0], &args[1], Some(&args[2]), cx),
    ),
    special(
        "bin_auto",
        &[],
        &["(value: scalar) -> value"],
        "The value rounded down to a bin: of the size `set query_bin_auto_size`, one from `set query_bin_auto_at`.",
        Naming::FirstArgument,
    ),
];

fn bin_at(value: &Value, size: &Value, fixed: Option<&Value>, cx: &Cx) -> Value {
    match cx.returns {
        Type::Real => {
            let fixed = fixed.map_or(Some(0.0), Value::as_f64);
            real(value.as_f64(), size.as_f64(), fixed)
        }
        Type::Decimal => {
            let fixed = fixed.map_or(Some(Decimal::from_i64(0)), to_decimal);
            let binned = to_decimal(value).zip(to_decimal(size)).zip(fixed);
            binned.and_then(|((v, s), f)| decimal(v, s, f)).map_or(Value::Null, Value::Decimal)
        }
        ty => {
            let fixed = fixed.map_or(Some(0), Value::as_i64);
            let ticks = integer(value.as_i64(), size.as_i64(), fixed);
            match ty {
                Type::Datetime => datetime(ticks),
                Type::Timespan => ticks.map_or(Value::Null, Value::Timespan),
                Type::Int => ticks.and_then(|n| i32::try_from(n).ok()).map_or(Value::Null, Value::Int),
                _ => ticks.map_or(Value::Null, Value::Long),
            }
        }
    }
}

fn integer(value: Option<i64>, size: Option<i64>, fixed: Option<i64>) -> Option<i64> {
    let (value, size, fixed) = (i128::from(value?), i128::from(size.filter(|s| *s > 0)?), i128::from(fixed?));
    i64::try_from((value - fixed).div_euclid(size) * size + fixed).ok()
}

fn real(value: Option<f64>, size: Option<f64>, fixed: Option<f64>) -> Value {
    match (value, size, fixed) {
        (Some(v), Some(s), Some(f)) if s > 0.0 => Value::Real(((v - f) / s).floor() * s + f),
        _ => Value::Null,
    }
}

fn decimal(value: Decimal, size: Decimal, fixed: Decimal) -> Option<Decimal> {
    let zero = Decimal::from_i64(0);
    if size <= zero {
        return None;
    }
    let from = value.checked_sub(fixed)?;
    let rest = from.checked_rem(size)?;
    let rest = if rest < zero { rest.checked_add(size)? } else { rest };
    value.checked_sub(rest)
}

fn to_decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Decimal(d) => Some(*d),
        Value::Real(x) => Decimal::from_f64(*x),
        other => other.as_i64().map(Decimal::from_i64),
    }
}
