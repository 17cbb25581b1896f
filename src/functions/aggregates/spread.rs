//! `variance`, `stdev`, `covariance`, of a sample and (`…p`) of a whole population.
//!
//! Trap: one value or none has no spread: the answer is 0, not NaN.

use super::super::{Accumulator, Aggregate, Cx, Naming};
use super::{row, special};
use crate::value::Value;

const ONE: &[&str] = &["(expr: number) -> real", "(expr: timespan) -> real"];
const ONE_IF: &[&str] =
    &["(expr: number, predicate: bool) -> real", "(expr: timespan, predicate: bool) -> real"];
const TWO: &[&str] = &["(x: number, y: number) -> real"];
const TWO_IF: &[&str] = &["(x: number, y: number, predicate: bool) -> real"];

pub const ROWS: &[Aggregate] = &[
    row("variance", ONE, "The variance of a sample.", Naming::Prefix("variance"), || Spread::boxed(1, false)),
    row("variancep", ONE, "The variance of a population.", Naming::Prefix("variancep"), || {
        Spread::boxed(0, false)
    }),
    row("stdev", ONE, "The standard deviation of a sample.", Naming::Prefix("stdev"), || {
        Spread::boxed(1, true)
    }),
    row("stdevp", ONE, "The standard deviation of a population.", Naming::Prefix("stdevp"), || {
        Spread::boxed(0, true)
    }),
    row("covariance", TWO, "The covariance of a sample.", Naming::Prefix("covariance"), || {
        Spread::boxed(1, false)
    }),
    row("covariancep", TWO, "The covariance of a population.", Naming::Prefix("covariancep"), || {
        Spread::boxed(0, false)
    }),
    special(
        "varianceif",
        ONE_IF,
        "The variance of a sample, with a predicate.",
        Naming::Prefix("varianceif"),
    ),
    special(
        "variancepif",
        ONE_IF,
        "The variance of a population, with a predicate.",
        Naming::Prefix("variancepif"),
    ),
    special(
        "stdevif",
        ONE_IF,
        "The standard deviation of a sample, with a predicate.",
        Naming::Prefix("stdevif"),
    ),
    special(
        "covarianceif",
        TWO_IF,
        "The covariance of a sample, with a predicate.",
        Naming::Prefix("covarianceif"),
    ),
    special(
        "covariancepif",
        TWO_IF,
        "The covariance of a population, with a predicate.",
        Naming::Prefix("covariancepif"),
    ),
];

/// Welford's running moments of (x, y); with one argument y is x.
struct Spread {
    /// What is taken off the count: 1 for a sample.
    less: i64,
    root: bool,
    count: i64,
    mean_x: f64,
    mean_y: f64,
    moment: f64,
}

impl Spread {
    fn boxed(less: i64, root: bool) -> Box<dyn Accumulator> {
        Box::new(Spread { less, root, count: 0, mean_x: 0.0, mean_y: 0.0, moment: 0.0 })
    }
}

/// The number in a value; the ticks of a timespan.
pub fn measure(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_i64().map(|ticks| ticks as f64))
}

impl Accumulator for Spread {
    fn add(&mut self, args: &[Value], _: &Cx) {
        let Some((x, y)) = args.first().and_then(measure).zip(args.last().and_then(measure)) else { return };
        self.count += 1;
        let dx = x - self.mean_x;
        self.mean_x += dx / self.count as f64;
        self.mean_y += (y - self.mean_y) / self.count as f64;
        self.moment += dx * (y - self.mean_y);
    }

    fn finish(&mut self, _: &Cx) -> Value {
        let degrees = self.count - self.less;
        let spread = if degrees > 0 { self.moment / degrees as f64 } else { 0.0 };
        Value::Real(if self.root { spread.max(0.0).sqrt() } else { spread })
    }
}
