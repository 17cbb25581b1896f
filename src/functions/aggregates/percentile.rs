//! `percentile(x, 50)`, `percentilew(x, weight, 50)` and their forms with several percentiles.
//!
//! By nearest rank: the least value such that so many percent of the values are not greater. The
//! binder turns `percentiles(x, 5, 95)` into one `percentile` a column, named `percentile_x_5`;
//! `percentiles_array` gives an array.
//!
//! Trap: exact over all values of the group, where Kusto estimates beyond some hundred values.

use super::super::{Accumulator, Aggregate, Cx, Naming};
use super::{row, special};
use crate::value::Value;

pub const ROWS: &[Aggregate] = &[
    row(
        "percentile",
        &["(expr: scalar, percentile: real) -> expr"],
        "The value that so many percent of the values do not exceed.",
        Naming::Prefix("percentile"),
        || Box::new(Percentile::default()),
    ),
    row(
        "percentilew",
        &["(expr: scalar, weight: integer, percentile: real) -> expr"],
        "The value that so many percent of the weighted values do not exceed.",
        Naming::Prefix("percentile"),
        || Box::new(Percentile { weighted: true, ..Percentile::default() }),
    ),
    special(
        "percentiles",
        &["(expr: scalar, percentile: real...) -> expr"],
        "One column for each of the percentiles.",
        Naming::Prefix("percentile"),
    ),
    special(
        "percentilesw",
        &["(expr: scalar, weight: integer, percentile: real...) -> expr"],
        "One column for each of the percentiles of the weighted values.",
        Naming::Prefix("percentile"),
    ),
    row(
        "percentiles_array",
        &["(expr: scalar, percentiles: array) -> dynamic", "(expr: scalar, percentile: real...) -> dynamic"],
        "The percentiles as one array.",
        Naming::Prefix("percentiles"),
        || Box::new(Percentile { array: true, ..Percentile::default() }),
    ),
    row(
        "percentilesw_array",
        &[
            "(expr: scalar, weight: integer, percentiles: array) -> dynamic",
            "(expr: scalar, weight: integer, percentile: real...) -> dynamic",
        ],
        "The percentiles of the weighted values as one array.",
        Naming::Prefix("percentiles"),
        || Box::new(Percentile { array: true, weighted: true, ..Percentile::default() }),
    ),
];

#[derive(Default)]
struct Percentile {
    weighted: bool,
    array: bool,
    /// What was asked for, from the first row: the percentiles are constants.
    asked: Option<Vec<f64>>,
    values: Vec<(Value, i64)>,
}

impl Accumulator for Percentile {
    fn add(&mut self, args: &[Value], _: &Cx) {
        let first = 1 + usize::from(self.weighted);
        if self.asked.is_none() {
            self.asked = Some(asked(args.get(first..).unwrap_or_default()));
        }
        let weight = if self.weighted { args[1].as_i64().unwrap_or(0) } else { 1 };
        if weight > 0 && !args[0].is_null() {
            self.values.push((args[0].clone(), weight));
        }
    }

    fn finish(&mut self, cx: &Cx) -> Value {
        let mut values = std::mem::take(&mut self.values);
        values.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        let asked = self.asked.take().unwrap_or_default();
        if values.is_empty() {
            return Value::missing(cx.returns);
        }
        let mut found = asked.iter().map(|p| nearest_rank(&values, *p));
        if self.array { Value::Array(found.collect()) } else { found.next().unwrap_or(Value::Null) }
    }
}

/// The percentiles among arguments: numbers, or an array of numbers.
pub fn asked(args: &[Value]) -> Vec<f64> {
    let numbers = args.iter().flat_map(|a| a.as_array().unwrap_or(std::slice::from_ref(a)));
    numbers.filter_map(Value::as_f64).collect()
}

/// The percentile of sorted, weighted values.
pub fn nearest_rank(sorted: &[(Value, i64)], percentile: f64) -> Value {
    let total: i128 = sorted.iter().map(|(_, w)| i128::from(*w)).sum();
    let rank = percentile.clamp(0.0, 100.0) / 100.0 * total as f64;
    let mut so_far = 0_i128;
    for (value, weight) in sorted {
        so_far += i128::from(*weight);
        // A rounding error in the rank must not reach for the next value.
        if so_far as f64 >= rank - 1e-9 * rank.max(1.0) {
            return value.clone();
        }
    }
    sorted.last().map_or(Value::Null, |(value, _)| value.clone())
}
