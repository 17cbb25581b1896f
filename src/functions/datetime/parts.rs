//! `datetime_part(part, date)`, `dayofmonth(date)`, … and `datetime_diff(part, a, b)`.
//!
//! Traps: `dayofweek` is a timespan, the days since Sunday. `datetime_diff` counts the boundaries
//! between the two, not whole periods: 23:59 to 00:01 is one day. `week_of_year` is ISO 8601's.

use super::super::rows::{also, kernel, refused};
use super::super::{Cx, Function, Naming};
use super::{Part, days_since_sunday, part};
use crate::time::{TICKS_PER_DAY, civil, civil_from_days, days_from_civil};
use crate::types::Type;
use crate::value::Value;

const INT: &[&str] = &["(date: datetime) -> int"];
const LONG: &[&str] = &["(date: datetime) -> long"];

pub const ROWS: &[Function] = &[
    kernel(
        "datetime_part",
        &["(part: string, date: datetime) -> int"],
        "A part of a datetime as a number.",
        Naming::None,
        |args, cx| part(&args[0], "datetime_part", cx).map_or(Value::Null, |part| of(&args[1], part, cx)),
    ),
    kernel(
        "datetime_diff",
        &["(part: string, datetime1: datetime, datetime2: datetime) -> long"],
        "The number of period boundaries from the second datetime to the first.",
        Naming::None,
        |args, cx| {
            let Some(part) = part(&args[0], "datetime_diff", cx) else { return Value::Null };
            let index = |v: &Value| v.as_i64().and_then(|ticks| index(ticks, part));
            let indexes = index(&args[1]).zip(index(&args[2]));
            indexes.and_then(|(a, b)| i64::try_from(a - b).ok()).map_or(Value::Null, Value::Long)
        },
    ),
    kernel("dayofmonth", INT, "The day of the month, from 1.", Naming::None, |a, cx| {
        of(&a[0], Part::Day, cx)
    }),
    kernel("dayofyear", INT, "The day of the year, from 1.", Naming::None, |a, cx| {
        of(&a[0], Part::DayOfYear, cx)
    }),
    also(
        kernel("monthofyear", LONG, "The month, from 1.", Naming::None, |a, cx| of(&a[0], Part::Month, cx)),
        &["getmonth"],
    ),
    kernel("getyear", INT, "The year.", Naming::None, |a, cx| of(&a[0], Part::Year, cx)),
    kernel("week_of_year", INT, "The week of the year by ISO 8601.", Naming::None, |a, cx| {
        of(&a[0], Part::WeekOfYear, cx)
    }),
    refused(
        "weekofyear",
        INT,
        "The week of the year, the first one being that of the first Wednesday.",
        "its weeks are not those of ISO 8601; week_of_year() takes its place",
    ),
    kernel("hourofday", LONG, "The hour of the day, from 0.", Naming::None, |a, cx| {
        of(&a[0], Part::Hour, cx)
    }),
    kernel(
        "dayofweek",
        &["(date: datetime) -> timespan"],
        "The days since Sunday, as a timespan.",
        Naming::None,
        |args, _| {
            let days = args[0].as_i64().map(|ticks| days_since_sunday(ticks.div_euclid(TICKS_PER_DAY)));
            days.map_or(Value::Null, |days| Value::Timespan(days * TICKS_PER_DAY))
        },
    ),
];

fn of(date: &Value, part: Part, cx: &Cx) -> Value {
    let Some(ticks) = date.as_i64() else { return Value::Null };
    let c = civil(ticks);
    let number = match part {
        Part::Year => c.year,
        Part::Quarter => (c.month + 2) / 3,
        Part::Month => c.month,
        Part::Week | Part::WeekOfYear => iso_week(ticks.div_euclid(TICKS_PER_DAY)),
        Part::Day => c.day,
        Part::DayOfYear => ticks.div_euclid(TICKS_PER_DAY) - days_from_civil(c.year, 1, 1) + 1,
        Part::Hour => c.hour,
        Part::Minute => c.minute,
        Part::Second => c.second,
        Part::Millisecond => c.fraction / 10_000,
        Part::Microsecond => c.fraction / 10,
        Part::Nanosecond => c.fraction * 100,
    };
    if cx.returns == Type::Long {
        return Value::Long(number);
    }
    i32::try_from(number).map_or(Value::Null, Value::Int)
}

/// The week with the year's first Thursday is week 1, and weeks start on Monday.
fn iso_week(days: i64) -> i64 {
    let thursday = days - days.rem_euclid(7) + 3;
    let (year, _, _) = civil_from_days(thursday);
    (thursday - days_from_civil(year, 1, 1)) / 7 + 1
}

/// The number of the period that the ticks are in.
fn index(ticks: i64, part: Part) -> Option<i128> {
    let c = civil(ticks);
    Some(i128::from(match part {
        Part::Year => c.year,
        Part::Quarter => c.year * 4 + (c.month - 1) / 3,
        Part::Month => c.year * 12 + c.month,
        Part::Week | Part::WeekOfYear => (ticks.div_euclid(TICKS_PER_DAY) + 1).div_euclid(7),
        Part::DayOfYear => ticks.div_euclid(TICKS_PER_DAY),
        Part::Nanosecond => return Some(i128::from(ticks) * 100),
        other => ticks.div_euclid(other.ticks()?),
    }))
}
