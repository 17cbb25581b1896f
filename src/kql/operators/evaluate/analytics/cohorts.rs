//! `new_activity_metrics(id, time, start, end, step [, cohort] [, dimension, …] [, lookback])`
//!
//! Trap: what stands after the step is told by what it is: a constant is the cohort, a column a dimension, a
//! table at the end the lookback. Of the lookback the column counts that is called like the id.

use super::timeline::{Constant, Line, add, by_place, column, constant, line, plain_column};
use crate::functions::plugins::analytics::cohorts::NEW_ACTIVITY;
use crate::kql::ast::{Expr, ExprKind as Ast};
use crate::kql::bind::{Binder, Relation};
use crate::kql::operators::evaluate::Evaluate;
use crate::plan::{CallArgument, Plan};
use crate::source::Span;
use crate::types::{Schema, Type};
use crate::value::Value;

const MEASURED: &[(&str, Type)] = &[
    ("dcount_new_values", Type::Long),
    ("dcount_retained_values", Type::Long),
    ("dcount_churn_values", Type::Long),
    ("retention_rate", Type::Real),
    ("churn_rate", Type::Real),
];

pub fn bind(b: &mut Binder<'_>, op: &Evaluate, input: Relation, span: Span) -> Option<Relation> {
    let args = by_place(b, op, 5, span)?;
    let schema = input.schema().clone();
    let Line { id, time, ty } = line(b, &args, &schema)?;
    let mut call = vec![column(id), column(time)];
    for (arg, (kind, what)) in args[2..5].iter().zip([
        (Constant::Point, "the start"),
        (Constant::Point, "the end"),
        (Constant::Step, "the step"),
    ]) {
        call.push(CallArgument::Value(constant(b, arg, kind, ty, what)?));
    }
    let mut rest = &args[5..];
    let is_column = |arg: &Expr| matches!(&arg.kind, Ast::Name(name) if schema.contains(&name.text));
    let lookback = match rest.split_last() {
        Some((last, before)) if !is_column(last) && b.is_table(last) => {
            rest = before;
            Some(*last)
        }
        _ => None,
    };
    let cohort = match rest.split_first() {
        Some((first, after)) if !is_column(first) => {
            rest = after;
            constant(b, first, Constant::Point, ty, "the cohort")?
        }
        _ => Value::Null,
    };
    call.push(CallArgument::Value(cohort));
    let (known, seen) = match lookback {
        Some(arg) => seen_before(b, arg, &schema, id)?,
        None => (CallArgument::Value(Value::Null), None),
    };
    call.push(known);
    let mut output = Schema::default();
    for side in ["from", "to"] {
        add(&mut output, &format!("{side}_{}", schema.columns[time].name), ty);
    }
    for dimension in rest {
        let at = plain_column(b, dimension, &schema, "a dimension")?;
        add(&mut output, &schema.columns[at].name, schema.columns[at].ty);
        call.push(column(at));
    }
    MEASURED.iter().for_each(|(name, ty)| add(&mut output, name, *ty));
    let inputs = std::iter::once(input.plan).chain(seen).collect();
    Some(Relation::new(Plan::Call { function: &NEW_ACTIVITY, inputs, args: call, schema: output }))
}

/// The ids of the lookback: its column of the id's name, or its only one.
fn seen_before(
    b: &mut Binder<'_>,
    arg: &Expr,
    schema: &Schema,
    id: usize,
) -> Option<(CallArgument, Option<Plan>)> {
    let table = b.table(arg)?.visible();
    let (name, ty) = (&schema.columns[id].name, schema.columns[id].ty);
    let only = (table.schema().len() == 1).then_some(0);
    let Some(column) = table.schema().index(name).or(only) else {
        return b.error(arg.span, format!("the lookback has no column `{name}`"));
    };
    let found = table.schema().columns[column].ty;
    if found != ty {
        return b.error(arg.span, format!("the ids of the lookback are of type {found}, not {ty}"));
    }
    Some((CallArgument::Column { input: 1, column }, Some(table)))
}
