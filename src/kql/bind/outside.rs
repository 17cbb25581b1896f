//! `_GetWatchlist('name')` and `_GetWatchlistAlias`: what Microsoft Sentinel keeps beside the tables.
//!
//! Trap: the columns of a watchlist are known from its rows alone, so one that is not there is an error:
//! empty, without its columns, it would only seem to be an answer.

use super::{Binder, NO_COLUMNS, Relation, Row};
use crate::diagnostic::Diagnostic;
use crate::kql::Absent;
use crate::kql::ast::{self, Argument};
use crate::plan::Plan;
use crate::source::Span;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

const WATCHLIST: &str = "_GetWatchlist";
const ALIASES: &str = "_GetWatchlistAlias";

impl Binder<'_> {
    /// Is it a function that gives what is kept beside the tables?
    pub fn is_outside(&self, name: &str) -> bool {
        matches!(name, WATCHLIST | ALIASES)
    }

    pub fn outside(&mut self, name: &ast::Name, args: &[Argument], span: Span) -> Option<Relation> {
        match (name.text.as_str(), args) {
            (ALIASES, []) => {
                let rows = self.env.catalog.watchlists().into_iter().map(|name| vec![Value::String(name)]);
                let schema = Schema::new(vec![Column::new("WatchlistAlias", Type::String)]);
                Some(Relation::new(Plan::Values { schema, rows: rows.collect() }))
            }
            (WATCHLIST, [arg]) => {
                let Some(alias) = self.constant_text(&arg.value)? else {
                    return self.error(arg.value.span, "the name of a watchlist is a constant string");
                };
                match self.env.catalog.watchlist(&alias) {
                    Ok(table) => {
                        let plan = Plan::Values { schema: table.schema, rows: table.rows };
                        Some(self.share(Relation::new(plan)))
                    }
                    Err(absent) => self.absent(arg.value.span, absent),
                }
            }
            (WATCHLIST, _) => self.error(span, "_GetWatchlist() takes the name of a watchlist"),
            _ => self.error(span, format!("{}() takes no arguments", name.text)),
        }
    }

    /// The text that an expression stands for; `Some(None)` when it is no constant one.
    pub fn constant_text(&mut self, e: &ast::Expr) -> Option<Option<String>> {
        let bound = self.expr(e, &Row::new(&NO_COLUMNS))?;
        Some(bound.as_literal().and_then(Value::as_str).map(str::to_string))
    }

    /// What is not there, as an error at a place.
    pub fn absent<T>(&mut self, span: Span, absent: Absent) -> Option<T> {
        let error = Diagnostic::semantic(span, absent.message);
        self.report(match absent.help {
            Some(help) => error.with_help(help),
            None => error,
        })
    }
}
