//! Query text in, answer or diagnostics out: the language, the lake and the executor put together.
//!
//! Trap: every table of the catalogue exists, with or without a lake; one without rows is empty, with
//! its columns. `now()` is the caller's to say: it is part of the query. A query's placeholders are filled
//! before it is read, so the places of errors are led back to the text as it was written.

mod absent;

use std::sync::{Arc, OnceLock};

use crate::diagnostic::{Diagnostic, Kind, closest};
use crate::kql::placeholders::{self, Filled};
use crate::kql::{self, Absent, Catalog, Compiled, External, Given, Render, SavedFunction};
use crate::lake::only::Only;
use crate::lake::views::{MADE, ViewKind};
use crate::lake::{self, Lake, Part, watchlists};
use crate::lower::{self, Tables};
use crate::outside::{Outside, Unplaced};
use crate::plan::Plan;
use crate::plan::display::display;
use crate::source::Span;
use crate::table::Table;
use crate::time;
use crate::types::{Column, Schema};

/// A view of more rows than this is not kept in memory.
const MOST_KEPT: usize = 200_000;

/// How a query is to be answered.
#[derive(Clone, Debug)]
pub struct QueryOptions {
    /// `now()` in ticks.
    pub now: i64,
    /// Values for `declare query_parameters`, and for placeholders.
    pub parameters: Vec<(String, String)>,
    /// What `{{StartTimeISO}}` and `{{EndTimeISO}}` stand for, in ticks; else the lake's first and last event.
    pub from_time: Option<i64>,
    pub to_time: Option<i64>,
    pub engine: lower::Engine,
    /// Read stored paths of dynamic columns in place of their JSON.
    pub shreds: bool,
    /// The addresses that the query looked up in no database: its own, as queries run side by side.
    pub unplaced: Unplaced,
}

impl QueryOptions {
    pub fn new(now: i64) -> QueryOptions {
        QueryOptions {
            now,
            parameters: Vec::new(),
            from_time: None,
            to_time: None,
            engine: lower::Engine::default(),
            shreds: true,
            unplaced: Unplaced::default(),
        }
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
    /// The columns and stored paths that each scan reads.
    Reads,
    Polars,
}

/// A lake, or none, to ask, and what queries may take from beside it.
pub struct Engine {
    lake: Option<Lake>,
    outside: Outside,
    synthesize: bool,
    /// The functions of the lake, read when first asked for, sorted; one that is damaged with the reason.
    functions: OnceLock<Vec<Arc<SavedFunction>>>,
    /// Tables show masked rows, too.
    revisions: bool,
    /// What is to be said of each view, once it has been counted.
    said: [OnceLock<Option<String>>; lake::views::VIEWS.len()],
    /// Rows of views that are worked out once for many queries.
    kept: Vec<(String, Arc<Table>)>,
}

impl Engine {
    pub fn new(lake: Option<Lake>) -> Engine {
        Engine {
            lake,
            outside: Outside::default(),
            synthesize: false,
            functions: OnceLock::new(),
            revisions: false,
            said: Default::default(),
            kept: Vec::new(),
        }
    }

    /// With files and databases beside the lake.
    pub fn with_outside(self, outside: Outside) -> Engine {
        Engine { outside, ..self }
    }

    /// With rows of AuditLogs and SigninLogs that are made from the unified audit log.
    pub fn with_synthesis(self, synthesize: bool) -> Engine {
        Engine { synthesize, ..self }
    }

    /// With the rows that a better revision or another copy stands for; `_auk_copy` marks them.
    pub fn with_revisions(self, revisions: bool) -> Engine {
        Engine { revisions, ..self }
    }

    /// With the rows of a view of another table worked out now, for many queries that ask for it at this `now()`.
    /// What cannot be worked out, or has too many rows to be held, is left to each query.
    pub fn keeping(mut self, table: &str, options: &QueryOptions) -> Engine {
        let Some(schema) = self.schema(table).filter(|_| is_view_of_another(table)) else { return self };
        let columns: Vec<String> = schema.names().map(|name| format!("['{name}']")).collect();
        let query = format!("{table} | take {} | project {}", MOST_KEPT + 1, columns.join(", "));
        let held = |answer: &Answer| answer.table.rows.len() <= MOST_KEPT && answer.table.schema == schema;
        if let Some(answer) = self.query(&query, options).ok().filter(held) {
            self.kept.push((table.to_string(), Arc::new(answer.table)));
        }
        self
    }

    pub fn lake(&self) -> Option<&Lake> {
        self.lake.as_ref()
    }

    /// The lake's own `now`, if it holds events.
    pub fn now(&self) -> Option<i64> {
        self.lake.as_ref().and_then(Lake::now)
    }

    pub fn compile(&self, text: &str, options: &QueryOptions) -> Result<Compiled, Vec<Diagnostic>> {
        let filled = self.fill(text, options)?;
        let run = |plan: &Plan| lower::run(plan, &self.env(options)).map_err(failed);
        let (now, parameters) = (options.now, &options.parameters);
        let env = kql::Env {
            catalog: self,
            now,
            parameters,
            places: self.outside.places(&options.unplaced),
            run: &run,
        };
        match kql::compile(&filled.text, &env) {
            Ok(mut compiled) => {
                compiled.warnings.splice(0..0, said(&filled, options));
                Ok(compiled)
            }
            Err(errors) => Err(written(text, &filled, errors)),
        }
    }

    /// The query's text with what its placeholders stand for.
    fn fill(&self, text: &str, options: &QueryOptions) -> Result<Filled, Vec<Diagnostic>> {
        // What the query declares is a variable of its own, and in a string only text.
        let declared = if options.parameters.is_empty() { Vec::new() } else { kql::declared(text) };
        placeholders::fill(text, &|name| {
            let given = options.parameters.iter().find(|(n, _)| n == name && !declared.contains(n));
            let given = given.map(|(_, value)| value.clone());
            given.or_else(|| match name {
                "StartTimeISO" => {
                    Some(time::datetime_text(options.from_time.unwrap_or_else(|| self.first(options))))
                }
                "EndTimeISO" => {
                    let last = || self.now().unwrap_or(options.now);
                    Some(time::datetime_text(options.to_time.unwrap_or_else(last)))
                }
                _ => None,
            })
        })
    }

    /// The time of the lake's first event; without events, now.
    fn first(&self, options: &QueryOptions) -> i64 {
        let parts = self.lake.iter().flat_map(|lake| &lake.manifest().parts);
        parts.filter_map(|part| part.min).min().unwrap_or(options.now)
    }

    /// The functions that the lake holds. One that cannot be read any more is not there.
    fn saved(&self) -> &[Arc<SavedFunction>] {
        self.functions.get_or_init(|| {
            let files = self.lake.as_ref().map(|lake| lake::functions::all(lake.dir()));
            let read =
                |(name, text): (String, String)| SavedFunction::read(Some(&name), &text).ok().map(Arc::new);
            files.and_then(Result::ok).into_iter().flatten().filter_map(read).collect()
        })
    }

    /// The first result of a query, as a table.
    pub fn query(&self, text: &str, options: &QueryOptions) -> Result<Answer, Vec<Diagnostic>> {
        let mut compiled = self.compile(text, options)?;
        let Some(plan) = compiled.plans.first() else {
            return Err(vec![Diagnostic::semantic(Span::default(), "the query has no tabular statement")]);
        };
        let table = self.run(plan, options)?;
        compiled.warnings.extend(self.said_of_tables(&compiled, options));
        let Compiled { render, warnings, uses_now, .. } = compiled;
        Ok(Answer { table, render, warnings, uses_now })
    }

    /// What is to be said of the tables that a query names, that rows are made, or could be; and of addresses
    /// that it looked up in no database.
    pub fn said_of_tables(&self, compiled: &Compiled, options: &QueryOptions) -> Vec<String> {
        let synthesis = compiled.tables.iter().filter_map(|name| self.said_of_synthesis(name, options));
        synthesis.chain(options.unplaced.said()).collect()
    }

    /// What is to be said of a table whose rows are made, or could be.
    ///
    /// Counted once: the answer is the lake's, not the query's.
    pub fn said_of_synthesis(&self, name: &str, options: &QueryOptions) -> Option<String> {
        let at = lake::views::VIEWS.iter().position(|view| view.name == name)?;
        self.said.get(at)?.get_or_init(|| self.counted_synthesis(name, options)).clone()
    }

    fn counted_synthesis(&self, name: &str, options: &QueryOptions) -> Option<String> {
        let ViewKind::Synthesis { record_type, events } = lake::views::view(name)?.kind else { return None };
        let count = |query: &str| {
            let compiled = self.compile(query, options).ok()?;
            let answer = self.run(compiled.plans.first()?, options).ok()?;
            answer.rows.first()?.first()?.as_i64().filter(|n| *n > 0)
        };
        if self.synthesize {
            let made = count(&format!("{name} | where {} | count", MADE.0))?;
            return Some(format!("{made} rows of {name} are made from UnifiedAuditLog ({} is true)", MADE.0));
        }
        if self.lake.as_ref()?.parts(name).iter().any(|part| part.shown() > 0) {
            return None;
        }
        let there = count(&format!("UnifiedAuditLog | where RecordType == {record_type} | count"))?;
        Some(format!(
            "{name} has no rows; UnifiedAuditLog tells of {there} {events}: --synthesize makes rows of {name} from them"
        ))
    }

    /// Why a query gave nothing, as far as that is a text that it looks for and that no row of the lake has; nothing
    /// for one that gave something.
    pub fn said_of_nothing(
        &self,
        text: &str,
        compiled: &Compiled,
        results: &[&Table],
        options: &QueryOptions,
    ) -> Vec<String> {
        let nothing = results.iter().all(|table| absent::is_nothing(table));
        if nothing { absent::absent(self, text, &compiled.plans, options) } else { Vec::new() }
    }

    /// One result of a compiled query.
    pub fn run(&self, plan: &Plan, options: &QueryOptions) -> Result<Table, Vec<Diagnostic>> {
        lower::run(plan, &self.env(options)).map_err(|e| vec![failed(e)])
    }

    /// How a query is understood, at a stage.
    pub fn explain(
        &self,
        text: &str,
        stage: Stage,
        options: &QueryOptions,
    ) -> Result<String, Vec<Diagnostic>> {
        if stage == Stage::Ast {
            let filled = self.fill(text, options)?;
            let (query, errors) = kql::parse(&filled.text);
            let read = errors.is_empty();
            return if read { Ok(kql::dump::dump(&query)) } else { Err(written(text, &filled, errors)) };
        }
        let compiled = self.compile(text, options)?;
        let mut out = String::new();
        for plan in &compiled.plans {
            out.push_str(&match stage {
                Stage::Reads => {
                    let reads = lower::reads(plan, &self.env(options)).map_err(|e| vec![failed(e)])?;
                    reads.iter().map(|read| format!("{read}\n")).collect()
                }
                Stage::Polars => lower::explain(plan, &self.env(options)).map_err(|e| vec![failed(e)])?,
                _ => display(plan),
            });
            if !out.is_empty() && !out.ends_with('\n') {
                out.push('\n');
            }
        }
        Ok(out)
    }

    /// What a query looks at, whatever the lake holds; `None` where that depends on more than the query.
    pub fn wants(&self, text: &str, options: &QueryOptions) -> Option<Only> {
        // A placeholder may stand for the first event of all tables.
        if text.contains("{{") {
            return None;
        }
        let compiled = self.compile(text, options).ok()?;
        let mut only = Only::default();
        for plan in &compiled.plans {
            lower::wants(plan, &self.env(options), &mut only).ok()?;
        }
        // A row's flags tell of all its cells, read or not.
        if only.0.values().any(|columns| columns.wants("_auk_flags")) {
            return None;
        }
        // Whether rows could be made is told from there (`said_of_synthesis`).
        for view in lake::views::VIEWS {
            if let ViewKind::Synthesis { .. } = view.kind
                && only.table(view.name).is_some()
            {
                only.0
                    .entry("UnifiedAuditLog".to_string())
                    .or_default()
                    .names
                    .insert("RecordType".to_string());
            }
        }
        Some(only)
    }

    fn env<'a>(&'a self, options: &QueryOptions) -> lower::Env<'a> {
        lower::Env {
            now: options.now,
            tables: self,
            engine: options.engine,
            places: self.outside.places(&options.unplaced),
            shreds: options.shreds,
        }
    }
}

/// Is it a table whose rows tell of those of another?
pub fn is_view_of_another(table: &str) -> bool {
    lake::views::view(table).is_some_and(|view| matches!(view.kind, ViewKind::Of(_)))
}

/// Errors in a filled text, with their places in the text as it was written.
fn written(text: &str, filled: &Filled, mut errors: Vec<Diagnostic>) -> Vec<Diagnostic> {
    errors.iter_mut().for_each(|error| error.span = filled.written(error.span));
    placeholders::explain(text, errors)
}

/// What is to be said of placeholders that nobody gave a value.
fn said(filled: &Filled, options: &QueryOptions) -> Vec<String> {
    let given = |name: &str| {
        let named = options.parameters.iter().any(|(n, _)| n == name);
        named || if name == "StartTimeISO" { options.from_time.is_some() } else { options.to_time.is_some() }
    };
    let own = filled.used.iter().filter(|(name, _)| !given(name));
    own.map(|(name, value)| {
        let (event, option) =
            if name == "StartTimeISO" { ("first", "from-time") } else { ("last", "to-time") };
        format!("{{{{{name}}}}} is {value}, by the {event} event; --{option} sets it")
    })
    .collect()
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
        let mut schema = schema.or_else(|| lake::table(table).map(|t| &t.schema)).cloned()?;
        if self.synthesize && lake::views::view(table).is_some_and(is_synthesis) {
            schema.columns.push(Column::new(MADE.0, MADE.1));
        }
        Some(schema)
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
        match lake::views::view(table).map(|view| view.kind) {
            Some(ViewKind::Of(other)) => Some(other.to_string()),
            _ => (table == "OfficeActivity").then(|| "UnifiedAuditLog".to_string()),
        }
    }

    fn view(&self, table: &str) -> Option<Result<Arc<SavedFunction>, Diagnostic>> {
        type Read = Result<Arc<SavedFunction>, Diagnostic>;
        /// Each is read when it is first asked for, and most queries ask for none.
        static READ: [OnceLock<Read>; lake::views::VIEWS.len()] =
            [const { OnceLock::new() }; lake::views::VIEWS.len()];
        let at = lake::views::VIEWS.iter().position(|view| view.name == table)?;
        let view = &lake::views::VIEWS[at];
        if !self.synthesize && is_synthesis(view) {
            return None;
        }
        let why = |errors: Vec<Diagnostic>| {
            let messages: Vec<String> = errors.into_iter().map(|e| e.message).collect();
            Diagnostic::new(Kind::Internal, Span::default(), messages.join("; "))
        };
        let read = || SavedFunction::read(Some(view.name), view.text).map(Arc::new).map_err(why);
        Some(READ[at].get_or_init(read).clone())
    }

    fn kept(&self, table: &str) -> Option<Arc<Table>> {
        self.kept.iter().find(|(name, _)| name == table).map(|(_, rows)| rows.clone())
    }

    fn function(&self, name: &str) -> Option<Arc<SavedFunction>> {
        self.saved().iter().find(|f| f.name == name).cloned()
    }

    fn functions(&self) -> Vec<String> {
        self.saved().iter().map(|f| f.name.clone()).collect()
    }

    fn watchlist(&self, name: &str) -> Result<Table, Absent> {
        let dir = self.lake.as_ref().map(Lake::dir);
        let found = dir.map_or(Ok(None), |dir| watchlists::find(dir, name));
        if let Some(list) = found.map_err(|e| Absent::new(e.to_string()))? {
            return Ok(list.table());
        }
        let add = format!("auk watchlist add {} FILE.csv --key COLUMN --lake DIR", shell_word(name));
        let lists = self.watchlists();
        let absent = Absent::new(format!("there is no watchlist named '{name}'"));
        Err(absent.with_help(match closest(name, lists.iter().map(String::as_str)) {
            Some(near) => format!("did you mean '{near}'? `{add}` adds one"),
            None => format!("`{add}` adds it; a file with a header line only makes it an empty one"),
        }))
    }

    fn watchlists(&self) -> Vec<String> {
        let lists = self.lake.as_ref().map(|lake| watchlists::all(lake.dir()));
        lists.and_then(Result::ok).into_iter().flatten().map(|list| list.name).collect()
    }

    fn external(&self, file: &External<'_>) -> Result<Given, Absent> {
        self.outside.external(file)
    }
}

impl Tables for Engine {
    fn parts(&self, table: &str) -> Vec<Part> {
        let Some(lake) = &self.lake else { return Vec::new() };
        if lake.manifest().only.as_ref().is_some_and(|tables| !tables.iter().any(|t| t == table)) {
            return vec![Part::absent(table)];
        }
        let parts = lake.parts(table).to_vec();
        parts.into_iter().map(|part| Part { revisions: self.revisions, ..part }).collect()
    }
}

fn is_synthesis(view: &lake::views::View) -> bool {
    matches!(view.kind, ViewKind::Synthesis { .. })
}

/// A name as one word of a command line.
fn shell_word(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !name.is_empty() && name.chars().all(plain) {
        return name.to_string();
    }
    format!("'{}'", name.replace('\'', "'\\''"))
}
