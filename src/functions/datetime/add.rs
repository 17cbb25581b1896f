//! `datetime_add(part, amount, datetime)`.
//!
//! Trap: a month later than the 31st is the last day of a shorter month.

use super::super::rows::kernel;
use super::super::{Function, Naming};
use super::{Part, datetime, part};
use crate::time::{TICKS_PER_DAY, civil_from_days, days_from_civil, days_in_month};
use crate::value::Value;

pub const ROWS: &[Function] = &[kernel(
    "datetime_add",
    &["(part: string, value: integer, datetime: datetime) -> datetime"],
    "The datetime moved by a number of periods.",
    Naming::None,
    |args, cx| {
        let Some(part) = part(&args[0], "datetime_add", cx) else { return Value::Null };
        let moved = args[1].as_i64().zip(args[2].as_i64());
        datetime(moved.and_then(|(amount, ticks)| add(ticks, part, amount)))
    },
)];

fn add(ticks: i64, part: Part, amount: i64) -> Option<i64> {
    match part {
        Part::Year => add_months(ticks, amount.checked_mul(12)?),
        Part::Quarter => add_months(ticks, amount.checked_mul(3)?),
        Part::Month => add_months(ticks, amount),
        Part::Nanosecond => ticks.checked_add(amount / 100),
        Part::WeekOfYear => ticks.checked_add(amount.checked_mul(Part::Week.ticks()?)?),
        Part::DayOfYear => ticks.checked_add(amount.checked_mul(TICKS_PER_DAY)?),
        other => ticks.checked_add(amount.checked_mul(other.ticks()?)?),
    }
}

fn add_months(ticks: i64, months: i64) -> Option<i64> {
    // No more months than the calendar has lead to an answer.
    let months = Some(months).filter(|n| n.abs() < 120_000)?;
    let (year, month, day) = civil_from_days(ticks.div_euclid(TICKS_PER_DAY));
    let month = month - 1 + months;
    let (year, month) = (year + month.div_euclid(12), month.rem_euclid(12) + 1);
    let days = days_from_civil(year, month, day.min(days_in_month(year, month)));
    Some(days * TICKS_PER_DAY + ticks.rem_euclid(TICKS_PER_DAY))
}
