//! The operators that hold others, or clauses of their own.
//!
//! Trap: an operator that is shown nowhere is shown as nothing; a new one needs its line here or above.

use super::{Dump, column_list, shown};
use crate::kql::operators::OperatorKind;
use crate::kql::operators::partition::Body;
use crate::kql::operators::scan::Scan;

impl Dump {
    pub(super) fn nested_operator(&mut self, kind: &OperatorKind) {
        match kind {
            OperatorKind::AssertSchema(o) => {
                self.line(format!("assert-schema ({})", column_list(&o.columns)))
            }
            OperatorKind::Facet(o) => self.node("facet", |d| {
                o.columns.iter().for_each(|name| d.line(shown(&name.text)));
                o.with.iter().for_each(|with| d.node("with", |d| d.operators(with)));
            }),
            OperatorKind::Fork(o) => self.node("fork", |d| {
                for branch in &o.branches {
                    let name =
                        branch.name.as_ref().map_or("branch".into(), |n| format!("{} =", shown(&n.text)));
                    d.node(name, |d| d.operators(&branch.operators));
                }
            }),
            OperatorKind::ProjectByNames(o) => self.exprs("project-by-names", &o.names),
            OperatorKind::Find(o) => self.node("find", |d| {
                d.options(&o.parameters);
                d.exprs("in", &o.tables);
                d.expr(&o.predicate);
                for (name, ty) in o.project.iter().flatten() {
                    d.line(format!(
                        "project {}{}",
                        shown(&name.text),
                        ty.map_or("".into(), |t| format!(": {t}"))
                    ));
                }
                o.away
                    .iter()
                    .flatten()
                    .for_each(|name| d.line(format!("project-away {}", shown(&name.text))));
            }),
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
            OperatorKind::Scan(o) => self.scan(o),
            OperatorKind::TopHitters(o) => self.node("top-hitters", |d| {
                d.expr(&o.count);
                d.named(&o.of);
                d.optional("by", &o.by);
            }),
            OperatorKind::TopNested(o) => o.levels.iter().for_each(|level| {
                self.node("top-nested", |d| {
                    d.optional("count", &level.count);
                    d.named(&level.of);
                    d.optional("others", &level.others);
                    d.named(&level.by);
                    d.line(if level.order.descending { "desc" } else { "asc" });
                });
            }),
            _ => {}
        }
    }

    fn scan(&mut self, scan: &Scan) {
        self.node("scan", |d| {
            d.options(&scan.parameters);
            for declared in &scan.declared {
                let head = format!("declare {}: {}", shown(&declared.name.text), declared.ty);
                d.node(head, |d| declared.default.iter().for_each(|e| d.expr(e)));
            }
            for step in &scan.steps {
                d.node(format!("step {} output {:?}", shown(&step.name.text), step.output), |d| {
                    d.expr(&step.condition);
                    for (name, value) in &step.assignments {
                        d.node(format!("{} =", shown(&name.text)), |d| d.expr(value));
                    }
                });
            }
        });
    }
}
