//! `abs`, `round`, `ceiling`.
//!
//! Traps: `round` of a half goes away from zero, after scaling by the power of ten: 2.15 to one digit
//! is 2.2. `abs` of the least `long` has no answer.

use super::super::rows::kernel;
use super::super::{Cx, Function, Naming};
use crate::decimal::Decimal;
use crate::types::Type;
use crate::value::Value;

pub const ROWS: &[Function] = &[
    kernel(
        "abs",
        &[
            "(number: real) -> real",
            "(number: integer) -> long",
            "(number: decimal) -> decimal",
            "(number: timespan) -> timespan",
        ],
        "The magnitude.",
        Naming::FirstArgument,
        |args, _| match &args[0] {
            Value::Real(x) => Value::Real(x.abs()),
            Value::Decimal(d) => Value::Decimal((*d).max(d.negated())),
            Value::Timespan(t) => t.checked_abs().map_or(Value::Null, Value::Timespan),
            other => other.as_i64().and_then(i64::checked_abs).map_or(Value::Null, Value::Long),
        },
    ),
    kernel(
        "ceiling",
        &["(number: real) -> real", "(number: decimal) -> decimal"],
        "The least whole number that is not smaller.",
        Naming::FirstArgument,
        |args, _| match &args[0] {
            Value::Real(x) => Value::Real(x.ceil()),
            Value::Decimal(d) => ceiling(*d).map_or(Value::Null, Value::Decimal),
            _ => Value::Null,
        },
    ),
    kernel(
        "round",
        &["(number: number, [precision: long]) -> number"],
        "The number rounded to so many digits after the point.",
        Naming::FirstArgument,
        round,
    ),
];

fn ceiling(d: Decimal) -> Option<Decimal> {
    let one = Decimal::from_i64(1);
    let rest = d.checked_rem(one)?;
    let whole = d.checked_sub(rest)?;
    if rest > Decimal::from_i64(0) { whole.checked_add(one) } else { Some(whole) }
}

fn round(args: &[Value], cx: &Cx) -> Value {
    let Some(digits) = args.get(1).map_or(Some(0), Value::as_i64) else { return Value::Null };
    let digits = digits.clamp(-400, 400);
    match &args[0] {
        Value::Real(x) => Value::Real(round_real(*x, digits)),
        Value::Decimal(d) => round_decimal(*d, digits).map_or(Value::Null, Value::Decimal),
        whole => {
            let Some(n) = whole.as_i64() else { return Value::Null };
            let rounded = round_integer(n, digits);
            match cx.returns {
                Type::Int => rounded.and_then(|n| i32::try_from(n).ok()).map_or(Value::Null, Value::Int),
                _ => rounded.map_or(Value::Null, Value::Long),
            }
        }
    }
}

/// Scaled, rounded and scaled back; a number too large to scale has no such digits.
pub fn round_real(x: f64, digits: i64) -> f64 {
    let unit = 10_f64.powi(digits.unsigned_abs() as i32);
    if digits < 0 {
        return if unit.is_finite() { (x / unit).round() * unit } else { 0.0_f64.copysign(x) };
    }
    let scaled = x * unit;
    if scaled.is_finite() { scaled.round() / unit } else { x }
}

fn round_decimal(d: Decimal, digits: i64) -> Option<Decimal> {
    let unit = Decimal::parse(&format!("1e{}", -digits.clamp(-33, 33)))?;
    let zero = Decimal::from_i64(0);
    let rest = d.checked_rem(unit)?;
    let down = d.checked_sub(rest)?;
    let rest = if rest < zero { rest.negated() } else { rest };
    if rest.checked_add(rest)? < unit {
        return Some(down);
    }
    if d < zero { down.checked_sub(unit) } else { down.checked_add(unit) }
}

fn round_integer(n: i64, digits: i64) -> Option<i64> {
    if digits >= 0 {
        return Some(n);
    }
    let Some(unit) =
        u32::try_from(-digits).ok().and_then(|d| 10_i128.checked_pow(d)).filter(|u| *u < 1 << 80)
    else {
        return Some(0);
    };
    let n = i128::from(n);
    let half = if n < 0 { -unit / 2 } else { unit / 2 };
    i64::try_from((n + half) / unit * unit).ok()
}
