//! `series_fit_line(s)`, `series_fit_2lines(s)`, `series_fit_poly(y, [x], [degree])`: least squares.
//!
//! Lines and polynomials are over the positions 1, 2, 3, … (the right one of two lines starts at 1
//! anew), unless x is given. Coefficients come from the highest power down. `series_fit_2lines` splits
//! where the residual is least.
//!
//! Trap: variances are those of a sample; a series that does not vary is fitted with `rsquare` 1.

use super::super::rows::kernel;
use super::super::{Function, Naming};
use super::totals::{mean, variance};
use super::{numbers, series};
use crate::value::Value;

const SIGNATURE: &[&str] = &["(series: array) -> dynamic"];

/// The highest degree of a polynomial.
const MOST_DEGREE: usize = 32;

pub const ROWS: &[Function] = &[
    kernel("series_fit_line", SIGNATURE, "The line that fits a series best.", Naming::None, |args, _| {
        let members = numbers(&args[0]).and_then(|y| Line::fit(&y)).map(|line| line.members());
        Value::Array(members.map_or_else(|| vec![Value::Null; 6], |m| m.into_iter().map(|m| m.1).collect()))
    }),
    kernel(
        "series_fit_line_dynamic",
        SIGNATURE,
        "The line that fits a series best, as a bag.",
        Naming::None,
        |args, _| {
            let line = numbers(&args[0]).and_then(|y| Line::fit(&y));
            line.map_or(Value::Null, |line| bag(line.members()))
        },
    ),
    kernel(
        "series_fit_2lines",
        SIGNATURE,
        "The two lines, one after the other, that fit a series best.",
        Naming::None,
        |args, _| {
            let Some(fit) = numbers(&args[0]).and_then(|y| TwoLines::fit(&y)) else {
                return Value::Array(vec![Value::Null; 15]);
            };
            let sides = fit.right.short().into_iter().chain(fit.left.short());
            Value::Array(fit.members().into_iter().chain(sides).map(|m| m.1).collect())
        },
    ),
    kernel(
        "series_fit_2lines_dynamic",
        SIGNATURE,
        "The two lines, one after the other, that fit a series best, as a bag.",
        Naming::None,
        |args, _| {
            let Some(fit) = numbers(&args[0]).and_then(|y| TwoLines::fit(&y)) else { return Value::Null };
            let sides = [("right", bag(fit.right.short())), ("left", bag(fit.left.short()))];
            bag(fit.members().into_iter().chain(sides))
        },
    ),
    kernel(
        "series_fit_poly",
        &[
            "(y_series: array, [x_series: array], [degree: int]) -> dynamic",
            "(y_series: array, degree: int) -> dynamic",
        ],
        "The polynomial that fits a series best.",
        Naming::None,
        |args, _| Value::Array(poly(args).map_or_else(|| vec![Value::Null; 5], Vec::from)),
    ),
];

fn bag(members: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    Value::Bag(members.into_iter().map(|(name, value)| (name.to_string(), value)).collect())
}

/// How much of the variance a fit explains, and the variances before and after.
struct Quality {
    rsquare: f64,
    variance: f64,
    rvariance: f64,
}

impl Quality {
    fn of(y: &[f64], fit: &[f64]) -> Quality {
        let rest: Vec<f64> = y.iter().zip(fit).map(|(y, f)| y - f).collect();
        let (variance, rvariance) = (variance(y), variance(&rest));
        let rsquare = if variance > 0.0 { 1.0 - rvariance / variance } else { 1.0 };
        Quality { rsquare, variance, rvariance }
    }
}

/// A fitted line.
pub struct Line {
    pub slope: f64,
    /// The line's value at the first point.
    pub level: f64,
    quality: Quality,
    fit: Vec<f64>,
}

impl Line {
    pub fn fit(y: &[f64]) -> Option<Line> {
        let (slope, level) = slope_and_level(y)?;
        let fit: Vec<f64> = (0..y.len()).map(|x| slope * x as f64 + level).collect();
        Some(Line { slope, level, quality: Quality::of(y, &fit), fit })
    }

    fn members(&self) -> [(&'static str, Value); 6] {
        [
            ("rsquare", Value::Real(self.quality.rsquare)),
            ("slope", Value::Real(self.slope)),
            ("variance", Value::Real(self.quality.variance)),
            ("rvariance", Value::Real(self.quality.rvariance)),
            ("interception", Value::Real(self.level - self.slope)),
            ("line_fit", series(self.fit.iter().copied())),
        ]
    }

    fn short(&self) -> [(&'static str, Value); 5] {
        [
            ("rsquare", Value::Real(self.quality.rsquare)),
            ("slope", Value::Real(self.slope)),
            ("interception", Value::Real(self.level - self.slope)),
            ("variance", Value::Real(self.quality.variance)),
            ("rvariance", Value::Real(self.quality.rvariance)),
        ]
    }
}

fn slope_and_level(y: &[f64]) -> Option<(f64, f64)> {
    if y.is_empty() {
        return None;
    }
    let (mean_x, mean_y) = ((y.len() - 1) as f64 / 2.0, mean(y));
    let (mut both, mut square) = (0.0, 0.0);
    for (x, y) in y.iter().enumerate() {
        let dx = x as f64 - mean_x;
        both += dx * (y - mean_y);
        square += dx * dx;
    }
    let slope = if square > 0.0 { both / square } else { 0.0 };
    Some((slope, mean_y - slope * mean_x))
}

struct TwoLines {
    split: usize,
    left: Line,
    right: Line,
    quality: Quality,
    fit: Vec<f64>,
}

impl TwoLines {
    fn fit(y: &[f64]) -> Option<TwoLines> {
        let before = residuals(y);
        let reversed: Vec<f64> = y.iter().rev().copied().collect();
        let after = residuals(&reversed);
        // Two points at least on either side.
        let rest = |split: usize| before[split] + after[y.len() - split];
        let splits = 2..(y.len().saturating_sub(1));
        let split = splits.reduce(|best, next| if rest(next) < rest(best) { next } else { best })?;
        let (left, right) = (Line::fit(&y[..split])?, Line::fit(&y[split..])?);
        let fit: Vec<f64> = left.fit.iter().chain(&right.fit).copied().collect();
        Some(TwoLines { split, quality: Quality::of(y, &fit), left, right, fit })
    }

    fn members(&self) -> [(&'static str, Value); 5] {
        [
            ("rsquare", Value::Real(self.quality.rsquare)),
            ("split_idx", Value::Long(self.split as i64)),
            ("variance", Value::Real(self.quality.variance)),
            ("rvariance", Value::Real(self.quality.rvariance)),
            ("line_fit", series(self.fit.iter().copied())),
        ]
    }
}

/// For each length, the squared residuals of the line through so many first points.
fn residuals(y: &[f64]) -> Vec<f64> {
    let (mut n, mut mean_x, mut mean_y, mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    let mut all = vec![0.0];
    for (x, y) in y.iter().enumerate() {
        n += 1.0;
        let (dx, dy) = (x as f64 - mean_x, y - mean_y);
        mean_x += dx / n;
        mean_y += dy / n;
        xx += dx * (x as f64 - mean_x);
        xy += dx * (y - mean_y);
        yy += dy * (y - mean_y);
        all.push(if xx > 0.0 { (yy - xy * xy / xx).max(0.0) } else { 0.0 });
    }
    all
}

/// Quality and coefficients of the polynomial, as the members of the result.
fn poly(args: &[Value]) -> Option<[Value; 5]> {
    let y = numbers(&args[0])?;
    let x = match args.get(1) {
        Some(Value::Array(_)) => numbers(&args[1])?,
        _ => (1..=y.len()).map(|i| i as f64).collect(),
    };
    let degree = args[1..].iter().find_map(Value::as_i64).unwrap_or(1);
    let degree = usize::try_from(degree).ok().filter(|d| (1..=MOST_DEGREE).contains(d))?;
    if x.len() != y.len() || y.len() <= degree {
        return None;
    }
    let coefficients = least_squares(&x, &y, degree)?;
    let value = |x: f64| coefficients.iter().fold(0.0, |sum, c| sum * x + c);
    let fit: Vec<f64> = x.iter().map(|x| value(*x)).collect();
    let quality = Quality::of(&y, &fit);
    Some([
        Value::Real(quality.rsquare),
        series(coefficients.iter().copied()),
        Value::Real(quality.variance),
        Value::Real(quality.rvariance),
        series(fit),
    ])
}

/// By Householder reflections of the matrix of powers; `None` when its columns depend on each other.
fn least_squares(x: &[f64], y: &[f64], degree: usize) -> Option<Vec<f64>> {
    let (rows, columns) = (x.len(), degree + 1);
    let mut a: Vec<Vec<f64>> =
        (0..columns).map(|k| x.iter().map(|x| x.powi((degree - k) as i32)).collect()).collect();
    let mut b = y.to_vec();
    for k in 0..columns {
        let norm = a[k][k..].iter().map(|v| v * v).sum::<f64>().sqrt();
        if !(norm > 0.0 && norm.is_finite()) {
            return None;
        }
        let mut v = a[k][k..].to_vec();
        v[0] += norm.copysign(v[0]);
        let length: f64 = v.iter().map(|v| v * v).sum();
        for column in a.iter_mut().skip(k).chain([&mut b]) {
            let dot: f64 = v.iter().zip(&column[k..]).map(|(v, c)| v * c).sum();
            column[k..].iter_mut().zip(&v).for_each(|(c, v)| *c -= 2.0 * dot / length * v);
        }
    }
    let mut solution = vec![0.0; columns];
    for k in (0..columns.min(rows)).rev() {
        let known: f64 = (k + 1..columns).map(|j| a[j][k] * solution[j]).sum();
        if a[k][k].abs() < 1e-12 * a[k].iter().fold(0.0_f64, |m, v| m.max(v.abs())).max(f64::MIN_POSITIVE) {
            return None;
        }
        solution[k] = (b[k] - known) / a[k][k];
    }
    Some(solution)
}
