//! `series_sum(s)`, `series_dot_product(a, b)`, `series_stats(s)`, …: one result a series.
//!
//! Traps: sums and products pass over what is no number; `series_stats` and
//! `series_pearson_correlation` then have no answer, unless `series_stats` is told to pass over it.

use super::super::math;
use super::super::rows::kernel;
use super::super::{Function, Naming};
use super::numbers;
use crate::value::Value;

const ONE: &[&str] = &["(series: array) -> real"];
const TWO: &[&str] = &[
    "(series1: array, series2: array) -> real",
    "(series1: array, series2: number) -> real",
    "(series1: number, series2: array) -> real",
];
const STATS: &[&str] = &["(series: array, [ignore_nonfinite: bool]) -> dynamic"];

pub const ROWS: &[Function] = &[
    kernel("series_sum", ONE, "The sum of the elements.", Naming::None, |args, _| {
        total(&args[0], |items| math::sum(items.iter().copied()))
    }),
    kernel("series_product", ONE, "The product of the elements.", Naming::None, |args, _| {
        total(&args[0], |items| items.iter().product())
    }),
    kernel("series_magnitude", ONE, "The Euclidean length of the series.", Naming::None, |args, _| {
        total(&args[0], |items| math::sum(items.iter().map(|x| x * x)).sqrt())
    }),
    kernel("series_dot_product", TWO, "The sum of the products of the elements.", Naming::None, |args, _| {
        dot_product(&args[0], &args[1]).map_or(Value::Null, Value::Real)
    }),
    kernel(
        "series_cosine_similarity",
        &["(series1: array, series2: array, [magnitude1: real], [magnitude2: real]) -> real"],
        "The cosine of the angle between the series as vectors.",
        Naming::None,
        |args, _| cosine(args).map_or(Value::Null, Value::Real),
    ),
    kernel(
        "series_pearson_correlation",
        &["(series1: array, series2: array) -> real"],
        "Pearson's coefficient of correlation.",
        Naming::None,
        |args, _| {
            let both = numbers(&args[0]).zip(numbers(&args[1]));
            both.and_then(|(x, y)| pearson(&x, &y)).map_or(Value::Null, Value::Real)
        },
    ),
    kernel(
        "series_stats",
        STATS,
        "Least, greatest, average and spread of a series.",
        Naming::None,
        |args, _| {
            let stats = Stats::of(args);
            Value::Array(
                stats
                    .map_or_else(|| vec![Value::Null; 7], |s| s.members().into_iter().map(|m| m.1).collect()),
            )
        },
    ),
    kernel(
        "series_stats_dynamic",
        STATS,
        "Least, greatest, average and spread of a series, as a bag.",
        Naming::None,
        |args, _| {
            let Some(stats) = Stats::of(args) else { return Value::Null };
            let more = [("sum", Value::Real(stats.sum)), ("len", Value::Long(stats.length as i64))];
            let members = stats.members().into_iter().chain(more);
            Value::Bag(members.map(|(name, value)| (name.to_string(), value)).collect())
        },
    ),
];

fn total(series: &Value, f: fn(&[f64]) -> f64) -> Value {
    let Some(items) = series.as_array() else { return Value::Null };
    let items: Vec<f64> = items.iter().filter_map(Value::as_f64).collect();
    Value::Real(f(&items))
}

fn dot_product(a: &Value, b: &Value) -> Option<f64> {
    let length = match (a.as_array(), b.as_array()) {
        (Some(a), Some(b)) => a.len().min(b.len()),
        (Some(a), None) | (None, Some(a)) => a.len(),
        (None, None) => return None,
    };
    let at = |v: &Value, i: usize| v.as_array().map_or_else(|| v.as_f64(), |items| items[i].as_f64());
    (length > 0).then(|| (0..length).filter_map(|i| Some(at(a, i)? * at(b, i)?)).sum())
}

fn cosine(args: &[Value]) -> Option<f64> {
    let product = dot_product(&args[0], &args[1])?;
    let length = args[0].as_array()?.len().min(args[1].as_array()?.len());
    let magnitude = |series: &Value, given: Option<&Value>| match given.and_then(Value::as_f64) {
        Some(given) => given,
        None => {
            let items = series.as_array().unwrap_or_default().iter().take(length);
            items.filter_map(Value::as_f64).map(|x| x * x).sum::<f64>().sqrt()
        }
    };
    Some(product / (magnitude(&args[0], args.get(2)) * magnitude(&args[1], args.get(3))))
}

pub fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    if x.len() != y.len() || x.is_empty() {
        return None;
    }
    let (mean_x, mean_y) = (mean(x), mean(y));
    let sum = |f: &dyn Fn(f64, f64) -> f64| -> f64 {
        x.iter().zip(y).map(|(x, y)| f(x - mean_x, y - mean_y)).sum()
    };
    Some(sum(&|x, y| x * y) / (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt())
}

pub fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

/// The variance of a sample; 0 for one value or none.
pub fn variance(x: &[f64]) -> f64 {
    if x.len() < 2 {
        return 0.0;
    }
    let mean = mean(x);
    x.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (x.len() - 1) as f64
}

struct Stats {
    min: (usize, f64),
    max: (usize, f64),
    average: f64,
    variance: f64,
    sum: f64,
    length: usize,
}

impl Stats {
    fn of(args: &[Value]) -> Option<Stats> {
        let items = args[0].as_array()?;
        let ignore = args.get(1).and_then(Value::as_bool).unwrap_or(false);
        let finite = |(i, v): (usize, &Value)| Some((i, v.as_f64().filter(|x| x.is_finite())?));
        let known: Vec<(usize, f64)> = items.iter().enumerate().filter_map(finite).collect();
        if known.is_empty() || known.len() < items.len() && !ignore {
            return None;
        }
        let values: Vec<f64> = known.iter().map(|(_, x)| *x).collect();
        let best = |better: fn(f64, f64) -> bool| {
            known.iter().copied().reduce(|best, next| if better(next.1, best.1) { next } else { best })
        };
        Some(Stats {
            min: best(|x, best| x < best)?,
            max: best(|x, best| x > best)?,
            average: mean(&values),
            variance: variance(&values),
            sum: values.iter().sum(),
            length: items.len(),
        })
    }

    fn members(&self) -> [(&'static str, Value); 7] {
        [
            ("min", Value::Real(self.min.1)),
            ("min_idx", Value::Long(self.min.0 as i64)),
            ("max", Value::Real(self.max.1)),
            ("max_idx", Value::Long(self.max.0 as i64)),
            ("avg", Value::Real(self.average)),
            ("stdev", Value::Real(self.variance.sqrt())),
            ("variance", Value::Real(self.variance)),
        ]
    }
}
