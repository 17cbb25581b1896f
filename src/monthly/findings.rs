//! The section of findings: every analysis of the collection that looks for something, what it found, and the rows.
//!
//! An analysis is run when it is tagged `monthly`, or when a finding of it is of medium severity at least. One whose
//! rows another section shows is not shown twice: its row leads there.
//!
//! Trap: an analysis that could not be run is a row, too. What was not looked for was not found.

use std::cmp::Reverse;

use super::ask::Asker;
use super::pack::{Part, Section, State};
use super::sections::{Count, FigureRow};
use crate::analysis::{self, Analysis, Severity};
use crate::table::Table;
use crate::types::{Schema, Type};
use crate::value::Value;

/// The id of the part with a row for each analysis.
pub const OVERVIEW: &str = "findings-overview";

const FOUND: &str = "found";
const NOTHING: &str = "nothing found";
const NOT_RUN: &str = "not run";

const fn of_severity(label: &'static str, severity: &'static str) -> FigureRow {
    FigureRow { label, of: OVERVIEW, count: Count::Both(("Severity", severity), ("Result", FOUND)) }
}

pub const FIGURES: &[FigureRow] = &[
    of_severity("analyses with critical findings", "critical"),
    of_severity("analyses with findings of high severity", "high"),
    of_severity("analyses with findings of medium severity", "medium"),
    FigureRow { label: "analyses that found nothing", of: OVERVIEW, count: Count::Where("Result", NOTHING) },
    FigureRow { label: "analyses that were not run", of: OVERVIEW, count: Count::Where("Result", NOT_RUN) },
];

/// Is it part of the report by its header?
fn is_wanted(analysis: &Analysis) -> bool {
    let header = &analysis.header;
    let tagged = header.tags.iter().any(|tag| tag == "monthly");
    // The report's own questions are its other sections.
    let own = analysis.name.starts_with("report/");
    header.severity.finds() && !own && (tagged || header.severity >= Severity::Medium)
}

/// The overview, then the rows of each analysis that found something and is in no other section.
pub fn parts(asker: &Asker<'_>, sections: &[Section]) -> Vec<Part> {
    let mut wanted: Vec<&Analysis> = analysis::all().iter().filter(|a| is_wanted(a)).collect();
    wanted.sort_by(|a, b| b.header.severity.cmp(&a.header.severity).then_with(|| a.name.cmp(&b.name)));
    let mut overview = Part {
        id: OVERVIEW.to_string(),
        title: "What was looked for".to_string(),
        about: "Each analysis, with the number of its rows in the period.".to_string(),
        table: Table {
            schema: Schema::of(&[
                ("Severity", Type::String),
                ("Analysis", Type::String),
                ("Result", Type::String),
                ("Rows", Type::Long),
                ("Note", Type::String),
                ("Name", Type::String),
            ]),
            rows: Vec::new(),
        },
        ..Part::default()
    };
    let (mut parts, mut rows) = (Vec::new(), Vec::new());
    for analysis in wanted {
        let shown = sections.iter().flat_map(|section| &section.parts).find(|part| asks(part, analysis));
        let id = format!("finding-{}", analysis.name.replace('/', "-"));
        let own = if shown.is_none() { Some(asker.ask(analysis, &id, NOTHING)) } else { None };
        let Some(part) = shown.or(own.as_ref()) else { continue };
        let link = (part.state == State::Found).then(|| part.id.clone());
        rows.push((Reverse(analysis.header.severity), rank(part), row(analysis, part), link));
        parts.extend(own.filter(|part| part.state == State::Found));
    }
    // What was found comes first within its severity; the order of names is kept.
    rows.sort_by_key(|(severity, rank, ..)| (*severity, *rank));
    (overview.table.rows, overview.links) = rows.into_iter().map(|(_, _, row, link)| (row, link)).unzip();
    parts.insert(0, overview);
    parts
}

fn rank(part: &Part) -> u8 {
    match part.state {
        State::Found => 0,
        State::NotRun(_) => 1,
        State::Nothing(_) => 2,
    }
}

fn asks(part: &Part, analysis: &Analysis) -> bool {
    part.query.as_ref().is_some_and(|query| query.name == analysis.name)
}

fn row(analysis: &Analysis, part: &Part) -> Vec<Value> {
    let (result, rows, note) = match &part.state {
        State::Found => {
            (FOUND, Value::Long(part.table.rows.len() as i64), analysis.header.description.as_str())
        }
        State::Nothing(_) => (NOTHING, Value::Long(0), analysis.header.description.as_str()),
        State::NotRun(reason) => (NOT_RUN, Value::Null, reason.as_str()),
    };
    vec![
        Value::string(analysis.header.severity.name()),
        Value::string(&analysis.header.title),
        Value::string(result),
        rows,
        Value::string(note),
        Value::string(&analysis.name),
    ]
}
