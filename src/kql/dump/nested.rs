//! The operators that hold others, or clauses of their own.
//!
//! Trap: an operator that is shown nowhere is shown as nothing; a new one needs its line here or above.

use super::{Dump, column_list};
use crate::kql::operators::OperatorKind;
use crate::kql::operators::partition::Body;

impl Dump {
    pub(super) fn nested_operator(&mut self, kind: &OperatorKind) {
        match kind {
            OperatorKind::ParseKv(o) => self.node(format!("parse-kv ({})", column_list(&o.keys)), |d| {
                d.expr(&o.expr);
                d.options(&o.properties);
            }),
            OperatorKind::Partition(o) => self.node("partition", |d| {
                d.options(&o.parameters);
                d.node("by", |d| d.expr(&o.by));
                match &o.body {
                    Body::Subquery(operators) => d.node("subquery", |d| d.operators(operators)),
                    Body::Query(query) => d.node("query", |d| d.expr(query)),
                }
            }),
            _ => {}
        }
    }
}
