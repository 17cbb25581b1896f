//! The report of privileged access over a period: from a lake to a `Pack`, which a writer of `report/pack/` shows.
//!
//! The sections are a table (`sections.rs`). Those that ask have analyses of the collection as their parts
//! (`ask.rs`); figures count the parts' rows (`figures.rs`); the summary puts into words what the others hold
//! (`summary.rs`), and what limits it comes of the audit and of the manifest (`limits.rs`).
//!
//! Trap: nothing in a report comes from the clock. The same lake, period and options give the same bytes, so that two
//! reports can be compared.

mod ask;
mod evidence;
mod figures;
mod findings;
mod limits;
pub mod pack;
pub mod period;
pub mod sections;
mod summary;

use crate::analysis;
use crate::audit::Audit;
use crate::engine::Engine;
use crate::lake::Lake;
use crate::time::datetime_text;

use ask::Asker;
pub use ask::options;
use pack::{Chart, Pack, Part, Section, State};
use period::Period;
use sections::{Content, PartRow, SECTIONS, SectionRow};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    pub period: Period,
    /// The user named the time zone: analyses that have hours of the day use it, too.
    pub zoned: bool,
    pub case: Option<String>,
    pub examiner: Option<String>,
    /// Parameters of analyses, each for all that have it.
    pub parameters: Vec<(String, String)>,
}

/// The report of a period over the lake that the engine answers from, and what its audit found.
pub fn pack(engine: &Engine, lake: &Lake, audit: &Audit, request: &Request) -> Pack {
    let asker = Asker::new(engine, lake, &request.period, &request.parameters, request.zoned);
    let mut sections: Vec<Section> = SECTIONS.iter().map(|row| empty(row, request)).collect();
    for (row, section) in SECTIONS.iter().zip(&mut sections) {
        if let Content::Parts(parts, rows) = row.content {
            section.parts = parts.iter().map(|part| asked(&asker, part)).collect();
            section.figures = figures::figures(row.id, rows, &section.parts);
        }
    }
    for (at, row) in SECTIONS.iter().enumerate() {
        match row.content {
            Content::Findings => {
                let parts = findings::parts(&asker, &sections);
                sections[at].figures = figures::figures(row.id, findings::FIGURES, &parts);
                sections[at].parts = parts;
            }
            Content::Completeness => limits::completeness(&asker, lake, audit, &mut sections[at]),
            Content::Sources => sections[at].parts = vec![limits::sources(lake)],
            Content::Summary | Content::Parts(..) | Content::SignOff => {}
        }
    }
    evidence::fill(&asker, &mut sections);
    let summary = summary::of(&sections, &request.period, audit);
    for (row, section) in SECTIONS.iter().zip(&mut sections) {
        if matches!(row.content, Content::Summary) {
            (section.words, section.figures) = summary.clone();
        }
    }
    Pack {
        title: "Privileged access".to_string(),
        period: request.period,
        facts: facts(&asker, request),
        sections,
    }
}

fn empty(row: &SectionRow, request: &Request) -> Section {
    let mut section = Section {
        id: row.id.to_string(),
        title: row.title.to_string(),
        about: row.about.to_string(),
        ..Section::default()
    };
    if matches!(row.content, Content::SignOff) {
        let prepared = request.examiner.clone().unwrap_or_default();
        section.signatures = vec![
            ("Prepared by".to_string(), prepared),
            ("Reviewed by".to_string(), String::new()),
            ("Approved by".to_string(), String::new()),
        ];
    }
    section
}

/// The part that a row of the table asks for.
fn asked(asker: &Asker<'_>, row: &PartRow) -> Part {
    let mut part = match analysis::all().iter().find(|a| a.name == row.analysis) {
        Some(analysis) => asker.ask(analysis, row.id, row.none),
        None => Part {
            id: row.id.to_string(),
            title: row.analysis.to_string(),
            state: State::NotRun(format!("Not run: there is no analysis {}.", row.analysis)),
            ..Part::default()
        },
    };
    part.chart = row.chart.as_ref().map(|chart| Chart {
        kind: chart.kind,
        title: part.title.clone(),
        columns: chart.columns.iter().map(|c| c.to_string()).collect(),
    });
    part
}

/// The head of the report.
fn facts(asker: &Asker<'_>, request: &Request) -> Vec<(String, String)> {
    let period = &request.period;
    let mut facts = vec![
        ("Period".to_string(), format!("{}, both days included", period.days())),
        (
            "Time zone".to_string(),
            match period.zone().name() {
                "UTC" => "UTC, for the period and for all times shown".to_string(),
                zone => format!(
                    "{zone}, for the period and for moments; days that an analysis counts by are those of UTC, unless it \
                     has a TimeZone"
                ),
            },
        ),
        (
            "In UTC".to_string(),
            format!("from {} until just before {}", moment(period.from), moment(period.to)),
        ),
        ("now() in the queries".to_string(), moment(asker.now())),
    ];
    let named = [("Case", &request.case), ("Examiner", &request.examiner)];
    for (name, value) in named {
        facts.extend(value.iter().map(|value| (name.to_string(), value.clone())));
    }
    let set: Vec<String> =
        request.parameters.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    if !set.is_empty() {
        facts.push(("Parameters set".to_string(), set.join("; ")));
    }
    facts.push(("Made with".to_string(), format!("auk {}", env!("CARGO_PKG_VERSION"))));
    facts
}

/// A moment in UTC, without a fraction that is zero.
fn moment(ticks: i64) -> String {
    datetime_text(ticks).replace(".0000000Z", "Z")
}
