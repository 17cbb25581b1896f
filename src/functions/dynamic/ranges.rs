//! `range(start, stop[, step])`: an array of evenly spaced numbers, datetimes or timespans.
//!
//! Trap: it holds at most 1,048,576 elements, and is cut there without a word, as Kusto's is.

use crate::functions::rows::plain;
use crate::functions::{Cx, Function};
use crate::time;
use crate::value::Value;

const MAX_ELEMENTS: usize = 1 << 20;

pub const ROWS: &[Function] = &[plain(
    "range",
    &[
        "(start: integer, stop: integer, [step: integer]) -> dynamic",
        "(start: number, stop: number, [step: number]) -> dynamic",
        "(start: datetime, stop: datetime, [step: timespan]) -> dynamic",
        "(start: timespan, stop: timespan, [step: timespan]) -> dynamic",
    ],
    "An array from start to stop in steps (of 1, or of an hour).",
    range,
)];

fn range(args: &[Value], _: &Cx) -> Value {
    if args.iter().any(Value::is_null) {
        return Value::Null;
    }
    if args.iter().any(|v| matches!(v, Value::Real(_) | Value::Decimal(_))) {
        return reals(args).map_or(Value::Null, Value::Array);
    }
    integers(args).map_or(Value::Null, Value::Array)
}

fn integers(args: &[Value]) -> Option<Vec<Value>> {
    let (start, stop) = (args[0].as_i64()?, args[1].as_i64()?);
    let (make, step): (fn(i64) -> Value, i64) = match &args[0] {
        Value::Datetime(_) => (Value::Datetime, time::TICKS_PER_HOUR),
        Value::Timespan(_) => (Value::Timespan, time::TICKS_PER_HOUR),
        _ => (Value::Long, 1),
    };
    let step = args.get(2).map_or(Some(step), Value::as_i64)?;
    let mut out = Vec::new();
    let mut next = Some(start);
    while let Some(n) = next.filter(|n| step != 0 && if step > 0 { *n <= stop } else { *n >= stop }) {
        if out.len() == MAX_ELEMENTS {
            break;
        }
        out.push(make(n));
        next = n.checked_add(step);
    }
    Some(out)
}

fn reals(args: &[Value]) -> Option<Vec<Value>> {
    let (start, stop) = (args[0].as_f64()?, args[1].as_f64()?);
    let step = args.get(2).map_or(Some(1.0), Value::as_f64)?;
    if step == 0.0 || !(start.is_finite() && stop.is_finite() && step.is_finite()) {
        return Some(Vec::new());
    }
    let count = ((stop - start) / step + 1e-9).floor() + 1.0;
    let count = count.clamp(0.0, MAX_ELEMENTS as f64) as usize;
    Some((0..count).map(|i| Value::Real(start + i as f64 * step)).collect())
}
