//! The `Aggregate` node over a relation, inside and outside of a subquery.
//!
//! Trap: inside a subquery an aggregate without keys gives a row for every outer row, also for those
//! without elements; so the groups are joined back to the outer rows and the gaps filled with what the
//! aggregates say of no rows.

use super::{Binder, Relation, SEGMENT, select};
use crate::functions::{AggregateBody, Cx};
use crate::plan::{AggregateCall, Expr, JoinKind, Plan};
use crate::source::Span;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

/// Groups by columns of the input. Output: the keys, then the aggregates.
pub fn summarize_by(
    b: &mut Binder<'_>,
    input: Relation,
    keys: &[usize],
    aggregates: Vec<(String, AggregateCall)>,
) -> Relation {
    let segments = input.segments();
    let mut all = keys.to_vec();
    all.extend(segments.iter().filter(|s| !keys.contains(s)));
    let mut schema = Schema::default();
    for key in &all {
        // A key may be named twice.
        let column = &input.schema().columns[*key];
        schema.columns.push(Column::new(schema.unique(&column.name), column.ty));
    }
    let mut calls = Vec::new();
    for (name, call) in aggregates {
        schema.columns.push(Column::new(schema.unique(&name), call.ty));
        calls.push(call);
    }
    let filled = calls.clone();
    let plan = Plan::Aggregate { input: Box::new(input.plan), keys: all.clone(), aggregates: calls, schema };
    let plan = if keys.is_empty() && !segments.is_empty() { every_outer_row(b, plan, &filled) } else { plan };
    // The columns that number outer rows go behind the aggregates, so that keys and aggregates stand together.
    if segments.is_empty() {
        return Relation::new(plan);
    }
    let is_segment = |i: &usize| plan.schema().columns[*i].name.starts_with(SEGMENT);
    let (last, mut order): (Vec<usize>, Vec<usize>) = (0..plan.schema().len()).partition(is_segment);
    order.extend(last);
    Relation::new(select(plan, &order))
}

/// A group for each outer row, with what the aggregates give for no rows where there was none.
fn every_outer_row(b: &mut Binder<'_>, groups: Plan, calls: &[AggregateCall]) -> Plan {
    let Some(segment) = b.segment.clone() else { return groups };
    let outer = select(segment.outer.clone(), &segment.places(segment.outer.schema()));
    let (before, width) = (outer.schema().len(), groups.schema().len());
    let found = mark(groups);
    let mut schema = outer.schema().clone();
    for column in &found.schema().columns {
        schema.columns.push(Column::new(schema.unique(&column.name), column.ty));
    }
    let on = segment.places(found.schema()).into_iter().enumerate().collect();
    let names = found.schema().clone();
    let joined =
        Plan::Join { left: Box::new(outer), right: Box::new(found), kind: JoinKind::LeftOuter, on, schema };
    let cx = Cx::new(b.env.now, Type::Dynamic);
    let span = Span::default();
    let mut exprs = Vec::new();
    let keys = width - calls.len();
    for (i, column) in names.columns.iter().take(width).enumerate() {
        let value = Expr::column(before + i, column.ty, span);
        let number = segment.columns.iter().position(|name| *name == column.name);
        exprs.push(match i.checked_sub(keys).and_then(|at| calls.get(at)) {
            None => number.map_or(value, |at| Expr::column(at, column.ty, span)),
            Some(call) => {
                let nothing = match call.function.body {
                    AggregateBody::Accumulator(new) => new().finish(&cx),
                    _ => Value::missing(column.ty),
                };
                let matched = Expr::column(before + width, Type::Bool, span);
                let nothing = Expr::literal(nothing, column.ty, span);
                let is_missing = b.apply("isnull", vec![matched], span);
                let filled = is_missing.and_then(|m| b.apply("iff", vec![m, nothing, value.clone()], span));
                filled.unwrap_or(value)
            }
        });
    }
    let schema = Schema::new(names.columns.iter().take(width).cloned().collect());
    Plan::Project { input: Box::new(joined), exprs, schema }
}

/// The plan with a last column that is always true.
fn mark(plan: Plan) -> Plan {
    let mut schema = plan.schema().clone();
    let span = Span::default();
    let mut exprs: Vec<Expr> =
        schema.columns.iter().enumerate().map(|(i, c)| Expr::column(i, c.ty, span)).collect();
    exprs.push(Expr::literal(Value::Bool(true), Type::Bool, span));
    schema.columns.push(Column::new(schema.unique("_auk_matched"), Type::Bool));
    Plan::Project { input: Box::new(plan), exprs, schema }
}
