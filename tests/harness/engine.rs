//! The ways to run a query: both engines, with and without shredded columns, and the oracle.
//!
//! Trap: the oracle reads a lake's parts by itself, but a view (`OfficeActivity`) through the engine's
//! plainest scan (one table, no query, no shreds).

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use auk::diagnostic::Diagnostic;
use auk::engine::{Engine, QueryOptions};
use auk::lake::Lake;
use auk::lower;
use auk::plan::Plan;
use auk::source::Span;
use auk::table::Table;
use auk::types::Schema;

/// `now()` of every golden without a lake: 2026-06-01T12:00:00Z.
pub const NOW: i64 = 739_767 * auk::time::TICKS_PER_DAY + 12 * auk::time::TICKS_PER_HOUR;

/// How the engine runs a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Streaming,
    InMemory,
    WithoutShreds,
}

/// What queries run against.
pub struct World {
    engine: Engine,
    now: i64,
    /// The ways to run a query that can make a difference here.
    pub ways: &'static [Way],
    /// Whole tables as the oracle reads them.
    read: Mutex<HashMap<String, Table>>,
}

impl World {
    /// Every table empty; queries bring their own rows.
    pub fn empty() -> World {
        World::new(None, &[Way::Streaming, Way::InMemory])
    }

    /// Every table empty, the in-memory engine alone.
    pub fn in_memory() -> World {
        World::new(None, &[Way::InMemory])
    }

    /// Over a lake, at its own `now()`.
    pub fn lake(folder: &Path) -> Result<World, String> {
        let lake = Lake::open(folder).map_err(|e| e.to_string())?;
        Ok(World::new(Some(lake), &[Way::Streaming, Way::InMemory, Way::WithoutShreds]))
    }

    /// Over a lake, at another `now()`.
    pub fn lake_at(folder: &Path, now: i64) -> Result<World, String> {
        Ok(World { now, ..World::lake(folder)? })
    }

    /// Over the sample data (or the exports that `AUK_EXPORTS` names).
    pub fn sample() -> Result<&'static World, String> {
        static WORLD: OnceLock<Result<World, String>> = OnceLock::new();
        let world = WORLD.get_or_init(|| {
            let named = std::env::var_os("AUK_EXPORTS").map(PathBuf::from);
            let exports = named.unwrap_or(Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data"));
            if !exports.is_dir() {
                return Err(format!("{}: no such folder", exports.display()));
            }
            let lake = super::scratch("sample-lake")?;
            super::ingest::ingest(&exports, &lake)?;
            World::lake(&lake)
        });
        world.as_ref().map_err(String::clone)
    }

    fn new(lake: Option<Lake>, ways: &'static [Way]) -> World {
        let engine = Engine::new(lake);
        let now = engine.now().unwrap_or(NOW);
        World { engine, now, ways, read: Mutex::default() }
    }

    /// The plan of the first tabular statement.
    pub fn compile(&self, text: &str) -> Result<Plan, Vec<Diagnostic>> {
        let compiled = self.engine.compile(text, &QueryOptions::new(self.now))?;
        let none = || vec![Diagnostic::semantic(Span::default(), "the query has no tabular statement")];
        compiled.plans.into_iter().next().ok_or_else(none)
    }

    pub fn run(&self, plan: &Plan, way: Way) -> Result<Table, Vec<Diagnostic>> {
        let engine = if way == Way::InMemory { lower::Engine::InMemory } else { lower::Engine::Streaming };
        let shreds = way != Way::WithoutShreds;
        let env = lower::Env { now: self.now, tables: &self.engine, engine, places: None, shreds };
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
        let table = match self.engine.lake() {
            Some(lake) if name != "OfficeActivity" => {
                Table { schema: schema.clone(), rows: crate::oracle::lake::rows(lake, name, schema).ok()? }
            }
            _ => {
                let scan = Plan::Scan { table: name.to_string(), schema: schema.clone() };
                self.run(&scan, Way::WithoutShreds).ok()?
            }
        };
        read.insert(name.to_string(), table.clone());
        Some(table)
    }
}

/// Diagnostics with the line that each is about, its place marked, and what would help.
pub fn render(text: &str, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for d in diagnostics {
        out.push_str(&format!("{}: {}\n", d.kind.name(), d.message));
        if d.span != Span::default() {
            let line_start = text[..d.span.start].rfind('\n').map_or(0, |at| at + 1);
            let line = text[line_start..].lines().next().unwrap_or("");
            let before = text[line_start..d.span.start].chars().count();
            let marked = text[d.span.start..d.span.end].lines().next().unwrap_or("").chars().count();
            out.push_str(&format!("  {line}\n  {}{}\n", " ".repeat(before), "^".repeat(marked.max(1))));
        }
        if let Some(help) = &d.help {
            out.push_str(&format!("help: {help}\n"));
        }
    }
    out
}
