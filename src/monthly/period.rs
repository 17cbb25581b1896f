//! The time that a report is about: a month, or two dates, in a time zone.
//!
//! Trap: a day of the period is a day of its time zone, and begins where that zone says; a day on which a clock
//! change skips midnight begins at the first moment there is.

use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, Offset, TimeDelta, TimeZone};
use chrono_tz::Tz;

use crate::time::{TICKS_PER_SECOND, UNIX_EPOCH};

/// A time from one moment to just before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// In ticks.
    pub from: i64,
    /// The first moment after it, in ticks.
    pub to: i64,
    first: NaiveDate,
    /// The first day after it.
    end: NaiveDate,
    zone: Tz,
}

/// The zone of that name.
pub fn zone(name: &str) -> Result<Tz, String> {
    Tz::from_str(name).map_err(|_| format!("'{name}' is not a time zone; use one such as Europe/Amsterdam"))
}

/// A date as `2025-03-01`.
pub fn date(text: &str) -> Result<NaiveDate, String> {
    NaiveDate::from_str(text).map_err(|_| "use a date such as 2025-03-01".to_string())
}

/// The first day of a month as `2025-03`.
pub fn month(text: &str) -> Result<NaiveDate, String> {
    let first = if text.len() == 7 { date(&format!("{text}-01")) } else { Err(String::new()) };
    first.map_err(|_| "use a month such as 2025-03".to_string())
}

impl Period {
    /// The month that begins with this day.
    pub fn of_month(first: NaiveDate, zone: Tz) -> Option<Period> {
        Period::of_days(first, first.checked_add_months(Months::new(1))?.pred_opt()?, zone)
    }

    /// From one day to another, both within it.
    pub fn of_days(first: NaiveDate, last: NaiveDate, zone: Tz) -> Option<Period> {
        let end = last.checked_add_days(Days::new(1))?;
        (first < end).then_some(())?;
        Some(Period { from: midnight(first, zone)?, to: midnight(end, zone)?, first, end, zone })
    }

    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// `March 2025`, or `2025-03-05 to 2025-03-20`.
    pub fn name(&self) -> String {
        let whole = self.first.day() == 1 && self.first.checked_add_months(Months::new(1)) == Some(self.end);
        if whole { self.first.format("%B %Y").to_string() } else { self.days() }
    }

    /// `2025-03-01 to 2025-03-31`, both within it.
    pub fn days(&self) -> String {
        format!("{} to {}", self.first, self.end.pred_opt().unwrap_or(self.end))
    }

    /// The time that a clock on the wall of the zone shows, in ticks.
    pub fn local(&self, ticks: i64) -> i64 {
        let seconds = (ticks - UNIX_EPOCH).div_euclid(TICKS_PER_SECOND);
        let offset = DateTime::from_timestamp(seconds, 0).map_or(0, |t| {
            i64::from(self.zone.offset_from_utc_datetime(&t.naive_utc()).fix().local_minus_utc())
        });
        ticks.saturating_add(offset * TICKS_PER_SECOND)
    }
}

/// When a day begins, in ticks of UTC.
fn midnight(day: NaiveDate, zone: Tz) -> Option<i64> {
    let start = day.and_time(NaiveTime::MIN);
    let found = zone.from_local_datetime(&start).earliest();
    let found = found.or_else(|| zone.from_local_datetime(&(start + TimeDelta::hours(1))).earliest())?;
    UNIX_EPOCH.checked_add(found.timestamp().checked_mul(TICKS_PER_SECOND)?)
}
