//! Datetimes and timespans as ticks: the calendar, what KQL reads as one, and how it prints it.
//!
//! A tick is 100 ns; a datetime counts from 0001-01-01T00:00:00Z, in the proleptic Gregorian
//! calendar, up to 9999-12-31T23:59:59.9999999Z.
//!
//! Trap: a datetime without a zone is UTC. Ticks from year 1 make `bin(x, 7d)` start on a Monday,
//! as Kusto's does.

pub const TICKS_PER_MICROSECOND: i64 = 10;
pub const TICKS_PER_MILLISECOND: i64 = 10_000;
pub const TICKS_PER_SECOND: i64 = 10_000_000;
pub const TICKS_PER_MINUTE: i64 = 60 * TICKS_PER_SECOND;
pub const TICKS_PER_HOUR: i64 = 60 * TICKS_PER_MINUTE;
pub const TICKS_PER_DAY: i64 = 24 * TICKS_PER_HOUR;
/// 1970-01-01 in ticks.
pub const UNIX_EPOCH: i64 = 719_162 * TICKS_PER_DAY;
/// 9999-12-31T23:59:59.9999999Z in ticks.
pub const MAX_DATETIME: i64 = 3_652_059 * TICKS_PER_DAY - 1;

/// A point of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    pub year: i64,
    pub month: i64,
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    /// Ticks within the second.
    pub fraction: i64,
}

/// Days from 0001-01-01 to the given date; months outside 1–12 and any day count carry over.
pub fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year + (month - 1).div_euclid(12);
    let month = (month - 1).rem_euclid(12) + 1;
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y - era * 400;
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 306
}

/// The calendar date of a day counted from 0001-01-01: year, month, day.
pub fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let z = days + 306;
    let era = z.div_euclid(146_097);
    let day_of_era = z - era * 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let mp = (5 * day_of_year + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * mp + 2) / 5 + 1)
}

pub fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Ticks to calendar.
pub fn civil(ticks: i64) -> Civil {
    let (year, month, day) = civil_from_days(ticks.div_euclid(TICKS_PER_DAY));
    let rest = ticks.rem_euclid(TICKS_PER_DAY);
    Civil {
        year,
        month,
        day,
        hour: rest / TICKS_PER_HOUR,
        minute: rest / TICKS_PER_MINUTE % 60,
        second: rest / TICKS_PER_SECOND % 60,
        fraction: rest % TICKS_PER_SECOND,
    }
}

/// Calendar to ticks, `None` outside years 1–9999 or for a date that does not exist.
pub fn ticks(c: Civil) -> Option<i64> {
    let valid = (1..=9999).contains(&c.year)
        && (1..=12).contains(&c.month)
        && (1..=days_in_month(c.year, c.month)).contains(&c.day)
        && (0..24).contains(&c.hour)
        && (0..60).contains(&c.minute)
        && (0..60).contains(&c.second)
        && (0..TICKS_PER_SECOND).contains(&c.fraction);
    let days = days_from_civil(c.year, c.month, c.day);
    valid.then(|| {
        days * TICKS_PER_DAY
            + c.hour * TICKS_PER_HOUR
            + c.minute * TICKS_PER_MINUTE
            + c.second * TICKS_PER_SECOND
            + c.fraction
    })
}

/// Within the range of KQL's datetime?
pub fn in_range(ticks: i64) -> bool {
    (0..=MAX_DATETIME).contains(&ticks)
}

/// `2024-01-02T03:04:05.0000000Z`, always with seven digits: KQL's `tostring(datetime)`.
pub fn datetime_text(ticks: i64) -> String {
    let c = civil(ticks);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:07}Z",
        c.year, c.month, c.day, c.hour, c.minute, c.second, c.fraction
    )
}

/// `[-][d.]hh:mm:ss[.fffffff]`: KQL's `tostring(timespan)`.
pub fn timespan_text(ticks: i64) -> String {
    let sign = if ticks < 0 { "-" } else { "" };
    let t = ticks.unsigned_abs();
    let (day, hour, minute) = (TICKS_PER_DAY as u64, TICKS_PER_HOUR as u64, TICKS_PER_MINUTE as u64);
    let second = TICKS_PER_SECOND as u64;
    let days = if t >= day { format!("{}.", t / day) } else { String::new() };
    let fraction = if t.is_multiple_of(second) { String::new() } else { format!(".{:07}", t % second) };
    format!("{sign}{days}{:02}:{:02}:{:02}{fraction}", t / hour % 24, t / minute % 60, t / second % 60)
}

/// Reads a run of ASCII digits at the front of `s`: its value, its length, the rest.
fn digits(s: &str) -> Option<(i64, usize, &str)> {
    let n = s.bytes().take_while(u8::is_ascii_digit).count();
    if n == 0 || n > 18 {
        return None;
    }
    Some((s[..n].parse().ok()?, n, &s[n..]))
}

/// The text after `.`, as ticks: up to seven digits count, the others are cut.
fn fraction(s: &str) -> Option<(i64, &str)> {
    let n = s.bytes().take_while(u8::is_ascii_digit).count();
    if n == 0 {
        return None;
    }
    let mut ticks = 0;
    for i in 0..7 {
        ticks = ticks * 10 + s.as_bytes().get(i).filter(|_| i < n).map_or(0, |b| i64::from(b - b'0'));
    }
    Some((ticks, &s[n..]))
}

/// What `todatetime()` and datetime literals read: ISO 8601 in its usual cuts (`2024`, `2024-05`,
/// `2024-05-01`, `2024-05-01 10:20[:30[.1234567]][Z|+hh:mm]`), `M/d/yyyy [h:mm[:ss][.f] [AM|PM]]`,
/// and RFC 1123 / 850 forms with month names (`1 May 2024 10:20:30 GMT`).
pub fn parse_datetime(text: &str) -> Option<i64> {
    let s = text.trim();
    if let Some(t) = parse_iso(s) {
        return Some(t);
    }
    parse_slashed(s).or_else(|| parse_named(s))
}

/// The ISO forms alone: what Microsoft's exports write.
pub fn parse_iso(s: &str) -> Option<i64> {
    let (year, n, rest) = digits(s)?;
    if n != 4 {
        return None;
    }
    let (mut month, mut day, mut rest) = (1, 1, rest);
    if let Some(r) = rest.strip_prefix('-') {
        let (m, n, r) = digits(r)?;
        if n > 2 {
            return None;
        }
        (month, rest) = (m, r);
        if let Some(r) = rest.strip_prefix('-') {
            let (d, n, r) = digits(r)?;
            if n > 2 {
                return None;
            }
            (day, rest) = (d, r);
        }
    }
    let rest = rest.strip_prefix(['T', 't', ' ']).map_or(rest, str::trim_start);
    finish(year, month, day, rest)
}

/// `M/d/yyyy` or `M-d-yyyy` with an optional time of day; a comma may stand between them.
fn parse_slashed(s: &str) -> Option<i64> {
    let (month, _, rest) = digits(s)?;
    let (day, _, rest) = digits(rest.strip_prefix(['/', '-'])?)?;
    let (year, n, rest) = digits(rest.strip_prefix(['/', '-'])?)?;
    let year = if n == 2 { if year < 50 { 2000 + year } else { 1900 + year } } else { year };
    finish(year, month, day, rest.trim_start_matches([',', ' ']))
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// `[Wed, ]d MMM yyyy time [GMT]`, `d-MMM-yy time`, `MMM d, yyyy time`.
fn parse_named(s: &str) -> Option<i64> {
    let clean = s.replace([',', '-'], " ");
    let mut words = clean.split_whitespace().peekable();
    let is_weekday = |w: &&str| {
        let w = w.to_ascii_lowercase();
        w.len() >= 3 && ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].contains(&&w[..3])
    };
    if s.is_ascii() {
        words.next_if(is_weekday);
    } else {
        return None;
    }
    let (a, b, y) = (words.next()?, words.next()?, words.next()?);
    let month_of = |w: &str| {
        let w = w.to_ascii_lowercase();
        MONTHS.iter().position(|m| w.starts_with(m)).map(|i| i as i64 + 1)
    };
    let (day, month) = match (a.parse::<i64>(), month_of(b)) {
        (Ok(day), Some(month)) => (day, month),
        _ => (b.parse().ok()?, month_of(a)?),
    };
    let year: i64 = y.parse().ok()?;
    let year = if y.len() == 2 { if year < 50 { 2000 + year } else { 1900 + year } } else { year };
    let rest: Vec<&str> = words.collect();
    finish(year, month, day, &rest.join(" "))
}

/// A date and what follows it: nothing, a time of day, a zone.
pub fn at(year: i64, month: i64, day: i64, rest: &str) -> Option<i64> {
    finish(year, month, day, rest)
}

/// The time of day and zone after a date.
fn finish(year: i64, month: i64, day: i64, rest: &str) -> Option<i64> {
    let mut c = Civil { year, month, day, hour: 0, minute: 0, second: 0, fraction: 0 };
    let mut rest = rest;
    if !rest.is_empty() && !rest.starts_with(['Z', 'z', '+', '-']) {
        let (hour, n, r) = digits(rest)?;
        let (minute, m, r) = digits(r.strip_prefix(':')?)?;
        if n > 2 || m > 2 {
            return None;
        }
        (c.hour, c.minute, rest) = (hour, minute, r);
        if let Some(r) = rest.strip_prefix(':') {
            let (second, n, r) = digits(r)?;
            if n > 2 {
                return None;
            }
            (c.second, rest) = (second, r);
            if let Some(r) = rest.strip_prefix(['.', ',']) {
                (c.fraction, rest) = fraction(r)?;
            }
        }
        rest = rest.trim_start_matches([' ', '\u{202f}', '\u{a0}']);
        let half = rest.get(..2).map(str::to_ascii_uppercase);
        if let Some(half @ ("AM" | "PM")) = half.as_deref() {
            if !(1..=12).contains(&c.hour) {
                return None;
            }
            c.hour = c.hour % 12 + if half == "PM" { 12 } else { 0 };
            rest = rest[2..].trim_start();
        }
    }
    let offset = zone_offset(rest.trim())?;
    let t = ticks(c)? - offset;
    in_range(t).then_some(t)
}

/// `""`, `Z`, `GMT`, `UTC`, `+hh:mm`, `+hhmm`, `-hh` as ticks east of UTC.
fn zone_offset(s: &str) -> Option<i64> {
    if s.is_empty() || ["z", "gmt", "utc"].contains(&s.to_ascii_lowercase().as_str()) {
        return Some(0);
    }
    let (sign, r) = match s.as_bytes()[0] {
        b'+' => (1, &s[1..]),
        b'-' => (-1, &s[1..]),
        _ => return None,
    };
    let (h, m) = match r.len() {
        2 => (r.parse::<i64>().ok()?, 0),
        4 if r.is_ascii() => (r[..2].parse().ok()?, r[2..].parse().ok()?),
        5 if r.is_ascii() && r.as_bytes()[2] == b':' => (r[..2].parse().ok()?, r[3..].parse().ok()?),
        _ => return None,
    };
    ((0..=14).contains(&h) && (0..60).contains(&m))
        .then_some(sign * (h * TICKS_PER_HOUR + m * TICKS_PER_MINUTE))
}

/// The units of a timespan literal (`1.5h`), with their length in ticks.
pub const UNITS: &[(&str, i64)] = &[
    ("micro", TICKS_PER_MICROSECOND),
    ("micros", TICKS_PER_MICROSECOND),
    ("microsec", TICKS_PER_MICROSECOND),
    ("microsecond", TICKS_PER_MICROSECOND),
    ("microseconds", TICKS_PER_MICROSECOND),
    ("milli", TICKS_PER_MILLISECOND),
    ("millis", TICKS_PER_MILLISECOND),
    ("millisec", TICKS_PER_MILLISECOND),
    ("millisecond", TICKS_PER_MILLISECOND),
    ("milliseconds", TICKS_PER_MILLISECOND),
    ("ms", TICKS_PER_MILLISECOND),
    ("tick", 1),
    ("ticks", 1),
    ("seconds", TICKS_PER_SECOND),
    ("second", TICKS_PER_SECOND),
    ("sec", TICKS_PER_SECOND),
    ("s", TICKS_PER_SECOND),
    ("minutes", TICKS_PER_MINUTE),
    ("minute", TICKS_PER_MINUTE),
    ("min", TICKS_PER_MINUTE),
    ("m", TICKS_PER_MINUTE),
    ("hours", TICKS_PER_HOUR),
    ("hour", TICKS_PER_HOUR),
    ("hrs", TICKS_PER_HOUR),
    ("hr", TICKS_PER_HOUR),
    ("h", TICKS_PER_HOUR),
    ("days", TICKS_PER_DAY),
    ("day", TICKS_PER_DAY),
    ("d", TICKS_PER_DAY),
];

/// `2.5h`, `-3d`, `100ms`: a number with a unit.
pub fn parse_unit_timespan(text: &str) -> Option<i64> {
    let s = text.trim();
    let at = s.find(|c: char| c.is_ascii_alphabetic())?;
    let per = UNITS.iter().find(|(u, _)| *u == &s[at..])?.1;
    let number = s[..at].trim();
    if let Ok(n) = number.parse::<i64>() {
        return n.checked_mul(per);
    }
    let ticks = (number.parse::<f64>().ok()? * per as f64).round();
    (ticks.abs() < 9.2e18).then_some(ticks as i64)
}

/// What `totimespan()` reads: `[-][d.]hh:mm[:ss[.fffffff]]`, a bare number of days, or a number
/// with a unit.
pub fn parse_timespan(text: &str) -> Option<i64> {
    let s = text.trim();
    if let Some(t) = parse_unit_timespan(s) {
        return Some(t);
    }
    let (sign, s) = s.strip_prefix('-').map_or((1, s), |r| (-1, r));
    let (first, _, rest) = digits(s)?;
    if rest.is_empty() {
        return first.checked_mul(TICKS_PER_DAY)?.checked_mul(sign);
    }
    let (days, hour, rest) = match rest.strip_prefix('.') {
        Some(r) => {
            let (hour, _, r) = digits(r)?;
            (first, hour, r)
        }
        None => (0, first, rest),
    };
    let (minute, _, rest) = digits(rest.strip_prefix(':')?)?;
    let (mut second, mut ticks, mut rest) = (0, 0, rest);
    if let Some(r) = rest.strip_prefix(':') {
        let (n, _, r) = digits(r)?;
        (second, rest) = (n, r);
        if let Some(r) = rest.strip_prefix('.') {
            (ticks, rest) = fraction(r)?;
        }
    }
    if !rest.is_empty() || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let day_part = days.checked_mul(TICKS_PER_DAY)?;
    let time_part = hour * TICKS_PER_HOUR + minute * TICKS_PER_MINUTE + second * TICKS_PER_SECOND + ticks;
    day_part.checked_add(time_part)?.checked_mul(sign)
}
