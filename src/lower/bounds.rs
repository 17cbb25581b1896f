//! The bounds that a filter sets on datetime columns: `Time > ago(1d)`, `Time between (a .. b)`.
//!
//! A conjunct that has bounds says no more than they do, so where the scan can hold rows to them exactly it is done with
//! (`nodes/scan.rs`).
//!
//! Trap: a bound on what is stored in microseconds may let through a little too much; there the conjunct stays.

use super::needs::Bounds;
use super::nodes::conjuncts;
use super::{Lowering, NO_COLUMN, expr::Scope};
use crate::plan::{Expr, ExprKind};
use crate::types::{Schema, Type};
use crate::value::Value;

impl Lowering<'_> {
    /// The bounds on single columns that all rows of a filter lie within.
    pub fn bounds_of(&self, predicate: &Expr) -> Vec<Bounds> {
        conjuncts(predicate).into_iter().filter_map(|part| self.bounds(part)).collect()
    }

    /// The bounds that a conjunct is.
    pub fn bounds(&self, part: &Expr) -> Option<Bounds> {
        let ExprKind::Call(f, args) = &part.kind else { return None };
        if let ("between", [value, low, high]) = (f.name, args.as_slice()) {
            let (low, high) = (self.known(low)?, self.known(high)?);
            let high = match high {
                Value::Timespan(length) => low.as_i64()?.saturating_add(length),
                high => high.as_i64()?,
            };
            return Some(Bounds { column: time_column(value)?, low: low.as_i64(), high: Some(high) });
        }
        let [a, b] = args.as_slice() else { return None };
        let (column, bound, name) = match time_column(a) {
            Some(column) => (column, self.known(b)?, f.name),
            None => (time_column(b)?, self.known(a)?, mirrored(f.name)),
        };
        let Value::Datetime(bound) = bound else { return None };
        let (low, high) = match name {
            ">" => (Some(bound.checked_add(1)?), None),
            ">=" => (Some(bound), None),
            "<" => (None, Some(bound.checked_sub(1)?)),
            "<=" => (None, Some(bound)),
            "==" => (Some(bound), Some(bound)),
            _ => return None,
        };
        Some(Bounds { column, low, high })
    }

    /// The value of an expression that looks at no column, if it is known before the run.
    fn known(&self, expr: &Expr) -> Option<Value> {
        if looks_at_columns(expr) {
            return None;
        }
        let none = Schema::default();
        let scope = Scope { schema: &none, driver: NO_COLUMN, paths: &[] };
        self.lowered(expr, scope).ok()?.constant().cloned()
    }
}

fn time_column(expr: &Expr) -> Option<usize> {
    match expr.kind {
        ExprKind::Column(index) if expr.ty == Type::Datetime => Some(index),
        _ => None,
    }
}

fn mirrored(name: &str) -> &str {
    match name {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        other => other,
    }
}

fn looks_at_columns(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Column(_)) || expr.children().into_iter().any(looks_at_columns)
}
