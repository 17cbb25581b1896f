//! The ways to run a query: both engines, with and without shredded columns, and the oracle.
//!
//! Trap: the oracle reads a lake through the engine's plainest scan (one table, no query, no shreds);
//! what a scan reads is held to its input by the ingest pages.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Mutex;

use auk::diagnostic::{Diagnostic, Kind};
use auk::kql::{Catalog, Env};
use auk::lower::{self, Engine, NoTables, TablePart, Tables};
use auk::plan::Plan;
use auk::source::Span;
use auk::table::Table;
use auk::types::Schema;

/// `now()` of every golden: 2026-06-01T12:00:00Z.
pub const NOW: i64 = 739_767 * auk::time::TICKS_PER_DAY + 12 * auk::time::TICKS_PER_HOUR;

/// How the engine runs a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Streaming,
    InMemory,
    WithoutShreds,
}

/// The ways that every golden goes.
pub const WAYS: &[Way] = &[Way::Streaming, Way::InMemory];
/// Those that make a difference over a lake.
pub const LAKE_WAYS: &[Way] = &[Way::Streaming, Way::InMemory, Way::WithoutShreds];

/// What queries run against.
pub struct World {
    catalog: Box<dyn Catalog + Send + Sync>,
    tables: Box<dyn Tables + Send + Sync>,
    now: i64,
    /// Whole tables as the oracle reads them.
    read: Mutex<HashMap<String, Table>>,
}

/// No tables at all.
struct Nothing;

impl Catalog for Nothing {
    fn schema(&self, _table: &str) -> Option<Schema> {
        None
    }

    fn tables(&self) -> Vec<String> {
        Vec::new()
    }
}

impl World {
    /// Without tables; queries bring their own.
    pub fn empty() -> World {
        World::new(Box::new(Nothing), Box::new(NoTables), NOW)
    }

    fn new(
        catalog: Box<dyn Catalog + Send + Sync>,
        tables: Box<dyn Tables + Send + Sync>,
        now: i64,
    ) -> World {
        World { catalog, tables, now, read: Mutex::default() }
    }

    /// The plan of the first tabular statement.
    pub fn compile(&self, text: &str) -> Result<Plan, Vec<Diagnostic>> {
        let env = Env { catalog: &*self.catalog, now: self.now, parameters: &[] };
        let compiled = auk::kql::compile(text, &env)?;
        let none = || vec![Diagnostic::semantic(Span::default(), "there is no tabular statement")];
        compiled.plans.into_iter().next().ok_or_else(none)
    }

    pub fn run(&self, plan: &Plan, way: Way) -> Result<Table, Vec<Diagnostic>> {
        let engine = if way == Way::InMemory { Engine::InMemory } else { Engine::Streaming };
        let env = lower::Env { now: self.now, tables: &*self.tables, engine, shreds: way != Way::WithoutShreds };
        lower::run(plan, &env).map_err(|e| vec![Diagnostic::new(e.kind, Span::default(), e.message)])
    }

    pub fn oracle(&self, plan: &Plan) -> Result<Table, String> {
        crate::oracle::run(plan, &|name, schema| self.whole(name, schema), self.now)
    }

    /// A whole table, read once.
    fn whole(&self, name: &str, schema: &Schema) -> Option<Table> {
        let mut read = self.read.lock().ok()?;
        if let Some(table) = read.get(name) {
            return Some(table.clone());
        }
        let scan = Plan::Scan { table: name.to_string(), schema: schema.clone() };
        let table = self.run(&scan, Way::WithoutShreds).ok()?;
        read.insert(name.to_string(), table.clone());
        Some(table)
    }
}

/// Diagnostics as the terminal shows them.
pub fn render(text: &str, diagnostics: &[Diagnostic]) -> String {
    _ = text;
    diagnostics.iter().map(|d| format!("{}: {}\n", d.kind.name(), d.message)).collect()
}
