//! From syntax tree to plan: names are looked up, types settled, operators brought down to plan nodes.
//!
//! `Binder` holds what is true of the whole query; `Names` is the chain of `let`s seen from one place;
//! `Row` is what an expression may refer to. A function that returns `None` has reported why.
//!
//! After an error binding goes on wherever the columns are known all the same: a column that could not be
//! bound is `lost`, and what refers to a lost name is silent, so each mistake is reported once.
//!
//! Trap: a `let` is bound where it stands, a user function where it is called, with the names that
//! were known where it was declared.

mod anywhere;
mod assume;
mod call;
mod caution;
mod expr;
mod function;
mod group;
mod name;
mod operator;
mod outside;
mod pipeline;
mod segment;
mod special;
mod statement;
mod summary;
mod view;
mod window;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use assume::Assumed;

pub use anywhere::{Anywhere, looks_anywhere};
pub use expr::{NO_COLUMNS, Row, Steps};
pub use function::Outcome;
pub use group::summarize_by;
pub use name::implied_name;
pub use pipeline::{Relation, extend, project_columns, select};
pub use segment::{SEGMENT, Segment, distinct, number_rows, number_values, without};
pub use summary::Aggregates;

use super::{Compiled, Env, SavedFunction, ast};
use crate::diagnostic::Diagnostic;
use crate::plan::Expr;
use crate::source::Span;
use crate::types::Type;
use crate::value::Value;

/// How deep user functions may call each other.
const MAX_CALLS: usize = 32;
/// How many calls of user functions a query may come to.
const MAX_CALLED: usize = 20_000;

/// What a name stands for.
#[derive(Clone)]
pub enum Binding {
    /// A constant, a scalar subquery, or an argument of the function being bound.
    Scalar(Expr),
    Table(Box<Relation>),
    Function(Callee),
    /// The key of an enclosing `partition`, by the hidden column that holds it.
    Key(String),
    Pattern {
        pattern: Rc<ast::Pattern>,
        names: Names,
    },
}

/// A function that can be called: where it was declared decides what its names mean.
#[derive(Clone)]
pub struct Callee {
    pub function: Arc<ast::Function>,
    pub names: Names,
    /// It is one of the workspace; else of the query.
    pub saved: Option<Arc<SavedFunction>>,
}

/// The names that are known at a place: a chain from the latest to the first.
#[derive(Clone, Default)]
pub struct Names(Option<Rc<(String, Binding, Names)>>);

impl Names {
    pub fn with(&self, name: &str, binding: Binding) -> Names {
        Names(Some(Rc::new((name.to_string(), binding, self.clone()))))
    }

    pub fn get(&self, name: &str) -> Option<&Binding> {
        let mut at = self;
        while let Some(node) = &at.0 {
            if node.0 == name {
                return Some(&node.1);
            }
            at = &node.2;
        }
        None
    }

    /// All names, for suggestions.
    pub fn all(&self) -> Vec<String> {
        let (mut at, mut names) = (self, Vec::new());
        while let Some(node) = &at.0 {
            names.push(node.0.clone());
            at = &node.2;
        }
        names
    }
}

/// The state of binding one query.
pub struct Binder<'a> {
    pub env: &'a Env<'a>,
    pub diagnostics: Vec<Diagnostic>,
    pub warnings: Vec<String>,
    pub names: Names,
    pub uses_now: bool,
    pub render: Option<super::Render>,
    /// The rows of the pipeline being bound are in no order that the query states (`caution.rs`).
    unordered: bool,
    /// What numbers the outer rows while the subquery of `mv-apply` or `partition` is bound.
    pub segment: Option<Segment>,
    /// Columns and `let`s that could not be bound, and names that are unknown; that has been reported.
    pub lost: HashSet<String>,
    assumed: Assumed,
    /// What `set` has set that the query asks for: the bins of `bin_auto`.
    pub options: Vec<(String, Expr)>,
    shared: usize,
    calls: usize,
    /// Calls of user functions so far, at any depth.
    called: usize,
    /// Nodes of plans that were copied to where a `let` is named.
    copied: usize,
    /// The functions of the workspace whose bodies are being looked at.
    active: Vec<String>,
    /// The views that the query names, bound once each.
    views: HashMap<String, Relation>,
    /// All tables are meant: each as it is stored, for a made row tells of another table's event.
    pub among_all: bool,
    tables: Vec<String>,
}

impl<'a> Binder<'a> {
    fn new(env: &'a Env<'a>, assumed: Assumed) -> Binder<'a> {
        Binder {
            env,
            diagnostics: Vec::new(),
            warnings: Vec::new(),
            names: Names::default(),
            uses_now: false,
            render: None,
            unordered: false,
            segment: None,
            lost: HashSet::new(),
            assumed,
            options: Vec::new(),
            shared: 0,
            calls: 0,
            called: 0,
            copied: 0,
            active: Vec::new(),
            views: HashMap::new(),
            among_all: false,
            tables: Vec::new(),
        }
    }

    /// What a name stands for: by the query, else by the functions of the workspace.
    pub fn binding(&self, name: &str) -> Option<Binding> {
        if let Some(binding) = self.names.get(name) {
            return Some(binding.clone());
        }
        let saved = self.env.catalog.function(name)?;
        let function = Arc::clone(&saved.function);
        Some(Binding::Function(Callee { function, names: Names::default(), saved: Some(saved) }))
    }

    /// Reports an error and gives `None`, so that a caller can write `return self.error(…)`.
    pub fn error<T>(&mut self, span: Span, message: impl Into<String>) -> Option<T> {
        self.report(Diagnostic::semantic(span, message))
    }

    pub fn unsupported<T>(&mut self, span: Span, message: impl Into<String>) -> Option<T> {
        self.report(Diagnostic::unsupported(span, message))
    }

    pub fn report<T>(&mut self, diagnostic: Diagnostic) -> Option<T> {
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
        None
    }

    /// What stands in place of a column that could not be bound. A plan with it is never run.
    pub fn lose(&mut self, name: &str, span: Span) -> Expr {
        self.lost.insert(name.to_string());
        Expr::literal(Value::Null, Type::Dynamic, span)
    }

    /// A number no other shared part of this query has.
    pub fn fresh(&mut self) -> usize {
        self.shared += 1;
        self.shared
    }
}

/// Binds a whole query.
pub fn bind(query: &ast::Query, env: &Env<'_>) -> Result<Compiled, Vec<Diagnostic>> {
    let (mut assumed, mut first) = (Assumed::default(), None);
    loop {
        let mut binder = Binder::new(env, assumed);
        let plans = binder.query(query);
        let Binder { render, mut warnings, uses_now, mut diagnostics, assumed: found, tables, .. } = binder;
        diagnostics.sort_by_key(|d| d.span.start);
        if diagnostics.is_empty() {
            warnings.extend(found.warning());
            let (titles, plans) = plans.into_iter().unzip();
            return Ok(Compiled { plans, titles, render, warnings, uses_now, tables });
        }
        let first: &mut Vec<Diagnostic> = first.get_or_insert_with(|| diagnostics.clone());
        match found.next() {
            Some(next) => assumed = next,
            // What remains, unless it comes of what was assumed.
            None if diagnostics.iter().all(|d| first.contains(d)) => return Err(diagnostics),
            None => return Err(std::mem::take(first)),
        }
    }
}
