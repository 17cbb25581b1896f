//! `series_outliers(s, [kind], [ignore_val], [min_percentile], [max_percentile], [test_points])`.
//!
//! Tukey's test: how far an element is outside a range of percentiles, in lengths of that range. The
//! default kind `ctukey` takes the 10th to the 90th percentile and scales the score so that 1.5 marks
//! an anomaly as it does for `tukey`, with the 25th to the 75th.
//!
//! Traps: percentiles lie on the line between neighbours. The scale is known for the default
//! percentiles alone; others end the query. A null scores 0.

use super::super::rows::kernel;
use super::super::{Cx, Function, Naming};
use super::series;
use crate::value::Value;

pub const ROWS: &[Function] = &[kernel(
    "series_outliers",
    &["(series: array, [kind: string], [ignore_val: real], [min_percentile: real], [max_percentile: real], \
       [test_points: integer]) -> dynamic"],
    "How far each element is outside the usual range.",
    Naming::FirstArgument,
    |args, cx| outliers(args, cx).unwrap_or(Value::Null),
)];

fn outliers(args: &[Value], cx: &Cx) -> Option<Value> {
    let items = args[0].as_array()?;
    let test = Test::of(args.get(1).and_then(Value::as_str).unwrap_or("ctukey"), "series_outliers", cx)?;
    let given = |at: usize| args.get(at).and_then(Value::as_f64);
    if [(3, 10.0), (4, 90.0)].iter().any(|(at, usual)| given(*at).is_some_and(|p| p != *usual)) {
        cx.fail("series_outliers(): percentiles other than 10 and 90 are not supported");
        return None;
    }
    let ignored = given(2);
    let known: Vec<Option<f64>> =
        items.iter().map(|v| v.as_f64().filter(|x| x.is_finite() && Some(*x) != ignored)).collect();
    let tested = args.get(5).and_then(Value::as_i64).and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    Some(series(test.scores(&known, tested)))
}

/// A kind of Tukey's test.
#[derive(Clone, Copy)]
pub struct Test {
    low: f64,
    high: f64,
    /// What a score in lengths of the range is multiplied by.
    scale: f64,
}

impl Test {
    /// By name; an unknown one fails the query.
    pub fn of(kind: &str, function: &str, cx: &Cx) -> Option<Test> {
        match kind {
            "ctukey" => Some(Test { low: 10.0, high: 90.0, scale: 2.772_605_605_507_915 }),
            "tukey" => Some(Test { low: 25.0, high: 75.0, scale: 1.0 }),
            other => {
                cx.fail(format!("{function}(): {other:?} is neither 'ctukey' nor 'tukey'"));
                None
            }
        }
    }

    /// The scores, by the percentiles of all but the last `tested` elements.
    pub fn scores(self, items: &[Option<f64>], tested: usize) -> Vec<f64> {
        let learned = &items[..items.len().saturating_sub(tested)];
        let mut sorted: Vec<f64> = learned.iter().flatten().copied().collect();
        sorted.sort_by(f64::total_cmp);
        if sorted.is_empty() {
            return vec![0.0; items.len()];
        }
        let (low, high) = (percentile(&sorted, self.low), percentile(&sorted, self.high));
        let score = |x: f64| match x {
            x if x > high => (x - high) / (high - low) * self.scale,
            x if x < low => (x - low) / (high - low) * self.scale,
            _ => 0.0,
        };
        items.iter().map(|x| x.map_or(0.0, score)).collect()
    }
}

/// The percentile of sorted numbers, on the line between neighbours.
fn percentile(sorted: &[f64], percent: f64) -> f64 {
    let at = (sorted.len() - 1) as f64 * percent / 100.0;
    let below = at.floor() as usize;
    let next = sorted[(below + 1).min(sorted.len() - 1)];
    sorted[below] + (next - sorted[below]) * (at - below as f64)
}
