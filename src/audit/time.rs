//! Checks of time: silence where a table is never silent, a beginning where the service's memory begins, and
//! times that cannot be.
//!
//! The rule of gaps, by a table's own rhythm and never on sparse tables: a day of no events is a gap if days of
//! that weekday have a median of 10 events or more; an hour of no events, on other days, if that hour of that
//! weekday has a median of 20 or more over at least four weeks. The first and last day are not looked at.
//!
//! Trap: a median of fewer days than four says nothing; a holiday looks like an outage, and the finding says so.

use std::collections::{BTreeMap, BTreeSet};

use super::Severity::{Blocks, Limits, Note};
use super::routes::RETENTION;
use super::{Context, Finding, Severity, counted};
use crate::lake::Error;
use crate::time::{TICKS_PER_DAY, TICKS_PER_HOUR, UNIX_EPOCH, datetime_text};
use crate::value::Value;

/// A median from which a day or an hour without events is a gap.
const BUSY_DAY: u64 = 10;
const BUSY_HOUR: u64 = 20;
/// Days of a weekday that a median is taken of, at least.
const WEEKS: usize = 4;
/// Of a longer span nothing is said but that.
const MOST_DAYS: i64 = 4000;
/// No event of these logs is older.
const OLDEST: &str = "2009-01-01";

pub fn gaps(context: &Context<'_>) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    for held in context.timed() {
        let query = format!(
            "{} | where isnotnull(TimeGenerated) | summarize Count = count() by Hour = bin(TimeGenerated, 1h) | project Hour, Count",
            held.table
        );
        let mut hours: BTreeMap<i64, u64> = BTreeMap::new();
        for row in context.rows(&query)? {
            if let (Some(Value::Datetime(hour)), Some(count)) =
                (row.first(), row.get(1).and_then(Value::as_i64))
            {
                hours.insert(hour.div_euclid(TICKS_PER_HOUR), count.max(0) as u64);
            }
        }
        findings.extend(silence(&held.table, &hours));
    }
    Ok(findings)
}

fn silence(table: &str, hours: &BTreeMap<i64, u64>) -> Vec<Finding> {
    let (Some(first), Some(last)) = (hours.keys().next(), hours.keys().next_back()) else {
        return Vec::new();
    };
    // A single forged date must not make a span of centuries, nor hide that nothing was looked at.
    if last - first > MOST_DAYS * 24 {
        return vec![Finding {
            check: "gaps",
            severity: Limits,
            seen: format!(
                "{table}: its events span more than {MOST_DAYS} days; silence among them was not looked for"
            ),
            cannot: "that nothing is missing in between".to_string(),
            ask: "where the events with the odd times come from, and the table without them".to_string(),
            sources: Vec::new(),
        }];
    }
    let days: Vec<i64> = (first.div_euclid(24) + 1..last.div_euclid(24)).collect();
    let mut per_day: BTreeMap<i64, u64> = BTreeMap::new();
    hours.iter().for_each(|(hour, count)| *per_day.entry(hour.div_euclid(24)).or_default() += count);
    let count = |day: &i64| per_day.get(day).copied().unwrap_or(0);
    let in_hour = |hour: &i64| hours.get(hour).copied().unwrap_or(0);
    let (mut silent_days, mut silent_hours) = (BTreeSet::new(), BTreeSet::new());
    for weekday in 0..7 {
        let same: Vec<i64> = days.iter().copied().filter(|day| day.rem_euclid(7) == weekday).collect();
        if same.len() < WEEKS {
            continue;
        }
        if median(same.iter().map(count).collect()) >= BUSY_DAY {
            silent_days.extend(same.iter().copied().filter(|day| count(day) == 0));
        }
        for hour in 0..24 {
            let same: Vec<i64> = same.iter().map(|day| day * 24 + hour).collect();
            if median(same.iter().map(in_hour).collect()) >= BUSY_HOUR {
                silent_hours.extend(same.into_iter().filter(|hour| in_hour(hour) == 0));
            }
        }
    }
    silent_hours.retain(|hour| !silent_days.contains(&hour.div_euclid(24)));
    let day = finding(table, "day", &silent_days, TICKS_PER_DAY, BUSY_DAY);
    day.into_iter().chain(finding(table, "hour", &silent_hours, TICKS_PER_HOUR, BUSY_HOUR)).collect()
}

fn finding(table: &str, unit: &str, silent: &BTreeSet<i64>, ticks: i64, busy: u64) -> Option<Finding> {
    let mut runs: Vec<(i64, i64)> = Vec::new();
    for at in silent {
        match runs.last_mut().filter(|(_, to)| *to == *at) {
            Some((_, to)) => *to = at + 1,
            None => runs.push((*at, at + 1)),
        }
    }
    let text = |at: i64| datetime_text(at.saturating_mul(ticks)).chars().take(16).collect::<String>();
    let told: Vec<String> =
        runs.iter().take(5).map(|(from, to)| format!("{} to {}", text(*from), text(*to))).collect();
    let more = if runs.len() > told.len() { ", …" } else { "" };
    (!runs.is_empty()).then(|| Finding {
        check: "gaps",
        severity: Blocks,
        seen: format!(
            "{table}: {} without a single event where the same {unit} of the week has {busy} or more in the median: {}{more} (UTC)",
            counted(silent.len() as u64, unit),
            told.join(", ")
        ),
        cannot: "that nothing happened then: unless it was a holiday, this time was not exported".to_string(),
        ask: format!("an export of {table} over just these times; then auk ingest adds what was missing"),
        sources: Vec::new(),
    })
}

fn median(mut counts: Vec<u64>) -> u64 {
    counts.sort_unstable();
    // The lower of two in the middle: at least half of the counts reach it.
    counts.get(counts.len().saturating_sub(1) / 2).copied().unwrap_or(0)
}

/// A table that reaches back exactly as far as the service does may have been cut by it.
pub fn retention(context: &Context<'_>) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    for held in context.timed() {
        let Some(kept) = RETENTION.iter().find(|r| r.tables.contains(&held.table.as_str())) else { continue };
        let (Some(first), Some(last)) = (held.first, held.last) else { continue };
        let span = last - first;
        let near = |days: &&i64| {
            (*days * TICKS_PER_DAY - TICKS_PER_DAY..=*days * TICKS_PER_DAY + TICKS_PER_DAY).contains(&span)
        };
        if let Some(days) = kept.days.iter().find(near) {
            findings.push(Finding {
                check: "retention",
                severity: Limits,
                seen: format!(
                    "{}: the first event ({}) is {:.1} days before the last, and {}",
                    held.table,
                    datetime_text(first),
                    span as f64 / TICKS_PER_DAY as f64,
                    kept.what
                ),
                cannot: format!("that anything began then: events before the last {days} days may have been gone when it was exported"),
                ask: "older data from where it was kept: a Log Analytics workspace, a storage account, earlier exports".to_string(),
                sources: context.paths(|s| s.tables.contains(&held.table)),
            });
        }
    }
    Ok(findings)
}

pub fn clock(context: &Context<'_>) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    let reading = context.lake.manifest().runs.iter().filter(|run| !run.compacted);
    let read = reading.map(|run| run.time).max().unwrap_or(0);
    let mut push = |severity: Severity, seen: String, cannot: &str, table: &str| {
        findings.push(Finding {
            check: "clock",
            severity,
            seen: format!("{table}: {seen}"),
            cannot: cannot.to_string(),
            ask: "the same events by another route; auk trace shows the bytes of each".to_string(),
            sources: Vec::new(),
        });
    };
    for held in super::held(context.lake) {
        let table = held.table.as_str();
        let timed = context.lake.table(table).is_some_and(|t| t.schema.index("TimeGenerated").is_some());
        if !timed || held.rows == 0 {
            continue;
        }
        let timeless = context.count(&format!("{table} | where isnull(TimeGenerated) | count"))?;
        if timeless > 0 {
            let seen = format!("{} without a readable time", counted(timeless, "event"));
            push(Limits, seen, "when these were; a query with a condition on time does not see them", table);
        }
        let limit = read.saturating_add(TICKS_PER_DAY);
        if read > UNIX_EPOCH && held.last.is_some_and(|last| last > limit) {
            let late = context.count(&format!(
                "{table} | where TimeGenerated > datetime({}) | count",
                datetime_text(limit)
            ))?;
            let seen = format!("{} later than a day after they were read", counted(late, "event"));
            push(Limits, seen, "the order of events around these: their times are forged or misread", table);
        }
        let early = context.count(&format!("{table} | where TimeGenerated < datetime({OLDEST}) | count"))?;
        if early > 0 {
            let seen =
                format!("{} earlier than {OLDEST}, before the service was there", counted(early, "event"));
            push(Limits, seen, "the order of events around these: their times are forged or misread", table);
        }
        if context.lake.table(table).is_some_and(|t| t.schema.index("_TimeReceived").is_some()) {
            let query = format!("{table} | where _TimeReceived < TimeGenerated - 5m | count");
            let before = context.count(&query)?;
            if before > 0 {
                let seen =
                    format!("{} received more than 5 minutes before they happened", counted(before, "event"));
                push(Note, seen, "the times of these to the minute", table);
            }
        }
    }
    Ok(findings)
}
