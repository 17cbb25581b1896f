//! `series_add(a, b)`, `series_greater(a, b)`, `series_exp(a)`, …: one result an element.
//!
//! Traps: of series of different lengths the longer one counts, its rest is null; a number stands for
//! a series of it. Sums, differences and products of whole numbers are whole.

use super::super::rows::kernel;
use super::super::{Function, Naming};
use crate::value::Value;

const TWO: &[&str] = &[
    "(series1: array, series2: array) -> dynamic",
    "(series1: array, series2: number) -> dynamic",
    "(series1: number, series2: array) -> dynamic",
];
const ONE: &[&str] = &["(series: array) -> dynamic"];

pub const ROWS: &[Function] = &[
    two("series_add", "The sums of the elements.", |a, _| arithmetic(a, i64::checked_add, |x, y| x + y)),
    two("series_subtract", "The differences of the elements.", |a, _| {
        arithmetic(a, i64::checked_sub, |x, y| x - y)
    }),
    two("series_multiply", "The products of the elements.", |a, _| {
        arithmetic(a, i64::checked_mul, |x, y| x * y)
    }),
    two("series_divide", "The quotients of the elements.", |a, _| pairs(a, |x, y| Value::Real(x / y))),
    two("series_pow", "The powers of the elements.", |a, _| pairs(a, |x, y| Value::Real(x.powf(y)))),
    two("series_equals", "Are the elements equal?", |a, _| pairs(a, |x, y| Value::Bool(x == y))),
    two("series_not_equals", "Are the elements different?", |a, _| pairs(a, |x, y| Value::Bool(x != y))),
    two("series_greater", "Are the first's elements greater?", |a, _| pairs(a, |x, y| Value::Bool(x > y))),
    two("series_greater_equals", "Are the first's elements greater or equal?", |a, _| {
        pairs(a, |x, y| Value::Bool(x >= y))
    }),
    two("series_less", "Are the first's elements less?", |a, _| pairs(a, |x, y| Value::Bool(x < y))),
    two("series_less_equals", "Are the first's elements less or equal?", |a, _| {
        pairs(a, |x, y| Value::Bool(x <= y))
    }),
    one("series_abs", "The magnitudes of the elements.", |a, _| match a[0].as_array() {
        Some(items) => Value::Array(items.iter().map(magnitude).collect()),
        None => Value::Null,
    }),
    one("series_acos", "The angles with those cosines.", |a, _| each(a, f64::acos)),
    one("series_asin", "The angles with those sines.", |a, _| each(a, f64::asin)),
    one("series_atan", "The angles with those tangents.", |a, _| each(a, f64::atan)),
    one("series_cos", "The cosines of the elements.", |a, _| each(a, f64::cos)),
    one("series_sin", "The sines of the elements.", |a, _| each(a, f64::sin)),
    one("series_tan", "The tangents of the elements.", |a, _| each(a, f64::tan)),
    one("series_exp", "e to the powers of the elements.", |a, _| each(a, f64::exp)),
    one("series_log", "The natural logarithms of the elements.", |a, _| each(a, f64::ln)),
    one("series_ceiling", "The elements rounded up.", |a, _| each(a, f64::ceil)),
    one("series_floor", "The elements rounded down.", |a, _| each(a, f64::floor)),
    one("series_sign", "1, 0 or -1, as the element is above, at or below 0.", |a, _| {
        each(a, |x| if x == 0.0 || x.is_nan() { x } else { x.signum() })
    }),
];

const fn two(name: &'static str, doc: &'static str, body: super::super::Kernel) -> Function {
    kernel(name, TWO, doc, Naming::None, body)
}

const fn one(name: &'static str, doc: &'static str, body: super::super::Kernel) -> Function {
    kernel(name, ONE, doc, Naming::None, body)
}

fn each(args: &[Value], f: fn(f64) -> f64) -> Value {
    let Some(items) = args[0].as_array() else { return Value::Null };
    Value::Array(items.iter().map(|x| x.as_f64().map_or(Value::Null, |x| Value::Real(f(x)))).collect())
}

fn magnitude(item: &Value) -> Value {
    match item {
        Value::Int(_) | Value::Long(_) => {
            item.as_i64().and_then(i64::checked_abs).map_or(Value::Null, Value::Long)
        }
        other => other.as_f64().map_or(Value::Null, |x| Value::Real(x.abs())),
    }
}

fn pairs(args: &[Value], f: impl Fn(f64, f64) -> Value) -> Value {
    zip(args, |x, y| x.as_f64().zip(y.as_f64()).map_or(Value::Null, |(x, y)| f(x, y)))
}

fn arithmetic(args: &[Value], whole: fn(i64, i64) -> Option<i64>, real: fn(f64, f64) -> f64) -> Value {
    zip(args, |x, y| {
        let integer = |v: &Value| matches!(v, Value::Int(_) | Value::Long(_)).then(|| v.as_i64()).flatten();
        match (integer(x).zip(integer(y)), x.as_f64().zip(y.as_f64())) {
            (Some((x, y)), _) => whole(x, y).map_or(Value::Null, Value::Long),
            (None, Some((x, y))) => Value::Real(real(x, y)),
            _ => Value::Null,
        }
    })
}

/// Element by element; a number is as long as the other.
fn zip(args: &[Value], f: impl Fn(&Value, &Value) -> Value) -> Value {
    let length = match (args[0].as_array(), args[1].as_array()) {
        (Some(a), Some(b)) => a.len().max(b.len()),
        (Some(a), None) | (None, Some(a)) => a.len(),
        (None, None) => return Value::Null,
    };
    let at = |v: &'_ Value, i: usize| -> Value {
        match v.as_array() {
            Some(items) => items.get(i).cloned().unwrap_or(Value::Null),
            None => v.clone(),
        }
    };
    Value::Array((0..length).map(|i| f(&at(&args[0], i), &at(&args[1], i))).collect())
}
