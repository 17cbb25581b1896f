//! Asking the analyses of the collection about a period.
//!
//! Each is run as it stands in its file, with its parameters for a span of time set to the period, and `now()` just
//! after it (or just after the data, where that ends earlier). Tables that go on after the period are cut by a `let`
//! of their name in front, so the text that a report shows is the text that was run.
//!
//! Trap: no rows of an analysis mean nothing where a table it needs has none in the period: it is not run, and says so.

use std::cell::RefCell;
use std::collections::HashMap;

use super::pack::{Part, Query, Record, State};
use super::period::Period;
use crate::analysis::{Analysis, Parameter};
use crate::engine::{Engine, QueryOptions};
use crate::lake::{self, Lake};
use crate::table::Table;
use crate::time::{TICKS_PER_DAY, datetime_text, parse_timespan, timespan_text};
use crate::types::{Column, Schema, Type};
use crate::value::Value;

/// The column with the records that a row was made of, and the one with their places.
const EVIDENCE: (&str, &str) = ("Evidence", "_auk_evidence");

/// What is said above the `let`s that cut tables.
const CUT: &str = "// Rows after the period are left out; a request is told as far as the data goes.";

/// A lake that is asked about a period.
pub struct Asker<'a> {
    engine: &'a Engine,
    lake: &'a Lake,
    period: &'a Period,
    options: QueryOptions,
    /// Set by the user.
    parameters: &'a [(String, String)],
    /// The user named the time zone.
    zoned: bool,
    counted: RefCell<HashMap<String, Held>>,
    /// Tables that could not be read, with the reason.
    unread: RefCell<HashMap<String, String>>,
}

/// The rows of a table in the period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    pub rows: i64,
    pub first: Option<i64>,
    pub last: Option<i64>,
    /// It has rows after the period.
    pub later: bool,
}

impl<'a> Asker<'a> {
    pub fn new(
        engine: &'a Engine,
        lake: &'a Lake,
        period: &'a Period,
        parameters: &'a [(String, String)],
        zoned: bool,
    ) -> Asker<'a> {
        let options = options(lake, period);
        let (counted, unread) = (RefCell::default(), RefCell::default());
        Asker { engine, lake, period, options, parameters, zoned, counted, unread }
    }

    /// What `now()` is.
    pub fn now(&self) -> i64 {
        self.options.now
    }

    pub fn period(&self) -> &Period {
        self.period
    }

    /// The rows that an analysis has, or why it has none.
    pub fn ask(&self, analysis: &Analysis, id: &str, none: &str) -> Part {
        let header = &analysis.header;
        let mut part = Part {
            id: id.to_string(),
            title: header.title.clone(),
            about: header.description.clone(),
            severity: Some(header.severity),
            ..Part::default()
        };
        for (name, text) in [("What it means", &header.hit), ("Often innocent", &header.false_positives)] {
            if header.severity.finds() && !text.is_empty() {
                part.notes.push((name.to_string(), text.clone()));
            }
        }
        let text = match self.text(analysis) {
            Ok(text) => text,
            Err(reason) => return Part { state: State::NotRun(format!("Not run: {reason}.")), ..part },
        };
        if let Some(reason) = self.why_not(analysis) {
            part.query = Some(Query { name: analysis.name.clone(), text });
            return Part { state: State::NotRun(format!("Not run: {reason}.")), ..part };
        }
        let text = match self.engine.compile(&text, &self.options) {
            Ok(compiled) => {
                match compiled.plans.first().and_then(|p| within(analysis, p.schema(), self.period)) {
                    Some(only) => format!("{}\n{only}\n", text.trim_end()),
                    None => text,
                }
            }
            // Asked all the same, it says what is wrong with it.
            Err(_) => text,
        };
        part.query = Some(Query { name: analysis.name.clone(), text: text.clone() });
        let answer = self.engine.query(&text, &self.options);
        let warnings = answer.as_ref().map_or(String::new(), |answer| answer.warnings.join("; "));
        match answer {
            Err(errors) => {
                let said = errors.first().map_or("it has an error", |e| e.message.as_str());
                part.state = State::NotRun(format!("Not run: {}.", said.trim_end_matches('.')));
            }
            Ok(answer) if answer.table.rows.is_empty() => {
                part.table = Table { rows: Vec::new(), ..self.shown(answer.table).0 };
                part.state = State::Nothing(none.to_string());
                part.notes.clear();
            }
            Ok(answer) => (part.table, part.evidence) = self.shown(answer.table),
        }
        part.notes.extend(self.without(analysis).map(|text| ("Read without".to_string(), text)));
        if !warnings.is_empty() {
            part.notes.push(("Warnings".to_string(), warnings));
        }
        part
    }

    /// Why an analysis cannot tell anything of the period: a table that it needs has no rows.
    fn why_not(&self, analysis: &Analysis) -> Option<String> {
        let header = &analysis.header;
        let unread = |table: &String| {
            self.held(table);
            Some(format!("{table} could not be read: {}", self.unread.borrow().get(table)?))
        };
        if let Some(reason) = header.needs.iter().flatten().find_map(unread) {
            return Some(reason);
        }
        let missing = header.missing(|table| self.held(table).rows == 0);
        let names: Vec<String> = missing.iter().map(|set| set.join(" or ")).collect();
        let when =
            if missing.iter().flat_map(|set| *set).all(|t| is_event(t)) { " in the period" } else { "" };
        (!names.is_empty()).then(|| format!("there are no rows of {}{when}", listed(&names)))
    }

    /// The tables that an analysis would use, too, and that have no rows.
    fn without(&self, analysis: &Analysis) -> Option<String> {
        let missing = analysis.header.lacking(|table| self.held(table).rows == 0);
        (!missing.is_empty()).then(|| format!("There are no rows of {}.", listed(&missing)))
    }

    /// What a table holds of the period; one that is no log, at all.
    pub fn held(&self, table: &str) -> Held {
        if let Some(held) = self.counted.borrow().get(table) {
            return *held;
        }
        let held = self.count(table).unwrap_or_default();
        self.counted.borrow_mut().insert(table.to_string(), held);
        held
    }

    fn count(&self, table: &str) -> Option<Held> {
        if !is_event(table) {
            let rows = self.lake.held(table)?.rows;
            return Some(Held { rows: rows as i64, ..Held::default() });
        }
        let (from, to) = (datetime_text(self.period.from), datetime_text(self.period.to));
        let text = format!(
            "{table} | summarize countif(TimeGenerated >= datetime({from}) and TimeGenerated < datetime({to})), \
             minif(TimeGenerated, TimeGenerated >= datetime({from}) and TimeGenerated < datetime({to})), \
             maxif(TimeGenerated, TimeGenerated >= datetime({from}) and TimeGenerated < datetime({to})), \
             countif(TimeGenerated >= datetime({}))",
            datetime_text(self.options.now)
        );
        let answer = match self.engine.query(&text, &self.options) {
            Ok(answer) => answer,
            Err(errors) => {
                let said = errors.first().map_or("it has an error", |e| e.message.trim_end_matches('.'));
                self.unread.borrow_mut().insert(table.to_string(), said.to_string());
                return None;
            }
        };
        let row = answer.table.rows.first()?;
        let number = |at: usize| row.get(at).and_then(Value::as_i64);
        Some(Held {
            rows: number(0)?,
            first: number(1),
            last: number(2),
            later: number(3).is_some_and(|n| n > 0),
        })
    }

    /// The text of an analysis for the period.
    fn text(&self, analysis: &Analysis) -> Result<String, String> {
        let values: Vec<(String, String)> = analysis
            .parameters
            .iter()
            .filter_map(|p| Some((p.name.clone(), self.value(p, analysis)?)))
            .collect();
        let text = analysis.with(&values)?;
        let tables = analysis.header.tables.iter().chain(&analysis.header.optional);
        let cut: String = tables
            .filter(|table| is_event(table) && self.held(table).later)
            .map(|t| {
                format!("let {t} = {t} | where TimeGenerated < datetime({});\n", datetime_text(self.now()))
            })
            .collect();
        Ok(if cut.is_empty() { text } else { format!("{CUT}\n{cut}\n{text}") })
    }

    /// What a parameter is set to: by the user, or by the period.
    ///
    /// `LookBack` is the period, but where an analysis compares with what was before: there it reaches back as far as
    /// its default, and `Recent` is the period, or else the rows that lie before it are left out (`within`).
    fn value(&self, parameter: &Parameter, analysis: &Analysis) -> Option<String> {
        let judges_recent = analysis.parameters.iter().any(|p| p.name == "Recent");
        let given = self.parameters.iter().rev().find(|(name, _)| *name == parameter.name);
        if let Some((_, value)) = given {
            return Some(value.clone());
        }
        let length = self.now() - self.period.from + 1;
        let span = || timespan_text(length);
        let longer = |default: &str| parse_timespan(default).is_some_and(|ticks| ticks > length);
        match (parameter.name.as_str(), parameter.ty) {
            ("Recent", Type::Timespan) => Some(span()),
            ("LookBack", Type::Timespan) if judges_recent => None,
            ("LookBack", Type::Timespan) if is_baseline(analysis) && longer(&parameter.default) => None,
            ("LookBack", Type::Timespan) => Some(span()),
            ("From", Type::Datetime) => Some(datetime_text(self.period.from)),
            ("To", Type::Datetime) => Some(datetime_text(self.period.to)),
            ("TimeZone", Type::String) if self.zoned => Some(self.period.zone().name().to_string()),
            _ => None,
        }
    }

    /// The table as it is shown, and the records that each row was made of.
    fn shown(&self, mut table: Table) -> (Table, Vec<Vec<Record>>) {
        let columns: Vec<Option<usize>> =
            [EVIDENCE.0, EVIDENCE.1].iter().map(|name| table.schema.index(name)).collect();
        let (Some(records), Some(places)) = (columns[0], columns[1]) else { return (table, Vec::new()) };
        let evidence = table.rows.iter().map(|row| self.records(&row[records], &row[places])).collect();
        let kept = |at: usize| at != records && at != places;
        let mut at = 0..;
        table.schema.columns.retain(|_| at.next().is_some_and(kept));
        for row in &mut table.rows {
            let mut at = 0..;
            row.retain(|_| at.next().is_some_and(kept));
        }
        (table, evidence)
    }

    fn records(&self, records: &Value, places: &Value) -> Vec<Record> {
        let count = records.as_array().map_or(0, <[Value]>::len) as i64;
        let record = |at: i64| {
            let (id, place) = (records.element(at).member("Id").to_text(), places.element(at));
            self.record(&id, place.member("Source").as_i64(), place.member("Ordinal").as_i64())
        };
        (0..count).map(record).collect()
    }

    /// A record by its id, or by its place where it has none.
    pub fn record(&self, id: &str, source: Option<i64>, ordinal: Option<i64>) -> Record {
        let file = source.and_then(|n| self.lake.sources().iter().find(|s| i64::from(s.id) == n));
        let id = match (source, ordinal) {
            (Some(source), Some(ordinal)) if id.is_empty() => format!("{source}:{ordinal}"),
            _ => id.to_string(),
        };
        Record { id, source: file.map(|s| s.path.clone()).unwrap_or_default() }
    }

    /// The rows of a query; none where it cannot be answered.
    pub fn rows(&self, text: &str) -> Vec<Vec<Value>> {
        self.engine.query(text, &self.options).map(|answer| answer.table.rows).unwrap_or_default()
    }
}

/// How a lake is asked about a period: `now()` is just after it, or after the data where that ends earlier.
pub fn options(lake: &Lake, period: &Period) -> QueryOptions {
    let end = lake.now().filter(|now| *now > period.from).unwrap_or(period.to).min(period.to);
    QueryOptions { from_time: Some(period.from), to_time: Some(end), ..QueryOptions::new(end) }
}

/// `A, B and C`.
fn listed(names: &[String]) -> String {
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => names.concat(),
    }
}

/// Does an analysis learn from what was before what it judges?
fn is_baseline(analysis: &Analysis) -> bool {
    analysis.header.tags.iter().any(|tag| tag == "baseline")
}

/// What leaves out the rows that lie before the period, for an analysis that reaches back further: those none of
/// whose times is in it.
///
/// Trap: a midnight in UTC may stand for its whole day, which in the period's zone begins elsewhere.
fn within(analysis: &Analysis, schema: &Schema, period: &Period) -> Option<String> {
    let reaches = |name: &str| analysis.parameters.iter().any(|p| p.name == name);
    if !is_baseline(analysis) || !reaches("LookBack") || reaches("Recent") {
        return None;
    }
    let from = datetime_text(period.from);
    let is_midnight = period.from % TICKS_PER_DAY == 0;
    let time = |column: &Column| {
        let name = quoted(&column.name);
        let day = format!("({name} == startofday({name}) and {name} + 1d > datetime({from}))");
        let since = format!("{name} >= datetime({from})");
        if is_midnight { since } else { format!("{since} or {day}") }
    };
    let columns = schema.columns.iter().filter(|column| column.ty == Type::Datetime);
    let times: Vec<String> = columns.map(time).collect();
    (!times.is_empty()).then(|| format!("| where {} // in the period", times.join(" or ")))
}

/// A column's name as KQL reads any.
fn quoted(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain { name.to_string() } else { format!("['{}']", name.replace('\\', "\\\\").replace('\'', "\\'")) }
}

/// Does a table hold events, which have a time? Reference data is a state.
fn is_event(table: &str) -> bool {
    lake::table(table).is_some_and(|t| !t.own && t.schema.get("TimeGenerated").is_some())
}
