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
pub mod operators;
mod parser;
mod pieces;

pub use lexer::{Token, TokenKind, tokens};
pub use parser::{Broken, Parsed, Parser, parse};

use crate::diagnostic::Diagnostic;
use crate::plan::Plan;
use crate::table::Table;
use crate::types::{Column, Schema};

/// What names of tables mean.
pub trait Catalog {
    /// The columns of a table, hidden ones (`is_hidden`) among them.
    fn schema(&self, table: &str) -> Option<Schema>;
    /// The names of all tables, sorted.
    fn tables(&self) -> Vec<String>;
    /// The table whose rows this one shows in another form: one of the two is enough where all tables
    /// are meant, or an event would count twice.
    fn view_of(&self, _table: &str) -> Option<String> {
        None
    }
}

/// What a query is compiled against.
pub struct Env<'a> {
    pub catalog: &'a dyn Catalog,
    /// `now()` in ticks.
    pub now: i64,
    /// Values for `declare query_parameters`, as KQL literals or plain text.
    pub parameters: &'a [(String, String)],
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
    /// A plan per tabular statement, in order.
    pub plans: Vec<Plan>,
    /// How the first one asks to be shown.
    pub render: Option<Render>,
    pub warnings: Vec<String>,
    /// Does the answer depend on `now()`?
    pub uses_now: bool,
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

/// Compiles a query text, or says all that is wrong with it.
pub fn compile(text: &str, env: &Env<'_>) -> Result<Compiled, Vec<Diagnostic>> {
    let (query, diagnostics) = parse(text);
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    bind::bind(&query, env)
}
