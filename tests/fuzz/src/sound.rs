//! Is a plan well made? What whoever runs it takes for granted, checked node by node.
//!
//! Trap: it says what is wrong and does not mend it; a plan that fails here may still run by luck.

use std::collections::BTreeSet;

use crate::plan::{Expr, ExprKind, Plan};
use crate::types::{Schema, Type};

/// The first thing that is wrong with a plan.
pub fn flaw(plan: &Plan) -> Option<String> {
    let here = names(plan.schema()).or_else(|| node(plan));
    here.or_else(|| plan.inputs().into_iter().find_map(flaw))
}

/// Names in a schema are unique.
fn names(schema: &Schema) -> Option<String> {
    let mut seen = BTreeSet::new();
    schema.names().find(|n| !seen.insert(n.to_string())).map(|n| format!("two columns are named {n}"))
}

fn node(plan: &Plan) -> Option<String> {
    let input = plan.inputs().first().map(|p| p.schema().clone()).unwrap_or_default();
    match plan {
        Plan::Values { schema, rows } => {
            rows.iter().any(|r| r.len() != schema.len()).then(|| "a row has another width".to_string())
        }
        Plan::Range { from, to, step, .. } => [from, to, step].into_iter().find_map(|e| expr(e, &input)),
        Plan::Filter { predicate, .. } => {
            let ty = predicate.ty;
            expr(predicate, &input).or_else(|| (ty != Type::Bool).then(|| format!("a predicate is {ty}")))
        }
        Plan::Project { exprs, schema, .. } => {
            let pairs = || exprs.iter().zip(&schema.columns);
            let typed =
                || pairs().find(|(e, c)| e.ty != c.ty).map(|(e, c)| format!("{} is {}", c.name, e.ty));
            let width = || (exprs.len() != schema.len()).then(|| "a projection of another width".to_string());
            exprs.iter().find_map(|e| expr(e, &input)).or_else(typed).or_else(width)
        }
        Plan::Aggregate { keys, aggregates, schema, .. } => {
            let width = keys.len() + aggregates.len() != schema.len();
            let args = || aggregates.iter().flat_map(|a| a.args.iter().chain(&a.filter));
            let calls = || args().find_map(|e| expr(e, &input));
            column(keys, &input).or_else(calls).or_else(|| width.then(|| "an aggregate's width".to_string()))
        }
        Plan::Sort { keys, segment, .. } => {
            let keys: Vec<usize> = keys.iter().map(|k| k.column).collect();
            column(&keys, &input).or_else(|| column(segment, &input))
        }
        Plan::Limit { segment, .. } => column(segment, &input),
        Plan::Join { left, right, on, .. } => {
            let (l, r): (Vec<usize>, Vec<usize>) = on.iter().copied().unzip();
            let ty = |p: &Plan, i: usize| p.column(i).map(|c| c.ty);
            let other = on.iter().any(|(a, z)| ty(left, *a) != ty(right, *z));
            let same = || other.then(|| "a join of keys of two types".to_string());
            column(&l, left.schema()).or_else(|| column(&r, right.schema())).or_else(same)
        }
        Plan::Union { inputs, schema } => {
            let other = inputs.iter().any(|p| p.schema() != schema);
            other.then(|| "an input of a union has another schema".to_string())
        }
        Plan::Expand { columns, .. } => columns.iter().find_map(|c| expr(&c.source, &input)),
        Plan::Window { calls, segment, .. } => {
            let exprs = calls.iter().flat_map(|c| c.function.exprs());
            exprs.into_iter().find_map(|e| expr(e, &input)).or_else(|| column(segment, &input))
        }
        Plan::Series { series, .. } => {
            let args = series.values.iter().flat_map(|(a, _)| a.args.iter().chain(&a.filter));
            let keys = || column(&series.keys, &input).or_else(|| column(&[series.axis], &input));
            args.into_iter().find_map(|e| expr(e, &input)).or_else(keys)
        }
        _ => None,
    }
}

/// Columns by index are there.
fn column(indexes: &[usize], schema: &Schema) -> Option<String> {
    indexes.iter().find(|i| **i >= schema.len()).map(|i| format!("there is no column {i}"))
}

/// An expression looks at columns that are there, under their types.
fn expr(e: &Expr, schema: &Schema) -> Option<String> {
    let here = match &e.kind {
        ExprKind::Column(index) => match schema.columns.get(*index) {
            None => Some(format!("there is no column {index}")),
            Some(c) if c.ty != e.ty => Some(format!("{} is {}, not {}", c.name, c.ty, e.ty)),
            Some(_) => None,
        },
        ExprKind::Scalar(plan) => flaw(plan),
        ExprKind::InTable { table, .. } => flaw(table),
        _ => None,
    };
    here.or_else(|| e.children().into_iter().find_map(|child| expr(child, schema)))
}
