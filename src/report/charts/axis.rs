//! An axis: which values it spans, where its marks are, and what they are called.
//!
//! Marks of numbers are 1, 2 or 5 times a power of ten, of times whole units of the calendar, of a log axis
//! powers of ten.
//!
//! Trap: places are 64-bit floats; a datetime's ticks lose some microseconds, which no pixel shows.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

use super::points::Scale;
use crate::time::{self, Civil, TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MINUTE, TICKS_PER_SECOND};

#[derive(Clone, Debug)]
pub struct Axis {
    pub least: f64,
    pub most: f64,
    pub log: bool,
    /// Where it is marked, and what stands there.
    pub marks: Vec<(f64, String)>,
    /// Runs from right to left, or from top to bottom.
    pub reversed: bool,
}

const DAY: f64 = TICKS_PER_DAY as f64;
const HOUR: f64 = TICKS_PER_HOUR as f64;
const MINUTE: f64 = TICKS_PER_MINUTE as f64;
const SECOND: f64 = TICKS_PER_SECOND as f64;
/// Steps between marks of time.
const STEPS: &[f64] = &[
    SECOND,
    2.0 * SECOND,
    5.0 * SECOND,
    10.0 * SECOND,
    15.0 * SECOND,
    30.0 * SECOND,
    MINUTE,
    2.0 * MINUTE,
    5.0 * MINUTE,
    10.0 * MINUTE,
    15.0 * MINUTE,
    30.0 * MINUTE,
    HOUR,
    2.0 * HOUR,
    3.0 * HOUR,
    6.0 * HOUR,
    12.0 * HOUR,
    DAY,
    2.0 * DAY,
    7.0 * DAY,
    14.0 * DAY,
];
/// And in months.
const MONTHS: &[i64] = &[1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000];

impl Axis {
    /// An axis over values from `least` to `most`, marked about `count` times.
    pub fn new(scale: Scale, least: f64, most: f64, log: bool, count: usize) -> Axis {
        let count = count.clamp(2, 20);
        let (least, most) = match (log, scale) {
            (true, _) => (least, if most > least { most } else { least * 10.0 }),
            (false, _) if most > least => (least, most),
            (false, Scale::Datetime) => (least - DAY / 2.0, most + DAY / 2.0),
            (false, Scale::Timespan) => (least - SECOND, most + SECOND),
            _ => (least - 0.5, most + 0.5),
        };
        let marks = match scale {
            _ if log => decades(least, most, count),
            Scale::Datetime => times(least, most, count),
            Scale::Timespan => spans(least, most, count),
            _ => numbers(least, most, count),
        };
        Axis { least, most, log, marks, reversed: false }
    }

    /// Widens a linear axis to whole marks.
    pub fn rounded(scale: Scale, least: f64, most: f64, count: usize) -> Axis {
        let axis = Axis::new(scale, least, most, false, count);
        let [first, second, ..] = axis.marks.as_slice() else { return axis };
        let step = second.0 - first.0;
        let (low, high) = ((axis.least / step).floor() * step, (axis.most / step).ceil() * step);
        Axis::new(scale, low, high, false, count)
    }

    /// A place for each of so many categories.
    pub fn categories(names: &[String]) -> Axis {
        let marks = names.iter().enumerate().map(|(at, name)| (at as f64, name.clone())).collect();
        Axis { least: -0.5, most: names.len().max(1) as f64 - 0.5, log: false, marks, reversed: false }
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        let part = match self.log {
            true => {
                (value.max(f64::MIN_POSITIVE).log10() - self.least.log10())
                    / (self.most.log10() - self.least.log10())
            }
            false => (value - self.least) / (self.most - self.least),
        };
        let part = if self.reversed { 1.0 - part } else { part };
        (f64::from(from) + f64::from(to - from) * part).round().clamp(-1e6, 1e6) as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.marks.iter().map(|(at, _)| *at).collect()
    }

    fn range(&self) -> Range<f64> {
        self.least..self.most
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, value: &f64) -> String {
        self.marks.iter().find(|(at, _)| at == value).map_or(String::new(), |(_, text)| text.clone())
    }
}

/// A number for people: `12,345`, `0.25`, `1.5e9`.
pub fn number_text(x: f64) -> String {
    let size = x.abs();
    if size != 0.0 && !(1e-4..1e12).contains(&size) {
        return format!("{x:.3e}").replace(".000e", "e");
    }
    let digits = if size >= 1000.0 {
        1
    } else if size >= 1.0 {
        3
    } else {
        6
    };
    let text = format!("{size:.digits$}");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let part = part.trim_end_matches('0');
    let mut out = String::from(if x < 0.0 { "-" } else { "" });
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if !part.is_empty() {
        out.push('.');
        out.push_str(part);
    }
    out
}

/// A place of an axis as text.
pub fn place_text(x: f64, scale: Scale) -> String {
    match scale {
        Scale::Datetime => time::datetime_text(x as i64).replace(".0000000Z", "Z"),
        Scale::Timespan => time::timespan_text(x as i64),
        _ => number_text(x),
    }
}

fn multiples(least: f64, most: f64, step: f64) -> impl Iterator<Item = f64> {
    let first = (least / step - 1e-9).ceil();
    let count = ((most / step + 1e-9).floor() - first).clamp(-1.0, 100.0) as i64;
    (0..=count).map(move |at| (first + at as f64) * step)
}

fn numbers(least: f64, most: f64, count: usize) -> Vec<(f64, String)> {
    let rough = (most - least) / count as f64;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].iter().map(|m| m * power).find(|step| *step >= rough).unwrap_or(rough);
    multiples(least, most, step).map(|x| (x, number_text(x))).collect()
}

fn decades(least: f64, most: f64, count: usize) -> Vec<(f64, String)> {
    let (first, last) = (least.log10().ceil() as i32, most.log10().floor() as i32);
    let skip = (last.saturating_sub(first) / count as i32 + 1).max(1) as usize;
    (first..=last).step_by(skip).map(|power| 10f64.powi(power)).map(|x| (x, number_text(x))).collect()
}

fn spans(least: f64, most: f64, count: usize) -> Vec<(f64, String)> {
    let rough = (most - least) / count as f64;
    if rough < SECOND / 10.0 {
        let unit = SECOND / 1000.0;
        let marks = numbers(least / unit, most / unit, count);
        return marks.into_iter().map(|(x, text)| (x * unit, format!("{text} ms"))).collect();
    }
    let step = STEPS.iter().copied().find(|step| *step >= rough).unwrap_or_else(|| {
        let days = numbers(least / DAY, most / DAY, count);
        days.windows(2).next().map_or(rough, |pair| (pair[1].0 - pair[0].0).max(1.0) * DAY)
    });
    multiples(least, most, step).map(|x| (x, time::timespan_text(x as i64))).collect()
}

fn times(least: f64, most: f64, count: usize) -> Vec<(f64, String)> {
    let rough = (most - least) / count as f64;
    if rough < SECOND / 2.0 {
        let marks = numbers(least / SECOND, most / SECOND, count);
        return marks.into_iter().map(|(x, _)| (x * SECOND, seconds_text((x * SECOND) as i64))).collect();
    }
    if let Some(step) = STEPS.iter().copied().find(|step| *step >= rough) {
        let mut day = None;
        let text = |x: f64| {
            let c = time::civil(x as i64);
            let new = day.replace((c.month, c.day)) != Some((c.month, c.day));
            match step {
                step if step >= DAY => format!("{:02}-{:02}", c.month, c.day),
                _ if new && (c.hour, c.minute) == (0, 0) => format!("{:02}-{:02}", c.month, c.day),
                step if step >= MINUTE => format!("{:02}:{:02}", c.hour, c.minute),
                _ => format!("{:02}:{:02}:{:02}", c.hour, c.minute, c.second),
            }
        };
        let mut text = text;
        return multiples(least, most, step).map(|x| (x, text(x))).collect();
    }
    let months = (rough / (30.4 * DAY)).ceil() as i64;
    let step = MONTHS.iter().copied().find(|step| *step >= months).unwrap_or(12_000);
    let first = time::civil(least.max(0.0) as i64);
    let start = (first.year * 12 + first.month - 1).div_euclid(step) * step;
    let month = |at: i64| {
        let month = start + at * step;
        let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
        let ticks = time::ticks(Civil { year, month, day: 1, hour: 0, minute: 0, second: 0, fraction: 0 })?;
        let text = if step % 12 == 0 { format!("{year}") } else { format!("{year}-{month:02}") };
        Some((ticks as f64, text))
    };
    (0..40).filter_map(month).filter(|(x, _)| (least..=most).contains(x)).collect()
}

fn seconds_text(ticks: i64) -> String {
    let c = time::civil(ticks);
    format!("{:02}:{:02}.{:03}", c.minute, c.second, c.fraction / 10_000)
}
