//! `series_decompose(s)`, `series_decompose_anomalies(s)`, `series_decompose_forecast(s, points)`,
//! `series_seasonal(s)`: a series as season, trend and rest.
//!
//! The season is the median of the elements in the same phase of the period; the trend is fitted to
//! what is left without it: the average or a line. The last `test_points` elements are predicted and
//! not learned from.
//!
//! Traps: the trend of a forecast is a line unless told otherwise, that of the others the average.
//! A period of -1 is to be detected, 0 is none; how it is detected stands in `periods`.

use super::super::rows::kernel;
use super::super::{Cx, Function, Naming};
use super::fit::Line;
use super::outliers::Test;
use super::periods::detect_one;
use super::totals::mean;
use super::{numbers, series};
use crate::value::Value;

pub const ROWS: &[Function] = &[
    kernel(
        "series_decompose",
        &["(series: array, [period: integer], [trend: string], [test_points: integer], \
           [seasonality_threshold: real]) -> dynamic"],
        "The baseline, season, trend and rest of a series.",
        Naming::None,
        |args, cx| {
            let options = Options::of(&args[1..], [0, 1, 2, 3], "avg");
            let parts = numbers(&args[0]).and_then(|y| decompose(&y, &options, "series_decompose", cx));
            let Some(p) = parts else { return Value::Array(vec![Value::Null; 4]) };
            Value::Array([p.baseline, p.seasonal, p.trend, p.residual].map(series).to_vec())
        },
    ),
    kernel(
        "series_decompose_anomalies",
        &["(series: array, [threshold: real], [period: integer], [trend: string], [test_points: integer], \
           [method: string], [seasonality_threshold: real]) -> dynamic"],
        "The anomalies of a series, their scores, and the baseline.",
        Naming::None,
        |args, cx| {
            anomalies(args, cx)
                .map_or_else(|| Value::Array(vec![Value::Null; 3]), |a| Value::Array(a.to_vec()))
        },
    ),
    kernel(
        "series_decompose_forecast",
        &["(series: array, points: integer, [period: integer], [trend: string], \
           [seasonality_threshold: real]) -> dynamic"],
        "The series with its last points predicted from those before.",
        Naming::Prefix("series_decompose_forecast"),
        |args, cx| {
            let options = Options::of(&args[1..], [1, 2, 0, 3], "linefit");
            let parts =
                numbers(&args[0]).and_then(|y| decompose(&y, &options, "series_decompose_forecast", cx));
            parts.map_or(Value::Null, |parts| series(parts.baseline))
        },
    ),
    kernel(
        "series_seasonal",
        &["(series: array, [period: integer], [test_points: integer]) -> dynamic"],
        "The season of a series.",
        Naming::None,
        |args, _| {
            let Some(y) = numbers(&args[0]) else { return Value::Null };
            let learned = learned(&y, args.get(2).and_then(Value::as_i64).unwrap_or(0));
            let period = args.get(1).and_then(Value::as_i64).unwrap_or(-1);
            series(season(learned, y.len(), period, SEASONAL_THRESHOLD))
        },
    ),
];

/// The least score of a period that `series_seasonal` takes.
const SEASONAL_THRESHOLD: f64 = 0.7;
/// The same of the other functions, unless they are told another.
const DECOMPOSE_THRESHOLD: f64 = 0.6;

struct Options {
    period: i64,
    trend: String,
    test_points: i64,
    threshold: f64,
}

impl Options {
    /// The positions of period, trend, test points and threshold among the arguments.
    fn of(args: &[Value], [period, trend, test_points, threshold]: [usize; 4], usual_trend: &str) -> Options {
        Options {
            period: args.get(period).and_then(Value::as_i64).unwrap_or(-1),
            trend: args.get(trend).and_then(Value::as_str).unwrap_or(usual_trend).to_string(),
            test_points: args.get(test_points).and_then(Value::as_i64).unwrap_or(0),
            threshold: args.get(threshold).and_then(Value::as_f64).unwrap_or(DECOMPOSE_THRESHOLD),
        }
    }
}

struct Parts {
    baseline: Vec<f64>,
    seasonal: Vec<f64>,
    trend: Vec<f64>,
    residual: Vec<f64>,
}

/// All but the last points, and always the first.
fn learned(y: &[f64], test_points: i64) -> &[f64] {
    let tested = usize::try_from(test_points).unwrap_or(0).min(y.len().saturating_sub(1));
    &y[..y.len() - tested]
}

fn season(learned: &[f64], length: usize, period: i64, threshold: f64) -> Vec<f64> {
    let period =
        if period < 0 { detect_one(learned, threshold) } else { usize::try_from(period).unwrap_or(0) };
    if period == 0 || period > learned.len() {
        return vec![0.0; length];
    }
    let medians: Vec<f64> = (0..period)
        .map(|phase| median(learned.iter().skip(phase).step_by(period).copied().collect()))
        .collect();
    medians.into_iter().cycle().take(length).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { (values[middle - 1] + values[middle]) / 2.0 }
}

fn decompose(y: &[f64], options: &Options, function: &str, cx: &Cx) -> Option<Parts> {
    if y.is_empty() {
        return None;
    }
    let learned = learned(y, options.test_points);
    let seasonal = season(learned, y.len(), options.period, options.threshold);
    let rest: Vec<f64> = learned.iter().zip(&seasonal).map(|(y, s)| y - s).collect();
    let (slope, level) = match options.trend.as_str() {
        "avg" => (0.0, mean(&rest)),
        "linefit" => Line::fit(&rest).map(|line| (line.slope, line.level))?,
        "none" => (0.0, 0.0),
        other => {
            cx.fail(format!("{function}(): {other:?} is none of the trends 'avg', 'linefit' and 'none'"));
            return None;
        }
    };
    let trend: Vec<f64> = (0..y.len()).map(|x| slope * x as f64 + level).collect();
    let baseline: Vec<f64> = seasonal.iter().zip(&trend).map(|(s, t)| s + t).collect();
    let residual = y.iter().zip(&baseline).map(|(y, b)| y - b).collect();
    Some(Parts { baseline, seasonal, trend, residual })
}

fn anomalies(args: &[Value], cx: &Cx) -> Option<[Value; 3]> {
    const NAME: &str = "series_decompose_anomalies";
    let y = numbers(&args[0])?;
    let threshold = args.get(1).and_then(Value::as_f64).unwrap_or(1.5);
    let options = Options::of(&args[1..], [1, 2, 3, 5], "avg");
    let test = Test::of(args.get(5).and_then(Value::as_str).unwrap_or("ctukey"), NAME, cx)?;
    let parts = decompose(&y, &options, NAME, cx)?;
    let residual: Vec<Option<f64>> = parts.residual.into_iter().map(Some).collect();
    let tested = usize::try_from(options.test_points).unwrap_or(0);
    let scores = test.scores(&residual, tested);
    let flag = |score: &f64| Value::Long(i64::from(*score > threshold) - i64::from(*score < -threshold));
    Some([Value::Array(scores.iter().map(flag).collect()), series(scores), series(parts.baseline)])
}
