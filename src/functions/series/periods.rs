//! The period of a series, found by its autocorrelation; `series_periods_detect`, `…_validate`.
//!
//! Kusto's scores are not documented, so that the two functions that return them are refused. What
//! `series_decompose` and its like need is a period or none: that is the peak of the autocorrelation
//! of the series less its line, where it is high enough.
//!
//! Trap: this is auk's own measure. It agrees with Kusto's on series that plainly have a season or
//! plainly have none; near the threshold it may decide otherwise. A stated period never depends on it.

use super::super::Function;
use super::super::rows::refused;
use super::fit::Line;
use super::fourier::transform;

pub const ROWS: &[Function] = &[
    refused(
        "series_periods_detect",
        &["(series: array, min_period: real, max_period: real, num_periods: long) -> dynamic"],
        "The most significant periods of a series, and their scores.",
        "how its scores are made is not documented",
    ),
    refused(
        "series_periods_validate",
        &["(series: array, period: real...) -> dynamic"],
        "The scores of given periods of a series.",
        "how its scores are made is not documented",
    ),
];

/// The shortest period that is looked for.
const SHORTEST: usize = 4;
/// What an autocorrelation is of the score that it stands for.
const SCALE: f64 = 5.0 / 6.0;

/// The period with the highest peak of the autocorrelation, 0 when none reaches the threshold.
pub fn detect_one(y: &[f64], threshold: f64) -> usize {
    let correlation = autocorrelation(y);
    let peaks = (SHORTEST..=y.len() / 2).filter(|&lag| {
        let at = |lag: usize| correlation.get(lag).copied().unwrap_or(f64::NEG_INFINITY);
        at(lag) >= threshold * SCALE && at(lag) >= at(lag - 1) && at(lag) >= at(lag + 1)
    });
    let highest = peaks.reduce(|best, lag| if correlation[lag] > correlation[best] { lag } else { best });
    highest.unwrap_or(0)
}

/// For each lag, the correlation of the series less its line with itself that much later.
fn autocorrelation(y: &[f64]) -> Vec<f64> {
    let Some(line) = Line::fit(y) else { return Vec::new() };
    let size = (2 * y.len()).next_power_of_two();
    let mut values: Vec<(f64, f64)> =
        y.iter().enumerate().map(|(x, y)| (y - line.slope * x as f64 - line.level, 0.0)).collect();
    values.resize(size, (0.0, 0.0));
    let power: Vec<(f64, f64)> =
        transform(&values, false).into_iter().map(|(re, im)| (re * re + im * im, 0.0)).collect();
    let sums = transform(&power, true);
    let whole = sums[0].0;
    // A straight line leaves rounding errors alone.
    let scale: f64 = y.iter().map(|y| y * y).sum::<f64>() * size as f64;
    if whole <= scale * 1e-20 {
        return Vec::new();
    }
    sums.into_iter().take(y.len()).map(|(re, _)| re / whole).collect()
}
