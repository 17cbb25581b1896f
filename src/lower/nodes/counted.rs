//! Rows counted without reading them: the manifest says how many each part shows.
//!
//! `T | count`, and counts of a union by a key that is a constant in each of its inputs (`union withsource = Table …
//! | summarize count() by Table`).
//!
//! Trap: a node that leaves out rows by what they hold ends this; so does a table that is a query itself.

use std::cmp::Ordering;

use super::super::{Lowering, view};
use crate::plan::{AggregateCall, ExprKind, Plan};
use crate::types::Type;
use crate::value::Value;

impl Lowering<'_> {
    /// The rows of an `Aggregate`, if it only counts rows whose number is known.
    pub fn counted(&self, input: &Plan, keys: &[usize], calls: &[AggregateCall]) -> Option<Vec<Vec<Value>>> {
        let counts = |call: &AggregateCall| {
            call.function.name == "count"
                && call.args.is_empty()
                && call.filter.is_none()
                && call.ty == Type::Long
        };
        if calls.is_empty() || !calls.iter().all(counts) {
            return None;
        }
        let mut groups: Vec<(Vec<Value>, u64)> = Vec::new();
        for input in branches(input) {
            let key: Vec<Value> = keys.iter().map(|key| literal(input, *key)).collect::<Option<_>>()?;
            let rows = self.rows_of(input)?;
            match groups.iter_mut().find(|(known, _)| compare(known, &key).is_eq()) {
                Some((_, count)) => *count += rows,
                None => groups.push((key, rows)),
            }
        }
        if keys.is_empty() && groups.is_empty() {
            groups.push((Vec::new(), 0));
        }
        groups.retain(|(_, count)| keys.is_empty() || *count > 0);
        groups.sort_by(|(a, _), (b, _)| compare(a, b));
        let row = |(mut key, count): (Vec<Value>, u64)| {
            key.extend(calls.iter().map(|_| Value::Long(count as i64)));
            key
        };
        Some(groups.into_iter().map(row).collect())
    }

    /// How many rows a plan has, where that is known without looking at them.
    fn rows_of(&self, plan: &Plan) -> Option<u64> {
        match plan {
            Plan::Scan { table, .. } if table != view::VIEW => {
                let parts = self.parts(table);
                if self.assumed.is_some() || parts.iter().any(crate::lake::Part::is_absent) {
                    return None;
                }
                let shown = |part: &crate::lake::Part| if part.revisions { part.rows } else { part.shown() };
                Some(parts.iter().map(shown).sum())
            }
            Plan::Values { rows, .. } => Some(rows.len() as u64),
            Plan::Project { input, .. } | Plan::Sort { input, .. } | Plan::Window { input, .. } => {
                self.rows_of(input)
            }
            Plan::Limit { input, count, segment } if segment.is_empty() => {
                self.rows_of(input).map(|rows| rows.min(*count))
            }
            Plan::Union { inputs, .. } => inputs.iter().map(|input| self.rows_of(input)).sum(),
            _ => None,
        }
    }
}

/// The inputs of a union, else the plan itself.
fn branches(plan: &Plan) -> &[Plan] {
    match plan {
        Plan::Union { inputs, .. } => inputs,
        plan => std::slice::from_ref(plan),
    }
}

/// The value that a column has in every row.
fn literal(plan: &Plan, column: usize) -> Option<Value> {
    match plan {
        Plan::Project { input, exprs, .. } => match &exprs.get(column)?.kind {
            ExprKind::Literal(value) => Some(value.clone()),
            ExprKind::Column(below) => literal(input, *below),
            _ => None,
        },
        Plan::Sort { input, .. } | Plan::Limit { input, .. } => literal(input, column),
        _ => None,
    }
}

fn compare(a: &[Value], b: &[Value]) -> Ordering {
    let differing = a.iter().zip(b).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne());
    differing.unwrap_or(Ordering::Equal)
}
