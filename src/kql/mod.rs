//! From query text to plan: text → tokens → syntax tree → typed plan.
//!
//! Nothing here knows of Polars, files or clocks. Reading never fails: it gives a tree and a list of
//! diagnostics, and goes on at the next `|` or `;`.

pub mod ast;
pub mod bind;
pub mod dump;
mod expr;
mod lexer;
mod literal;
mod mistakes;
pub mod operators;
mod outside;
mod parser;
mod pieces;
pub mod placeholders;
mod saved;

pub use lexer::{Token, TokenKind, tokens};
pub use outside::{Absent, External, FORMATS, Given, Mapping};
pub use parser::{Broken, Parsed, Parser, parse};
pub use saved::SavedFunction;

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::functions::Places;
use crate::plan::Plan;
use crate::table::Table;
use crate::types::{Column, Schema};

/// What names of tables mean.
pub trait Catalog {
    /// The columns of a table, hidden ones (`is_hidden`) among them.
    fn schema(&self, table: &str) -> Option<Schema>;
    /// The rows of a view that have been worked out already, under its columns.
    fn kept(&self, _table: &str) -> Option<Arc<Table>> {
        None
    }
    /// The names of all tables, sorted.
    fn tables(&self) -> Vec<String>;
    /// The table whose rows this one shows in another form: one of the two is enough where all tables
    /// are meant, or an event would count twice.
    fn view_of(&self, _table: &str) -> Option<String> {
        None
    }
    /// The query that a table is, if it is one. Within it the table's own name means what is stored.
    fn view(&self, _table: &str) -> Option<Result<Arc<SavedFunction>, Diagnostic>> {
        None
    }
    /// A function that the workspace holds.
    fn function(&self, _name: &str) -> Option<Arc<SavedFunction>> {
        None
    }
    /// The names of all functions that the workspace holds, sorted.
    fn functions(&self) -> Vec<String> {
        Vec::new()
    }
    /// The rows of a watchlist, whatever the case of its name.
    fn watchlist(&self, name: &str) -> Result<Table, Absent> {
        Err(Absent::new(format!("there is no watchlist named '{name}'")))
    }
    /// The names of all watchlists, sorted.
    fn watchlists(&self) -> Vec<String> {
        Vec::new()
    }
    /// The rows of a file that `externaldata` names.
    fn external(&self, file: &External<'_>) -> Result<Given, Absent> {
        Err(Absent::new(format!("there is no file '{}'", file.uri)))
    }
}

/// What a query is compiled against.
pub struct Env<'a> {
    pub catalog: &'a dyn Catalog,
    /// `now()` in ticks.
    pub now: i64,
    /// Values for `declare query_parameters`, as KQL literals or plain text.
    pub parameters: &'a [(String, String)],
    /// Where addresses are, if a database of places was given.
    pub places: Option<Places>,
    /// Runs a plan while another is being bound: what columns a plugin gives may depend on its rows.
    pub run: &'a dyn Fn(&Plan) -> Result<Table, Diagnostic>,
}

/// A `render` at the end of a query: the chart, and its properties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Render {
    pub chart: String,
    pub properties: Vec<(String, String)>,
}

/// A compiled query.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// A plan per result, in order: one of each tabular statement, more of one that ends in `fork` or `facet`.
    pub plans: Vec<Plan>,
    /// What each is called, if it has a name.
    pub titles: Vec<Option<String>>,
    /// How the first one asks to be shown.
    pub render: Option<Render>,
    pub warnings: Vec<String>,
    /// Does the answer depend on `now()`?
    pub uses_now: bool,
    /// The tables of the catalog that the query itself names.
    pub tables: Vec<String>,
}

/// Columns that answer by name but are no part of `*`: auk's own and the service's bookkeeping.
pub fn is_hidden(name: &str) -> bool {
    const SERVICE: &[&str] =
        &["_BilledSize", "_IsBillable", "_ItemId", "_ResourceId", "_SubscriptionId", "_TimeReceived"];
    name.starts_with("_auk_") || SERVICE.contains(&name)
}

/// The visible columns of a schema.
pub fn visible(schema: &Schema) -> impl Iterator<Item = (usize, &Column)> {
    schema.columns.iter().enumerate().filter(|(_, c)| !is_hidden(&c.name))
}

/// The names that `declare query_parameters(…)` gives.
pub fn declared(text: &str) -> Vec<String> {
    let (query, _) = parse(text);
    let names = query.statements.into_iter().filter_map(|statement| match statement {
        ast::Statement::DeclareParameters(parameters) => Some(parameters),
        _ => None,
    });
    names.flatten().map(|parameter| parameter.name.text).collect()
}

/// Compiles a query text, or says all that is wrong with it.
pub fn compile(text: &str, env: &Env<'_>) -> Result<Compiled, Vec<Diagnostic>> {
    let (query, diagnostics) = parse(text);
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    bind::bind(&query, env)
}
