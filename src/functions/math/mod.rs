//! Numbers: rounding, powers, trigonometry, special functions, bits, units.
//!
//! Trap: outside its domain a function of reals gives NaN, as Kusto's does; null gives null.

mod around;
mod bits;
mod bytes;
mod real;
mod round;
pub mod special;
mod units;

use super::Function;
use crate::value::Value;

/// The rows, by subject.
pub const ROWS: &[&[Function]] =
    &[around::ROWS, bits::ROWS, bytes::ROWS, real::ROWS, round::ROWS, special::ROWS, units::ROWS];

/// The sum of reals: of nothing 0, where that of the standard library is -0.
pub fn sum(numbers: impl IntoIterator<Item = f64>) -> f64 {
    numbers.into_iter().fold(0.0, |sum, x| sum + x)
}

/// A function of one real.
fn real1(args: &[Value], f: impl Fn(f64) -> f64) -> Value {
    args[0].as_f64().map_or(Value::Null, |x| Value::Real(f(x)))
}

/// A function of two reals.
fn real2(args: &[Value], f: impl Fn(f64, f64) -> f64) -> Value {
    args[0].as_f64().zip(args[1].as_f64()).map_or(Value::Null, |(x, y)| Value::Real(f(x, y)))
}

/// A function of reals, as many as there are arguments.
fn reals(args: &[Value], f: impl Fn(&[f64]) -> f64) -> Value {
    let numbers: Option<Vec<f64>> = args.iter().map(Value::as_f64).collect();
    numbers.map_or(Value::Null, |numbers| Value::Real(f(&numbers)))
}
