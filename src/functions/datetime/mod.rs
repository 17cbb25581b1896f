//! Datetimes and timespans: the calendar, parts and differences, making and formatting them.
//!
//! Weeks start on Sunday, as in Kusto; `week_of_year` alone counts by ISO 8601.
//!
//! Trap: all arithmetic is on ticks; what leaves the years 1–9999 is null.

mod add;
mod bin;
mod calendar;
mod clock;
mod format;
mod make;
mod parts;
mod zones;

use super::{Cx, Function};
use crate::time;
use crate::value::Value;

/// The rows, by subject.
pub const ROWS: &[&[Function]] =
    &[add::ROWS, bin::ROWS, calendar::ROWS, clock::ROWS, format::ROWS, make::ROWS, parts::ROWS, zones::ROWS];

/// Ticks as a datetime, null when out of range.
fn datetime(ticks: Option<i64>) -> Value {
    ticks.filter(|t| time::in_range(*t)).map_or(Value::Null, Value::Datetime)
}

/// A unit of time by name, in any case; an unknown one fails the query.
fn part(name: &Value, function: &str, cx: &Cx) -> Option<Part> {
    let name = name.as_str()?;
    let lower = name.to_ascii_lowercase();
    let found = PARTS.iter().find(|(n, _)| *n == lower).map(|(_, part)| *part);
    if found.is_none() {
        cx.fail(format!("{function}(): {name:?} is not a part of a datetime"));
    }
    found
}

/// A unit of time.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Year,
    Quarter,
    Month,
    Week,
    WeekOfYear,
    Day,
    DayOfYear,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
    Nanosecond,
}

const PARTS: &[(&str, Part)] = &[
    ("year", Part::Year),
    ("quarter", Part::Quarter),
    ("month", Part::Month),
    ("week", Part::Week),
    ("week_of_year", Part::WeekOfYear),
    ("day", Part::Day),
    ("dayofyear", Part::DayOfYear),
    ("hour", Part::Hour),
    ("minute", Part::Minute),
    ("second", Part::Second),
    ("millisecond", Part::Millisecond),
    ("microsecond", Part::Microsecond),
    ("nanosecond", Part::Nanosecond),
];

impl Part {
    /// Its length where that is always the same and at least a tick.
    fn ticks(self) -> Option<i64> {
        Some(match self {
            Part::Week => 7 * time::TICKS_PER_DAY,
            Part::Day => time::TICKS_PER_DAY,
            Part::Hour => time::TICKS_PER_HOUR,
            Part::Minute => time::TICKS_PER_MINUTE,
            Part::Second => time::TICKS_PER_SECOND,
            Part::Millisecond => time::TICKS_PER_MILLISECOND,
            Part::Microsecond => time::TICKS_PER_MICROSECOND,
            _ => return None,
        })
    }
}

/// Days since the Sunday on or before.
fn days_since_sunday(days: i64) -> i64 {
    (days + 1).rem_euclid(7)
}
