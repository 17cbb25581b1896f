//! What is found out, or taken for granted, of a part of the query while it is bound.
//!
//! The columns of some plugins depend on the rows that reach them, so a small plan over these rows is run
//! first. Where no row reaches the plugin, its columns cannot be known, and yet what follows names them:
//! the query is then bound again with the names that were unknown as columns of that plugin. Such a column
//! has no rows, so no wrong value can come of it; a warning says what was assumed.
//!
//! Trap: when that does not help, the errors of the first attempt are the ones to report.

use std::collections::HashMap;

use super::Binder;
use crate::plan::Plan;
use crate::table::Table;

/// How often a query is bound anew at most.
const MOST_ATTEMPTS: usize = 64;

#[derive(Default)]
pub struct Assumed {
    /// Taken to be columns of the plugins that no row reaches.
    names: Vec<String>,
    /// Names that no column or variable had.
    unknown: Vec<String>,
    /// The plugins that no row reaches.
    empty: Vec<String>,
    /// The answers to plans that were run, by what they are.
    answers: HashMap<String, Table>,
    attempts: usize,
}

impl Assumed {
    /// For the next attempt; `None` when it would not go better.
    pub fn next(mut self) -> Option<Assumed> {
        let names = &self.names;
        let mut new: Vec<String> = self.unknown.drain(..).filter(|n| !names.contains(n)).collect();
        new.dedup();
        if self.empty.is_empty() || new.is_empty() || self.attempts >= MOST_ATTEMPTS {
            return None;
        }
        self.names.extend(new);
        Some(Assumed {
            names: self.names,
            answers: self.answers,
            attempts: self.attempts + 1,
            ..Assumed::default()
        })
    }

    /// What the answer rests on, if on anything.
    pub fn warning(&self) -> Option<String> {
        let plugin = self.empty.first()?;
        let names: Vec<String> = self.names.iter().map(|n| format!("`{n}`")).collect();
        let end = if names.is_empty() {
            String::new()
        } else {
            format!("; it is taken to give {}", names.join(", "))
        };
        Some(format!("no row reaches `{plugin}`, so its columns are not known{end}"))
    }
}

impl Binder<'_> {
    /// Runs a plan while the query is bound.
    pub fn discover(&mut self, plan: &Plan) -> Option<Table> {
        let key = format!("{plan:?}");
        if let Some(known) = self.assumed.answers.get(&key) {
            return Some(known.clone());
        }
        match (self.env.run)(plan) {
            Ok(table) => {
                self.assumed.answers.insert(key, table.clone());
                Some(table)
            }
            Err(error) => self.report(error),
        }
    }

    /// The columns that a plugin is taken to give when no row reaches it.
    pub fn assumed_columns(&mut self, plugin: &str) -> Vec<String> {
        self.assumed.empty.push(plugin.to_string());
        self.assumed.names.clone()
    }

    /// Notes a name that no column or variable has.
    pub fn unknown_name(&mut self, name: &str) {
        self.assumed.unknown.push(name.to_string());
    }
}
