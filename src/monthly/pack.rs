//! What a report holds, whatever it is written as: sections of words, figures, tables and charts.
//!
//! Every number of a report is in here once, computed; the writers (`report/pack/`) only show it. A figure names
//! the part whose rows it counts, a row the records that it was made of.
//!
//! Trap: texts and cells hold what an attacker wrote into a log; a writer escapes all of them.

use super::period::Period;
use crate::analysis::Severity;
use crate::table::Table;
use crate::value::Value;

/// The whole report.
#[derive(Clone, Debug)]
pub struct Pack {
    pub title: String,
    pub period: Period,
    /// What stands at the head: period, case, examiner, as names and texts.
    pub facts: Vec<(String, String)>,
    pub sections: Vec<Section>,
}

#[derive(Clone, Debug, Default)]
pub struct Section {
    /// Stable from month to month.
    pub id: String,
    pub title: String,
    /// What the section is about, in a sentence.
    pub about: String,
    pub words: Vec<Words>,
    pub figures: Vec<Figure>,
    pub parts: Vec<Part>,
    /// Who signs, and the names that are known.
    pub signatures: Vec<(String, String)>,
}

/// A sentence, and the part or section that it speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    pub kind: Kind,
    pub text: String,
    pub to: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A paragraph.
    Plain,
    /// A heading above what follows.
    Heading,
    /// A point of a list.
    Point,
    /// A point that weighs so much.
    Weighed(Severity),
}

/// A number, and the part that holds the rows it was taken from.
#[derive(Clone, Debug)]
pub struct Figure {
    pub id: String,
    pub label: String,
    /// Null where there is no data to count.
    pub value: Value,
    /// Which rows count, in words.
    pub how: String,
    pub of: String,
}

/// A table of a section, with what it was asked by.
#[derive(Clone, Debug, Default)]
pub struct Part {
    pub id: String,
    pub title: String,
    pub about: String,
    /// Further notes: what a finding means, what often explains it.
    pub notes: Vec<(String, String)>,
    pub severity: Option<Severity>,
    pub state: State,
    pub table: Table,
    /// The records that each row was made of; empty where the question does not tell.
    pub evidence: Vec<Vec<Record>>,
    /// The part that holds what a row sums up, for each row; or none.
    pub links: Vec<Option<String>>,
    pub chart: Option<Chart>,
    pub query: Option<Query>,
}

/// What became of a part's question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum State {
    #[default]
    Found,
    /// It was asked, and there are no rows; in words.
    Nothing(String),
    /// It could not be asked; the reason.
    NotRun(String),
}

/// A record of the lake, as `auk trace` finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its id, or SOURCE:ORDINAL.
    pub id: String,
    /// The file that it was read from.
    pub source: String,
}

/// A picture of columns of the part's table: the first over which the others are drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// As `render` names it: `columnchart`.
    pub kind: &'static str,
    pub title: String,
    pub columns: Vec<String>,
}

/// The KQL that gave a part its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The name of the analysis.
    pub name: String,
    pub text: String,
}

impl Pack {
    pub fn parts(&self) -> impl Iterator<Item = (&Section, &Part)> {
        self.sections.iter().flat_map(|section| section.parts.iter().map(move |part| (section, part)))
    }
}

impl Words {
    pub fn new(kind: Kind, text: impl Into<String>) -> Words {
        Words { kind, text: text.into(), to: None }
    }

    pub fn to(mut self, id: impl Into<String>) -> Words {
        self.to = Some(id.into());
        self
    }
}

impl Part {
    /// What is said in place of rows.
    pub fn instead(&self) -> Option<&str> {
        match &self.state {
            State::Found => None,
            State::Nothing(text) | State::NotRun(text) => Some(text),
        }
    }

    pub fn was_run(&self) -> bool {
        !matches!(self.state, State::NotRun(_))
    }
}
