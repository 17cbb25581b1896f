//! What limits the report: the data's reach over the period, what the audit of the lake found, and the sources.
//!
//! Trap: the audit looks at the whole lake, not at the period alone: a hole in an older month weighs on trends and on
//! whatever is judged by what came before.

use super::ask::{Asker, Held};
use super::pack::{Kind, Part, Section, State, Words};
use crate::audit::{Audit, CHECKS};
use crate::lake::{Lake, Source};
use crate::table::Table;
use crate::time::TICKS_PER_DAY;
use crate::types::{Schema, Type};
use crate::value::Value;

/// The id of the part with the tables' reach, and of the one with the audit's findings.
pub const REACH: &str = "data-in-period";
pub const AUDIT: &str = "audit-findings";
pub const SOURCES: &str = "source-files";

/// The logs that a report of privileged access lives by: they are named even when they are not there.
const EXPECTED: &[&str] = &["AuditLogs", "SigninLogs", "UnifiedAuditLog"];

pub fn completeness(asker: &Asker<'_>, lake: &Lake, audit: &Audit, section: &mut Section) {
    let reach = reach(asker, lake, audit);
    section.words = late_or_early(&reach);
    section.words.push(Words::new(
        Kind::Plain,
        "What the portal refuses before a request is made, and what happened before or after the logs that are \
         here, left no record in them. An analysis that found nothing looked only at what is in the data.",
    ));
    section.parts = vec![reach, findings(audit), checks()];
}

/// What each table holds, and how much of it lies in the period.
fn reach(asker: &Asker<'_>, lake: &Lake, audit: &Audit) -> Part {
    let stored = audit.held.iter().map(|held| held.table.as_str());
    let mut tables: Vec<&str> = stored.chain(EXPECTED.iter().copied()).collect();
    tables.sort_unstable();
    tables.dedup();
    let time = |at: Option<i64>| at.map_or(Value::Null, Value::Datetime);
    let row = |table: &str| {
        let within: Held = asker.held(table);
        let whole = lake.held(table);
        vec![
            Value::string(table),
            Value::Long(within.rows),
            time(within.first),
            time(within.last),
            Value::Long(whole.as_ref().map_or(0, |held| held.rows as i64)),
            time(whole.as_ref().and_then(|held| held.first)),
            time(whole.as_ref().and_then(|held| held.last)),
            Value::string(remark(
                asker,
                table,
                &within,
                whole.as_ref().and_then(|h| Some((h.first?, h.last?))),
            )),
        ]
    };
    Part {
        id: REACH.to_string(),
        title: "Data in the period".to_string(),
        about: "What each table holds. Reference data has no time of its own: it is the state when it was exported."
            .to_string(),
        table: Table {
            schema: Schema::of(&[
                ("Table", Type::String),
                ("RowsInPeriod", Type::Long),
                ("FirstInPeriod", Type::Datetime),
                ("LastInPeriod", Type::Datetime),
                ("RowsInAll", Type::Long),
                ("First", Type::Datetime),
                ("Last", Type::Datetime),
                ("Remark", Type::String),
            ]),
            rows: tables.into_iter().map(row).collect(),
        },
        ..Part::default()
    }
}

/// Whether a table covers the period: by more than a day it does not.
fn remark(asker: &Asker<'_>, table: &str, within: &Held, whole: Option<(i64, i64)>) -> &'static str {
    let period = asker.period();
    match whole {
        None if within.rows == 0 && EXPECTED.contains(&table) => "not there",
        _ if within.rows == 0 => "no rows in the period",
        Some((first, last)) if first > period.from + TICKS_PER_DAY && last < period.to - TICKS_PER_DAY => {
            "begins after the period does, and ends before it does"
        }
        Some((first, _)) if first > period.from + TICKS_PER_DAY => "begins after the period does",
        Some((_, last)) if last < period.to - TICKS_PER_DAY => "ends before the period does",
        _ => "",
    }
}

fn late_or_early(reach: &Part) -> Vec<Words> {
    let rows = reach.table.rows.iter().filter_map(|row| {
        let (table, remark) = (row.first()?.as_str()?, row.last()?.as_str()?);
        (!remark.is_empty()).then(|| Words::new(Kind::Point, format!("{table}: {remark}.")).to(REACH))
    });
    rows.collect()
}

fn findings(audit: &Audit) -> Part {
    let rows: Vec<Vec<Value>> = audit
        .findings
        .iter()
        .map(|f| {
            vec![
                Value::string(f.severity.name()),
                Value::string(f.check),
                Value::string(&f.seen),
                Value::string(&f.cannot),
                Value::string(&f.ask),
                Value::Array(f.sources.iter().map(Value::string).collect()),
            ]
        })
        .collect();
    let nothing = "No check found anything that limits a conclusion.".to_string();
    Part {
        id: AUDIT.to_string(),
        title: "What cannot be concluded".to_string(),
        about: "What the checks of the whole lake found: it blocks a conclusion, limits one, or is a note."
            .to_string(),
        state: if rows.is_empty() { State::Nothing(nothing) } else { State::Found },
        table: Table {
            schema: Schema::of(&[
                ("Weight", Type::String),
                ("Check", Type::String),
                ("Seen", Type::String),
                ("NotToBeConcluded", Type::String),
                ("AskFor", Type::String),
                ("Sources", Type::Dynamic),
            ]),
            rows,
        },
        ..Part::default()
    }
}

fn checks() -> Part {
    let row = |(name, about): (&str, &str)| vec![Value::string(name), Value::string(about)];
    Part {
        id: "checks".to_string(),
        title: "What was checked".to_string(),
        about: "A check that found nothing says nothing of what it does not look at.".to_string(),
        table: Table {
            schema: Schema::of(&[("Check", Type::String), ("LooksFor", Type::String)]),
            rows: CHECKS.iter().map(|check| row((check.name, check.about))).collect(),
        },
        ..Part::default()
    }
}

/// The files that the lake was read from.
pub fn sources(lake: &Lake) -> Part {
    let time = |at: Option<i64>| at.map_or(Value::Null, Value::Datetime);
    let long = |n: u64| Value::Long(n as i64);
    let texts = |list: &[String]| Value::Array(list.iter().map(Value::string).collect());
    let row = |s: &Source| {
        vec![
            Value::Long(i64::from(s.id)),
            Value::string(&s.path),
            Value::string(&s.sha256),
            long(s.size),
            texts(&s.tables),
            long(s.seen),
            long(s.kept),
            long(s.duplicates),
            long(s.superseded),
            long(s.rejected),
            time(s.first),
            time(s.last),
        ]
    };
    let rows: Vec<Vec<Value>> = lake.sources().iter().map(row).collect();
    let none = State::Nothing("The lake was read from no file.".to_string());
    Part {
        id: SOURCES.to_string(),
        title: "Files".to_string(),
        about: "Records seen are those kept, duplicates, superseded by a better copy, and rejected."
            .to_string(),
        state: if rows.is_empty() { none } else { State::Found },
        table: Table {
            schema: Schema::of(&[
                ("Source", Type::Long),
                ("File", Type::String),
                ("SHA256", Type::String),
                ("Bytes", Type::Long),
                ("Tables", Type::Dynamic),
                ("Seen", Type::Long),
                ("Kept", Type::Long),
                ("Duplicates", Type::Long),
                ("Superseded", Type::Long),
                ("Rejected", Type::Long),
                ("First", Type::Datetime),
                ("Last", Type::Datetime),
            ]),
            rows,
        },
        ..Part::default()
    }
}
