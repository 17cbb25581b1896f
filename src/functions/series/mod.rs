//! `series_*`: functions of arrays of numbers, such as `make-series` makes.
//!
//! A function with several results gives them as one array; `MULTIPLE` names their columns, so that
//! `extend series_stats(x)` becomes `series_stats_x_min`, `series_stats_x_min_idx`, ….
//!
//! Trap: an element that is no number is null in an element-wise result, and is passed over by a
//! total; the functions that fit or decompose give null for a series with such an element.

mod decompose;
mod elementwise;
mod fill;
mod filter;
mod fit;
mod fourier;
mod multiple;
mod outliers;
mod periods;
mod totals;

use super::Function;
use crate::value::Value;

pub use multiple::MULTIPLE;

/// The rows, by subject.
pub const ROWS: &[&[Function]] = &[
    decompose::ROWS,
    elementwise::ROWS,
    fill::ROWS,
    filter::ROWS,
    fit::ROWS,
    fourier::ROWS,
    outliers::ROWS,
    periods::ROWS,
    totals::ROWS,
];

/// The numbers of a series; `None` when it is no array or holds something else.
fn numbers(series: &Value) -> Option<Vec<f64>> {
    series.as_array()?.iter().map(Value::as_f64).collect()
}

/// Numbers as a series.
fn series(numbers: impl IntoIterator<Item = f64>) -> Value {
    Value::Array(numbers.into_iter().map(Value::Real).collect())
}
