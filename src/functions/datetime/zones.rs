//! `datetime_utc_to_local(date, zone)`, `datetime_local_to_utc(date, zone)`, by the IANA time zones.
//!
//! Traps: a local time that a clock change leaves out is read by the offset after the change, one
//! that occurs twice by standard time, the later of the two. The zones are those of the build.

use std::str::FromStr;

use chrono::{DateTime, MappedLocalTime, NaiveDateTime, Offset, TimeDelta, TimeZone};
use chrono_tz::Tz;

use super::super::rows::kernel;
use super::super::{Cx, Function, Naming};
use super::datetime;
use crate::time::{TICKS_PER_SECOND, UNIX_EPOCH};
use crate::value::Value;

pub const ROWS: &[Function] = &[
    kernel(
        "datetime_utc_to_local",
        &["(from: datetime, timezone: string) -> datetime"],
        "The local time in a time zone at a time in UTC.",
        Naming::None,
        |args, cx| convert(args, "datetime_utc_to_local", utc_offset, 1, cx),
    ),
    kernel(
        "datetime_local_to_utc",
        &["(from: datetime, timezone: string) -> datetime"],
        "The time in UTC at a local time in a time zone.",
        Naming::None,
        |args, cx| convert(args, "datetime_local_to_utc", local_offset, -1, cx),
    ),
    kernel(
        "datetime_list_timezones",
        &["() -> dynamic"],
        "The names of the time zones.",
        Naming::None,
        |_, _| Value::Array(chrono_tz::TZ_VARIANTS.iter().map(|zone| Value::string(zone.name())).collect()),
    ),
];

type OffsetOf = fn(Tz, NaiveDateTime) -> Option<i64>;

fn convert(args: &[Value], function: &str, offset: OffsetOf, sign: i64, cx: &Cx) -> Value {
    let (Some(ticks), Some(name)) = (args[0].as_i64(), args[1].as_str()) else { return Value::Null };
    let Ok(zone) = Tz::from_str(name) else {
        cx.fail(format!("{function}(): {name:?} is not a time zone"));
        return Value::Null;
    };
    let seconds = (ticks - UNIX_EPOCH).div_euclid(TICKS_PER_SECOND);
    let moved = DateTime::from_timestamp(seconds, 0)
        .and_then(|time| offset(zone, time.naive_utc()))
        .and_then(|seconds| ticks.checked_add(sign * seconds * TICKS_PER_SECOND));
    datetime(moved)
}

/// Seconds east of UTC at a time in UTC.
fn utc_offset(zone: Tz, time: NaiveDateTime) -> Option<i64> {
    Some(i64::from(zone.offset_from_utc_datetime(&time).fix().local_minus_utc()))
}

/// Seconds east of UTC at a local time.
fn local_offset(zone: Tz, time: NaiveDateTime) -> Option<i64> {
    match zone.offset_from_local_datetime(&time) {
        MappedLocalTime::Single(offset) => Some(i64::from(offset.fix().local_minus_utc())),
        MappedLocalTime::Ambiguous(a, b) => {
            Some(i64::from(a.fix().local_minus_utc().min(b.fix().local_minus_utc())))
        }
        MappedLocalTime::None => utc_offset(zone, time.checked_add_signed(TimeDelta::days(1))?),
    }
}
