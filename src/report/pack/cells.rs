//! How names of columns and values read to people: `UserPrincipalName` is `User principal name`, a time is the one of
//! the report's time zone, a list has commas.
//!
//! Trap: a column that holds a calendar's day or a local time already (`Day`, `LocalTime`) is not moved again.

use std::fmt::Write;

use crate::monthly::period::Period;
use crate::report::cell;
use crate::report::escape::visible;
use crate::table::Table;
use crate::time::{self, TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MINUTE, TICKS_PER_SECOND};
use crate::types::{Column, Type};
use crate::value::Value;

/// Words of names that are written in one way only.
const WORDS: &[(&str, &str)] = &[
    ("ip", "IP"),
    ("mfa", "MFA"),
    ("pim", "PIM"),
    ("sha256", "SHA-256"),
    ("asn", "ASN"),
    ("ual", "UAL"),
    ("km", "km"),
    ("kmh", "km/h"),
    ("url", "URL"),
];

/// Columns whose times are those of a calendar, not moments.
pub const CALENDAR: &[&str] = &["Day", "Date", "Week", "Month", "LocalTime"];

/// A column's name as words.
pub fn label(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for word in words(name) {
        let small = word.to_lowercase();
        let fixed = WORDS.iter().find(|(from, _)| *from == small).map(|(_, to)| (*to).to_string());
        if !out.is_empty() {
            out.push(' ');
        }
        let acronym = word.chars().count() > 1 && word.chars().all(|c| c.is_uppercase());
        out.push_str(&fixed.unwrap_or(if acronym || out.is_empty() { word } else { small }));
    }
    visible(&out).into_owned()
}

/// `IPAddress` is `IP`, `Address`; `First_Seen` is `First`, `Seen`.
fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    for (at, c) in letters.iter().enumerate() {
        let after_small = at > 0 && (letters[at - 1].is_lowercase() || letters[at - 1].is_ascii_digit());
        let before_small = letters.get(at + 1).is_some_and(|n| n.is_lowercase());
        let begins = c.is_uppercase() && (after_small || before_small);
        if (begins || words.is_empty()) && *c != '_' {
            words.push(String::new());
        }
        match c {
            '_' => words.push(String::new()),
            c => words.last_mut().into_iter().for_each(|word| word.push(*c)),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// How the values of a column are shown.
#[derive(Clone, Copy, Debug)]
pub struct Style<'a> {
    period: &'a Period,
    pub ty: Type,
    moved: bool,
    /// All times of the column are midnights: the date says it.
    pub dates: bool,
}

/// The styles of a table's columns.
pub fn styles<'a>(table: &Table, period: &'a Period) -> Vec<Style<'a>> {
    let style = |(at, column): (usize, &Column)| {
        let moved = column.ty == Type::Datetime && !CALENDAR.contains(&column.name.as_str());
        let plain = Style { period, ty: column.ty, moved, dates: false };
        let times: Vec<i64> =
            table.rows.iter().filter_map(|row| row.get(at)).filter_map(|v| plain.moment(v)).collect();
        Style { dates: !times.is_empty() && times.iter().all(|t| t % TICKS_PER_DAY == 0), ..plain }
    };
    table.schema.columns.iter().enumerate().map(style).collect()
}

impl Style<'_> {
    /// A moment as the clock of the report shows it, in ticks.
    pub fn moment(&self, value: &Value) -> Option<i64> {
        match value {
            Value::Datetime(ticks) if self.ty == Type::Datetime => {
                Some(if self.moved { self.period.local(*ticks) } else { *ticks })
            }
            _ => None,
        }
    }

    /// The text of a value, with everything hidden made visible.
    pub fn text(&self, value: &Value) -> String {
        if let Some(ticks) = self.moment(value) {
            return moment(ticks, self.dates);
        }
        match value {
            Value::Null => String::new(),
            Value::Bool(true) => "yes".to_string(),
            Value::Bool(false) => "no".to_string(),
            Value::Timespan(ticks) => span(*ticks),
            Value::Array(items) if items.iter().all(is_scalar) => {
                let texts: Vec<String> = items.iter().map(|item| plain(item, Type::Dynamic)).collect();
                texts.join(", ")
            }
            value => plain(value, self.ty),
        }
    }
}

fn is_scalar(value: &Value) -> bool {
    !matches!(value, Value::Array(_) | Value::Bag(_))
}

fn plain(value: &Value, ty: Type) -> String {
    let mut out = String::new();
    cell::text(value, ty, &mut out);
    visible(&out).into_owned()
}

/// `2025-03-22 03:12:05`, or the date alone. Parts of a second are not shown.
fn moment(ticks: i64, date: bool) -> String {
    let c = time::civil(ticks);
    let day = format!("{:04}-{:02}-{:02}", c.year, c.month, c.day);
    if date { day } else { format!("{day} {:02}:{:02}:{:02}", c.hour, c.minute, c.second) }
}

/// `1d 02:03:04`; parts of a second only where there is nothing else.
fn span(ticks: i64) -> String {
    let (sign, t) = (if ticks < 0 { "-" } else { "" }, ticks.unsigned_abs() as i64);
    let mut out = String::from(sign);
    if t >= TICKS_PER_DAY {
        _ = write!(out, "{}d ", t / TICKS_PER_DAY);
    }
    let (h, m, s) = (t / TICKS_PER_HOUR % 24, t / TICKS_PER_MINUTE % 60, t / TICKS_PER_SECOND % 60);
    _ = write!(out, "{h:02}:{m:02}:{s:02}");
    if t != 0 && t < TICKS_PER_SECOND {
        _ = write!(out, ".{:07}", t);
    }
    out
}
