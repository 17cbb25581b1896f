//! Which tables have no rows, so that an analysis that needs one of them is not run and not called clean.
//!
//! Trap: a table may have rows without being stored, as a view of another one or with rows made on request; such a
//! table is asked for one row, once for all analyses.

use std::collections::BTreeMap;

use crate::analysis::Analysis;
use crate::engine::{Engine, QueryOptions};
use crate::kql::Catalog;
use crate::lake::views::{ViewKind, view};

/// The tables without rows, each with what is to be said of it.
pub struct Gaps(BTreeMap<String, Option<String>>);

impl Gaps {
    pub fn of(analyses: &[&Analysis], engine: &Engine, options: &QueryOptions) -> Gaps {
        let mut gaps = BTreeMap::new();
        let tables = analyses.iter().flat_map(|a| a.header.tables.iter().chain(&a.header.optional));
        for table in tables {
            if !gaps.contains_key(table) && rows(table, engine) == 0 && !gives_a_row(table, engine, options) {
                gaps.insert(table.clone(), engine.said_of_synthesis(table, options));
            }
        }
        Gaps(gaps)
    }

    /// Why an analysis cannot be run, if it cannot.
    pub fn why_not(&self, analysis: &Analysis) -> Option<String> {
        let missing = self.needed(analysis);
        (!missing.is_empty()).then(|| format!("the lake has no {}", missing.join(", no ")))
    }

    /// The sets of tables of which it needs one and has none.
    fn needed(&self, analysis: &Analysis) -> Vec<String> {
        let missing = analysis.header.missing(|table| self.0.contains_key(table));
        missing.into_iter().map(|set| set.join(" or ")).collect()
    }

    /// What would help, a sentence for each table that is missing and could be made.
    pub fn hints(&self) -> impl Iterator<Item = &str> {
        self.0.values().filter_map(Option::as_deref)
    }

    /// What an analysis went without.
    pub fn without(&self, analysis: &Analysis) -> Option<String> {
        let missing = self.lacking(analysis);
        (!missing.is_empty()).then(|| format!("the lake has no {}", missing.join(", no ")))
    }

    /// Which of its tables are there, in a few words.
    pub fn account(&self, analysis: &Analysis) -> String {
        let missing = self.needed(analysis).join(", ");
        let without = self.lacking(analysis).join(", ");
        match (missing.as_str(), without.as_str()) {
            ("", "") => "present".to_string(),
            ("", without) => format!("present, without {without}"),
            (missing, _) => format!("missing {missing}"),
        }
    }

    /// Those of its tables that have no rows though others are enough.
    fn lacking(&self, analysis: &Analysis) -> Vec<String> {
        analysis.header.lacking(|table| self.0.contains_key(table))
    }
}

/// How many rows an analysis reads at most: those of the tables that its own are made of, too.
pub fn read_by(analysis: &Analysis, engine: &Engine) -> u64 {
    let tables = analysis.header.tables.iter().chain(&analysis.header.optional);
    tables.map(|table| rows(&engine.view_of(table).unwrap_or_else(|| table.clone()), engine)).sum()
}

/// The rows that are stored of a table, or of the one whose events it tells of.
fn rows(table: &str, engine: &Engine) -> u64 {
    let stored = match view(table).map(|view| view.kind) {
        Some(ViewKind::Of(other)) => other,
        _ => table,
    };
    let parts = engine.lake().map_or(&[][..], |lake| lake.parts(stored));
    parts.iter().map(|part| part.shown()).sum()
}

fn gives_a_row(table: &str, engine: &Engine, options: &QueryOptions) -> bool {
    let query = format!("{table} | take 1 | count");
    let answer = engine.query(&query, options);
    // A table that cannot be read has its reason told by the analysis.
    answer.map_or(true, |answer| answer.table.rows.first().and_then(|row| row.first()?.as_i64()) == Some(1))
}
