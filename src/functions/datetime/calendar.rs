//! `startofday`, `endofmonth`, … with an optional offset in periods.
//!
//! Trap: an end is the last tick of the period, `23:59:59.9999999`.

use super::super::rows::kernel;
use super::super::{Function, Naming};
use super::{datetime, days_since_sunday};
use crate::time::{TICKS_PER_DAY, civil_from_days, days_from_civil};
use crate::value::Value;

const SIGNATURE: &[&str] = &["(date: datetime, [offset: long]) -> datetime"];

pub const ROWS: &[Function] = &[
    kernel("startofday", SIGNATURE, "The first tick of the day.", Naming::FirstArgument, |a, _| {
        start(a, day)
    }),
    kernel("startofweek", SIGNATURE, "The first tick of the week, a Sunday's.", Naming::None, |a, _| {
        start(a, week)
    }),
    kernel("startofmonth", SIGNATURE, "The first tick of the month.", Naming::None, |a, _| start(a, month)),
    kernel("startofyear", SIGNATURE, "The first tick of the year.", Naming::None, |a, _| start(a, year)),
    kernel("endofday", SIGNATURE, "The last tick of the day.", Naming::None, |a, _| end(a, day)),
    kernel("endofweek", SIGNATURE, "The last tick of the week, a Saturday's.", Naming::None, |a, _| {
        end(a, week)
    }),
    kernel("endofmonth", SIGNATURE, "The last tick of the month.", Naming::None, |a, _| end(a, month)),
    kernel("endofyear", SIGNATURE, "The last tick of the year.", Naming::None, |a, _| end(a, year)),
];

/// The first day of the period with that day, moved by periods.
type Period = fn(i64, i64) -> i64;

fn start(args: &[Value], period: Period) -> Value {
    datetime(first_day(args, 0, period).and_then(|d| d.checked_mul(TICKS_PER_DAY)))
}

fn end(args: &[Value], period: Period) -> Value {
    datetime(first_day(args, 1, period).and_then(|d| d.checked_mul(TICKS_PER_DAY)).map(|t| t - 1))
}

fn first_day(args: &[Value], more: i64, period: Period) -> Option<i64> {
    let offset = args.get(1).map_or(Some(0), Value::as_i64)?;
    // No offset beyond the range of the calendar has an answer.
    let offset = Some(offset).filter(|n| n.abs() < 4_000_000)?;
    Some(period(args[0].as_i64()?.div_euclid(TICKS_PER_DAY), offset + more))
}

fn day(days: i64, offset: i64) -> i64 {
    days + offset
}

fn week(days: i64, offset: i64) -> i64 {
    days - days_since_sunday(days) + 7 * offset
}

fn month(days: i64, offset: i64) -> i64 {
    let (year, month, _) = civil_from_days(days);
    days_from_civil(year, month + offset, 1)
}

fn year(days: i64, offset: i64) -> i64 {
    days_from_civil(civil_from_days(days).0 + offset, 1, 1)
}
