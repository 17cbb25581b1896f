//! What cannot be concluded from a lake: a table of checks, each of which looks at one way for evidence to be
//! less than it seems.
//!
//! A finding says what was seen, in numbers, what therefore cannot be concluded, and which export to ask for.
//! Checks read the manifest, and the tables by queries as anyone could write them.
//!
//! Trap: a check that finds nothing says nothing of what it does not look at. What was checked is part of the
//! answer, and no finding claims more than was counted.

mod coverage;
mod overlap;
pub mod routes;
mod sources;
mod time;
pub mod verify;

use std::path::Path;

use crate::engine::{Engine, QueryOptions};
use crate::lake::{Error, Held, Lake, Source};
use crate::value::Value;

/// How much weighs on a conclusion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Some conclusions hold only in part.
    Limits,
    /// A conclusion from absence is not possible: data is known to be missing.
    Blocks,
}

impl Severity {
    pub fn name(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Limits => "limits",
            Severity::Blocks => "blocks",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub check: &'static str,
    pub severity: Severity,
    pub seen: String,
    pub cannot: String,
    pub ask: String,
    pub sources: Vec<String>,
}

/// A row of the table of checks.
pub struct Check {
    pub name: &'static str,
    /// What it looks for.
    pub about: &'static str,
    run: fn(&Context<'_>) -> Result<Vec<Finding>, Error>,
}

pub const CHECKS: &[Check] = &[
    Check { name: "caps", about: "sources that end at a limit of an exporter", run: sources::caps },
    Check {
        name: "searches",
        about: "rows of a search that are missing by its own numbers; searches of one total count as one",
        run: sources::searches,
    },
    Check { name: "pages", about: "lists whose next page is not there", run: sources::pages },
    Check { name: "cut-files", about: "files that end in the middle", run: sources::cut_files },
    Check { name: "rejected", about: "records that could not be read", run: sources::rejected },
    Check { name: "skipped", about: "files that were not read", run: sources::skipped },
    Check { name: "damage", about: "records that were read, but are not whole", run: sources::damage },
    Check { name: "cut-cells", about: "cells cut at 32,767 characters by Excel", run: sources::cut_cells },
    Check { name: "columns", about: "columns that a source has no value for", run: sources::columns },
    Check {
        name: "routes",
        about: "what the form of an export has no room for",
        run: coverage::route_limits,
    },
    Check { name: "absent", about: "kinds of log that are not there", run: coverage::absent },
    Check { name: "tenants", about: "more than one tenant", run: coverage::tenants },
    Check { name: "gaps", about: "silence against a table's own rhythm", run: time::gaps },
    Check {
        name: "retention",
        about: "tables that begin where the service's memory does",
        run: time::retention,
    },
    Check {
        name: "clock",
        about: "events with no time, an impossible one, or one later than the ingest",
        run: time::clock,
    },
    Check {
        name: "counted-twice",
        about: "exports without ids beside others of the same log",
        run: overlap::twice,
    },
    Check {
        name: "disagreement",
        about: "copies of one record that do not say the same",
        run: overlap::disagreement,
    },
];

/// What the checks look at.
pub struct Context<'a> {
    lake: &'a Lake,
    /// Answers as queries are answered.
    shown: &'a Engine,
    /// The same with masked rows.
    all: &'a Engine,
}

/// How the sources of a lake overlap.
pub use overlap::Overlap;

#[derive(Clone, Debug, Default)]
pub struct Audit {
    pub held: Vec<Held>,
    pub overlaps: Vec<Overlap>,
    /// The heaviest first.
    pub findings: Vec<Finding>,
}

/// Runs every check over a lake.
pub fn audit(dir: &Path) -> Result<Audit, Error> {
    let lake = Lake::open(dir)?;
    let shown = Engine::new(Some(Lake::open(dir)?));
    let all = Engine::new(Some(Lake::open(dir)?)).with_revisions(true);
    let context = Context { lake: &lake, shown: &shown, all: &all };
    let mut findings = Vec::new();
    for check in CHECKS {
        findings.extend((check.run)(&context)?);
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    Ok(Audit { held: held(&lake), overlaps: overlap::overlaps(&lake)?, findings })
}

fn held(lake: &Lake) -> Vec<Held> {
    let mut tables: Vec<&str> = lake.manifest().parts.iter().map(|p| p.table.as_str()).collect();
    tables.sort_unstable();
    tables.dedup();
    tables.into_iter().filter_map(|table| lake.held(table)).collect()
}

impl Context<'_> {
    fn rows(&self, query: &str) -> Result<Vec<Vec<Value>>, Error> {
        answer(self.shown, self.lake, query)
    }

    fn all_rows(&self, query: &str) -> Result<Vec<Vec<Value>>, Error> {
        answer(self.all, self.lake, query)
    }

    /// The first number of the first row.
    fn count(&self, query: &str) -> Result<u64, Error> {
        let rows = self.rows(query)?;
        Ok(rows.first().and_then(|row| row.first()?.as_i64()).map_or(0, |n| n.max(0) as u64))
    }

    /// Is it a table of the user's own, which no exporter made?
    fn is_own(&self, source: &Source) -> bool {
        let own = &self.lake.manifest().tables;
        !source.tables.is_empty() && source.tables.iter().all(|table| own.iter().any(|t| t.name == *table))
    }

    fn has(&self, table: &str) -> bool {
        !self.lake.parts(table).is_empty()
    }

    /// The stored tables that have a time, by name.
    fn timed(&self) -> Vec<Held> {
        held(self.lake).into_iter().filter(|held| held.first.is_some()).collect()
    }

    /// The paths of sources with these numbers.
    fn paths(&self, of: impl Fn(&Source) -> bool) -> Vec<String> {
        self.lake.sources().iter().filter(|s| of(s)).map(|s| s.path.clone()).collect()
    }
}

fn answer(engine: &Engine, lake: &Lake, query: &str) -> Result<Vec<Vec<Value>>, Error> {
    let answer = engine.query(query, &QueryOptions::new(lake.now().unwrap_or(0)));
    let failed = |errors: Vec<crate::diagnostic::Diagnostic>| {
        let message = errors.first().map_or(String::new(), |e| e.message.clone());
        Error::new(lake.dir(), format!("a check could not be run: {message}"))
    };
    answer.map(|answer| answer.table.rows).map_err(failed)
}

/// `1 file`, `2 files`.
fn counted(number: u64, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}
