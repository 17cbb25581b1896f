//! Query text in, answer or diagnostics out: the language, the lake and the executor put together.
//!
//! Trap: every table of the catalogue exists, with or without a lake; one without rows is empty, with
//! its columns. `now()` is the caller's to say: it is part of the query.

use crate::diagnostic::{Diagnostic, Kind};
use crate::kql::{self, Catalog, Compiled, Render};
use crate::lake::{self, Lake, Part};
use crate::lower::{self, Tables};
use crate::plan::Plan;
use crate::plan::display::display;
use crate::source::Span;
use crate::table::Table;
use crate::types::Schema;

/// How a query is to be answered.
#[derive(Clone, Debug)]
pub struct QueryOptions {
    /// `now()` in ticks.
    pub now: i64,
    /// Values for `declare query_parameters`.
    pub parameters: Vec<(String, String)>,
    pub engine: lower::Engine,
    /// Read stored paths of dynamic columns in place of their JSON.
    pub shreds: bool,
}

impl QueryOptions {
    pub fn new(now: i64) -> QueryOptions {
        QueryOptions { now, parameters: Vec::new(), engine: lower::Engine::default(), shreds: true }
    }
}

/// The answer to a query.
#[derive(Clone, Debug)]
pub struct Answer {
    pub table: Table,
    pub render: Option<Render>,
    pub warnings: Vec<String>,
    pub uses_now: bool,
}

/// What `explain` shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Ast,
    Plan,
    Polars,
}

/// A lake, or none, to ask.
pub struct Engine {
    lake: Option<Lake>,
}

impl Engine {
    pub fn new(lake: Option<Lake>) -> Engine {
        Engine { lake }
    }

    pub fn lake(&self) -> Option<&Lake> {
        self.lake.as_ref()
    }

    /// The lake's own `now`, if it holds events.
    pub fn now(&self) -> Option<i64> {
        self.lake.as_ref().and_then(Lake::now)
    }

    pub fn compile(&self, text: &str, options: &QueryOptions) -> Result<Compiled, Vec<Diagnostic>> {
        let run = |plan: &Plan| lower::run(plan, &self.env(options)).map_err(failed);
        let (now, parameters) = (options.now, &options.parameters);
        kql::compile(text, &kql::Env { catalog: self, now, parameters, run: &run })
    }

    /// The first result of a query, as a table.
    pub fn query(&self, text: &str, options: &QueryOptions) -> Result<Answer, Vec<Diagnostic>> {
        let Compiled { plans, render, warnings, uses_now } = self.compile(text, options)?;
        let Some(plan) = plans.first() else {
            return Err(vec![Diagnostic::semantic(Span::default(), "the query has no tabular statement")]);
        };
        let table = lower::run(plan, &self.env(options)).map_err(|e| vec![failed(e)])?;
        Ok(Answer { table, render, warnings, uses_now })
    }

    /// How a query is understood, at a stage.
    pub fn explain(
        &self,
        text: &str,
        stage: Stage,
        options: &QueryOptions,
    ) -> Result<String, Vec<Diagnostic>> {
        if stage == Stage::Ast {
            let (query, diagnostics) = kql::parse(text);
            return if diagnostics.is_empty() { Ok(kql::dump::dump(&query)) } else { Err(diagnostics) };
        }
        let compiled = self.compile(text, options)?;
        let mut out = String::new();
        for plan in &compiled.plans {
            out.push_str(&match stage {
                Stage::Polars => lower::explain(plan, &self.env(options)).map_err(|e| vec![failed(e)])?,
                _ => display(plan),
            });
            if !out.ends_with('\n') {
                out.push('\n');
            }
        }
        Ok(out)
    }

    fn env<'a>(&'a self, options: &QueryOptions) -> lower::Env<'a> {
        lower::Env { now: options.now, tables: self, engine: options.engine, shreds: options.shreds }
    }
}

/// What the executor says, as a diagnostic of the whole query.
fn failed(error: lower::Error) -> Diagnostic {
    let message = match error.kind {
        Kind::Internal => format!("{} (this is a defect of auk)", error.message),
        _ => error.message,
    };
    Diagnostic::new(error.kind, Span::default(), message)
}

impl Catalog for Engine {
    fn schema(&self, table: &str) -> Option<Schema> {
        let schema = self.lake.as_ref().and_then(|lake| lake.schema(table));
        schema.or_else(|| lake::table(table).map(|t| &t.schema)).cloned()
    }

    fn tables(&self) -> Vec<String> {
        let held =
            |t: &&lake::TableDef| !t.own || self.lake.as_ref().is_some_and(|l| !l.parts(&t.name).is_empty());
        let own = self.lake.iter().flat_map(|lake| lake.own());
        let mut names: Vec<String> =
            lake::tables().iter().chain(own).filter(held).map(|t| t.name.clone()).collect();
        names.sort();
        names
    }

    fn view_of(&self, table: &str) -> Option<String> {
        (table == "OfficeActivity").then(|| "UnifiedAuditLog".to_string())
    }
}

impl Tables for Engine {
    fn parts(&self, table: &str) -> Vec<Part> {
        self.lake.as_ref().map_or_else(Vec::new, |lake| lake.parts(table).to_vec())
    }
}
