//! `make_datetime(…)`, `make_timespan(…)`, `unixtime_…_todatetime(n)`.
//!
//! Trap: a part out of its range gives null, it does not carry over.

use super::super::rows::kernel;
use super::super::{Function, Naming};
use super::datetime;
use crate::time::{self, Civil, TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MINUTE, TICKS_PER_SECOND};
use crate::value::Value;

const NUMBER: &[&str] = &["(number: number) -> datetime"];

pub const ROWS: &[Function] = &[
    kernel(
        "make_datetime",
        &[
            "(year: number, month: number, day: number) -> datetime",
            "(year: number, month: number, day: number, hour: number, minute: number, [second: real]) -> datetime",
            "(value: string) -> datetime",
            "(value: datetime) -> datetime",
        ],
        "The datetime of a date and a time of day.",
        Naming::FirstArgument,
        |args, _| match args {
            [Value::String(text)] => datetime(time::parse_datetime(text)),
            [Value::Datetime(ticks)] => Value::Datetime(*ticks),
            args => datetime(make_datetime(args)),
        },
    ),
    kernel(
        "make_timespan",
        &[
            "(hour: number, minute: number, [second: real]) -> timespan",
            "(day: number, hour: number, minute: number, second: real) -> timespan",
            "(value: string) -> timespan",
            "(value: timespan) -> timespan",
        ],
        "The timespan of days and a time of day.",
        Naming::FirstArgument,
        |args, _| {
            let ticks = match args {
                [Value::String(text)] => time::parse_timespan(text),
                [Value::Timespan(ticks)] => Some(*ticks),
                [hour, minute] => time_of_day(hour, minute, None),
                [hour, minute, second] => time_of_day(hour, minute, Some(second)),
                [day, hour, minute, second] => whole(day).and_then(|day| {
                    day.checked_mul(TICKS_PER_DAY)?.checked_add(time_of_day(hour, minute, Some(second))?)
                }),
                _ => None,
            };
            ticks.map_or(Value::Null, Value::Timespan)
        },
    ),
    kernel(
        "unixtime_seconds_todatetime",
        NUMBER,
        "Seconds since 1970 as a datetime.",
        Naming::None,
        |a, _| unixtime(&a[0], TICKS_PER_SECOND, 1),
    ),
    kernel(
        "unixtime_milliseconds_todatetime",
        NUMBER,
        "Milliseconds since 1970 as a datetime.",
        Naming::None,
        |a, _| unixtime(&a[0], time::TICKS_PER_MILLISECOND, 1),
    ),
    kernel(
        "unixtime_microseconds_todatetime",
        NUMBER,
        "Microseconds since 1970 as a datetime.",
        Naming::None,
        |a, _| unixtime(&a[0], time::TICKS_PER_MICROSECOND, 1),
    ),
    kernel(
        "unixtime_nanoseconds_todatetime",
        NUMBER,
        "Nanoseconds since 1970 as a datetime.",
        Naming::None,
        |a, _| unixtime(&a[0], 1, 100),
    ),
];

/// A number cut to a whole one.
fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_f64().filter(|x| x.abs() < 1e15).map(|x| x as i64))
}

fn make_datetime(args: &[Value]) -> Option<i64> {
    let [year, month, day, rest @ ..] = args else { return None };
    let date = Civil {
        year: whole(year)?,
        month: whole(month)?,
        day: whole(day)?,
        hour: 0,
        minute: 0,
        second: 0,
        fraction: 0,
    };
    if !(1..=9999).contains(&date.year) {
        return None;
    }
    let time = match rest {
        [] => 0,
        [hour, minute, rest @ ..] => time_of_day(hour, minute, rest.first())?,
        _ => return None,
    };
    time::ticks(date)?.checked_add(time)
}

fn time_of_day(hour: &Value, minute: &Value, second: Option<&Value>) -> Option<i64> {
    let (hour, minute) = (whole(hour)?, whole(minute)?);
    let ticks = match second {
        Some(second) => (second.as_f64()? * TICKS_PER_SECOND as f64).round(),
        None => 0.0,
    };
    let valid = (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0.0..TICKS_PER_MINUTE as f64).contains(&ticks);
    valid.then_some(hour * TICKS_PER_HOUR + minute * TICKS_PER_MINUTE + ticks as i64)
}

fn unixtime(number: &Value, up: i64, down: i64) -> Value {
    let ticks = match number {
        Value::Int(_) | Value::Long(_) => number.as_i64().and_then(|n| n.checked_mul(up)).map(|n| n / down),
        // The double is of whole units and a rest, so that large numbers keep their ticks.
        _ => number.as_f64().filter(|x| x.abs() < 1e18).and_then(|x| {
            let rest = (x.fract() * up as f64 / down as f64).round() as i64;
            (x.trunc() as i64).checked_mul(up).and_then(|n| (n / down).checked_add(rest))
        }),
    };
    datetime(ticks.and_then(|t| t.checked_add(time::UNIX_EPOCH)))
}
