//! `series_fir(s, filter)`, `series_iir(s, numerators, denominators)`: linear filters.
//!
//! Traps: before its start and beyond its end a series is 0. A `series_fir` filter is divided by its
//! sum unless one of its coefficients is negative; to ask for that nonetheless gives null.

use super::super::rows::kernel;
use super::super::{Function, Naming};
use super::{numbers, series};
use crate::value::Value;

pub const ROWS: &[Function] = &[
    kernel(
        "series_fir",
        &["(series: array, filter: array, [normalize: bool], [center: bool]) -> dynamic"],
        "The series through a filter of finite impulse response.",
        Naming::FirstArgument,
        |args, _| fir(args).map_or(Value::Null, series),
    ),
    kernel(
        "series_iir",
        &["(series: array, numerators: array, denominators: array) -> dynamic"],
        "The series through a filter of infinite impulse response.",
        Naming::FirstArgument,
        |args, _| iir(args).map_or(Value::Null, series),
    ),
];

fn fir(args: &[Value]) -> Option<Vec<f64>> {
    let (x, filter) = (numbers(&args[0])?, numbers(&args[1])?);
    let negative = filter.iter().any(|f| *f < 0.0);
    let normalize = args.get(2).and_then(Value::as_bool).unwrap_or(!negative);
    if normalize && negative || filter.is_empty() {
        return None;
    }
    let divisor = if normalize { filter.iter().sum() } else { 1.0 };
    let center = args.get(3).and_then(Value::as_bool).unwrap_or(false);
    let ahead = if center { filter.len() / 2 } else { 0 };
    let at = |i: usize| {
        let terms = filter.iter().enumerate();
        let terms = terms.map(|(k, f)| f * (i + ahead).checked_sub(k).and_then(|i| x.get(i)).unwrap_or(&0.0));
        terms.sum::<f64>() / divisor
    };
    Some((0..x.len()).map(at).collect())
}

fn iir(args: &[Value]) -> Option<Vec<f64>> {
    let (x, b, a) = (numbers(&args[0])?, numbers(&args[1])?, numbers(&args[2])?);
    let first = a.first().copied().filter(|a| *a != 0.0)?;
    let mut y: Vec<f64> = Vec::with_capacity(x.len());
    for i in 0..x.len() {
        let past = |coefficients: &[f64], values: &[f64], from: usize| -> f64 {
            let terms = coefficients.iter().enumerate().skip(from);
            terms.filter_map(|(k, c)| Some(c * values.get(i.checked_sub(k)?)?)).sum()
        };
        y.push((past(&b, &x, 0) - past(&a, &y, 1)) / first);
    }
    Some(y)
}
