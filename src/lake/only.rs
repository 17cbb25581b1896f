//! What a lake is made for, if only for one question: `--from` reads all records of the exports, but stores no more of
//! them than the query looks at.
//!
//! Such a lake answers nothing else. Its manifest names the tables it has, its parts the columns that they lack, and who
//! asks for another is told (`lower/only.rs`).
//!
//! Trap: a path that is not exact is read from its column's JSON, so that is stored where a path in it is not. And what
//! cannot be read in a column that nobody asks for is not counted as damage.

use std::collections::{BTreeMap, BTreeSet};

use super::PartEntry;

/// The columns of a table that are looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Columns {
    /// Columns, and stored paths, by their names.
    pub names: BTreeSet<String>,
    /// Columns of which only stored paths are looked at.
    pub of_paths: BTreeSet<String>,
}

impl Columns {
    pub fn wants(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Must its cells be collected, at least until the part is written?
    pub fn may_want(&self, name: &str) -> bool {
        self.wants(name) || self.of_paths.contains(name)
    }
}

/// Tables, and of each the columns that are looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Only(pub BTreeMap<String, Columns>);

impl Only {
    pub fn table(&self, table: &str) -> Option<&Columns> {
        self.0.get(table)
    }

    pub fn tables(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    /// Is all that the other one wants wanted here, too?
    pub fn holds(&self, other: &Only) -> bool {
        other.0.iter().all(|(table, columns)| {
            self.table(table).is_some_and(|own| {
                columns.names.is_subset(&own.names) && columns.of_paths.iter().all(|name| own.may_want(name))
            })
        })
    }

    /// Can a lake of these parts answer for all paths? One through an array that only some parts have exact is read from
    /// the JSON of all of them, and those do not have it.
    pub fn is_answered_by(&self, parts: &[PartEntry]) -> bool {
        let mixed = |table: &str, name: &str| {
            let parts = parts.iter().filter(|part| part.table == table);
            let paths = parts.filter_map(|part| part.shreds.iter().find(|(path, ..)| path == name));
            let mut exact = paths.map(|(_, _, exact)| *exact);
            let first = exact.next();
            name.contains("[*]") && !exact.all(|other| Some(other) == first)
        };
        !self.0.iter().any(|(table, columns)| columns.names.iter().any(|name| mixed(table, name)))
    }

    /// A text that differs where what is wanted does.
    pub fn key(&self) -> String {
        let columns = |c: &Columns| {
            let texts = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join("\u{1}");
            format!("{}\u{2}{}", texts(&c.names), texts(&c.of_paths))
        };
        self.0.iter().map(|(table, c)| format!("{table}\u{2}{}\u{3}", columns(c))).collect()
    }
}
