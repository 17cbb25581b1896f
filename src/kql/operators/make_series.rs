//! `T | make-series [name =] aggregate [default = value], … on axis [in range(a, b, step) | from a to b step s] [by key, …]`
//!
//! Trap: without from and to the ends are those of the data; the end is excluded with `to`, included with `in range`.

use super::OperatorKind;
use super::summarize::{bind_keys, key_name, star};
use crate::diagnostic::{Diagnostic, Kind};
use crate::functions::aggregate;
use crate::kql::ast::{Expr, ExprKind, NamedExpr, OperatorParameter};
use crate::kql::bind::{Aggregates, Binder, NO_COLUMNS, Relation, Row, extend};
use crate::kql::parser::{Parsed, Parser};
use crate::plan::{AggregateCall, Expr as PlanValue, ExprKind as PlanExpr, Plan, Series};
use crate::source::Span;
use crate::types::{Column, Schema, Type};
use crate::value::Value;
use std::cell::RefCell;

#[derive(Clone, Debug)]
pub struct SeriesColumn {
    pub column: NamedExpr,
    pub default: Option<Expr>,
}

#[derive(Clone, Debug)]
pub struct MakeSeries {
    pub parameters: Vec<OperatorParameter>,
    pub columns: Vec<SeriesColumn>,
    pub on: NamedExpr,
    pub from: Option<Expr>,
    pub to: Option<Expr>,
    pub step: Expr,
    /// `in range(…)`: the stop is included.
    pub in_range: bool,
    pub by: Vec<NamedExpr>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let parameters = p.parameters(&["kind"])?;
    let columns = p.list(|p| {
        let column = p.named_expr()?;
        let default = p.eat_word("default");
        if default {
            p.expect_symbol("=")?;
        }
        Ok(SeriesColumn { column, default: if default { Some(p.expr()?) } else { None } })
    })?;
    p.expect_word("on")?;
    let names = p.assigned_names();
    let on = NamedExpr { names, expr: p.sum()? };
    let (mut from, mut to) = (None, None);
    let in_range = p.eat_word("in");
    let step = if in_range {
        p.expect_word("range")?;
        let open = p.span();
        p.expect_symbol("(")?;
        from = Some(p.expr()?);
        p.expect_symbol(",")?;
        to = Some(p.expr()?);
        p.expect_symbol(",")?;
        let step = p.expr()?;
        p.close(")", open)?;
        step
    } else {
        if p.eat_word("from") {
            from = Some(p.expr()?);
        }
        if p.eat_word("to") {
            to = Some(p.expr()?);
        }
        p.expect_word("step")?;
        p.expr()?
    };
    let by = if p.eat_word("by") { p.named_exprs()? } else { Vec::new() };
    Ok(OperatorKind::MakeSeries(MakeSeries { parameters, columns, on, from, to, step, in_range, by }))
}

pub fn bind(b: &mut Binder<'_>, op: &MakeSeries, input: Relation) -> Option<Relation> {
    let span = op.on.expr.span;
    let (input, keys) = bind_keys(b, input, &op.by)?;
    let schema = input.schema().clone();
    let axis = b.expr(&op.on.expr, &Row::new(&schema))?;
    let axis_name = key_name(&op.on).unwrap_or_else(|| "Column1".into());
    let (input, at) = match axis.kind {
        PlanExpr::Column(index) => (input, index),
        _ => {
            let name = input.schema().unique("_auk_axis");
            let at = input.schema().len();
            (extend(input, vec![(name, axis.clone())]), at)
        }
    };
    if !(axis.ty.is_number() || matches!(axis.ty, Type::Datetime | Type::Timespan)) {
        return b.error(span, format!("the axis is a datetime, a timespan or a number, not {}", axis.ty));
    }
    let step_ty = if axis.ty == Type::Datetime { Type::Timespan } else { axis.ty };
    let step = constant(b, &op.step, step_ty)?;
    let from = match &op.from {
        Some(e) => Some(constant(b, e, axis.ty)?),
        None => None,
    };
    let to = match &op.to {
        Some(e) => Some(constant(b, e, axis.ty)?),
        None => None,
    };
    if [Some(&step), from.as_ref(), to.as_ref()].into_iter().flatten().any(Value::is_null) {
        nothing_or_error(b, &input, span)?;
    }
    let (names, calls, defaults) = values(b, &op.columns, &input)?;
    let named = |e: &Expr| matches!(&e.kind, ExprKind::Name(name) if name.text == "nonempty");
    let kind = op.parameters.iter().find(|p| p.name.text == "kind");
    if let Some(other) = kind.filter(|p| !named(&p.value)) {
        return b.error(other.value.span, "the kind of a series is `nonempty`, or is not said");
    }
    let nonempty = kind.is_some();
    let mut output = Schema::new(
        keys.iter().map(|(name, i)| Column::new(name.as_str(), input.schema().columns[*i].ty)).collect(),
    );
    for name in names.iter().chain([&axis_name]) {
        output.columns.push(Column::new(output.unique(name), Type::Dynamic));
    }
    let series = Series {
        keys: keys.iter().map(|(_, i)| *i).collect(),
        axis: at,
        from,
        to,
        step,
        include_to: op.in_range,
        values: calls.into_iter().zip(defaults).collect(),
    };
    let empty = match nonempty && keys.is_empty() {
        true => nothing(b, &series, span)?,
        false => None,
    };
    let made = Plan::Series { input: Box::new(input.plan), series: Box::new(series), schema: output.clone() };
    Some(Relation::new(match empty {
        // The first of: the series there is, the series of no rows.
        Some(row) => {
            let nothing = Plan::Values { schema: output.clone(), rows: vec![row] };
            let either = Plan::Union { inputs: vec![made, nothing], schema: output };
            Plan::Limit { input: Box::new(either), count: 1, segment: Vec::new() }
        }
        None => made,
    }))
}

/// The longest axis that KQL makes.
const LIMIT: usize = 1 << 20;

/// The series of no rows, which `kind=nonempty` shows when the ends of the axis are given.
fn nothing(b: &mut Binder<'_>, series: &Series, span: Span) -> Option<Option<Vec<Value>>> {
    let (Some(from), Some(to)) = (&series.from, &series.to) else { return Some(None) };
    let mut axis = Vec::new();
    let mut at = PlanValue::literal(from.clone(), from.type_of()?, span);
    let step = PlanValue::literal(series.step.clone(), series.step.type_of()?, span);
    while let Some(value) = at.as_literal() {
        let order = value.total_cmp(to);
        if order.is_gt() || order.is_eq() && !series.include_to {
            break;
        }
        // As it lies in a dynamic: what JSON has no form for is text.
        axis.push(if value.as_f64().is_some() { value.clone() } else { Value::string(value.to_text()) });
        if axis.len() > LIMIT {
            return b.error(span, format!("make-series would give more than {LIMIT} values"));
        }
        at = b.apply("+", vec![at, step.clone()], span)?;
    }
    let filled = series.values.iter().map(|(_, default)| Value::Array(vec![default.clone(); axis.len()]));
    let mut row: Vec<Value> = filled.collect();
    row.push(Value::Array(axis));
    Some(Some(row))
}

/// An axis with an end that is null, as the least time of no rows is, is one for no rows alone.
fn nothing_or_error(b: &mut Binder<'_>, input: &Relation, span: Span) -> Option<()> {
    let one = Plan::Limit { input: Box::new(input.plan.clone()), count: 1, segment: Vec::new() };
    match (b.env.run)(&one) {
        Ok(table) if table.rows.is_empty() => Some(()),
        Ok(_) => b.report(Diagnostic::new(Kind::Runtime, span, "an end or the step of the axis is null")),
        Err(error) => b.report(Diagnostic { span, ..error }),
    }
}

/// The value columns: their names, aggregates, and values where there are no rows.
fn values(
    b: &mut Binder<'_>,
    columns: &[SeriesColumn],
    input: &Relation,
) -> Option<(Vec<String>, Vec<AggregateCall>, Vec<Value>)> {
    let aggregates = Aggregates {
        input: input.schema().clone(),
        star: star(input),
        keys: Schema::default(),
        calls: RefCell::default(),
    };
    let (mut names, mut defaults) = (Vec::new(), Vec::new());
    for column in columns {
        let before = aggregates.calls.borrow().len();
        let bound = b.named_aggregate(&column.column, &aggregates)?;
        let [(name, expr)] = bound.as_slice() else {
            return b.error(column.column.expr.span, "a series has one aggregate per column");
        };
        if expr.as_literal().is_some() {
            // The value of every step that has rows.
            let Some(function) = aggregate("take_any") else {
                return b.unsupported(column.column.expr.span, "a constant in a series needs take_any");
            };
            let call = AggregateCall { function, args: vec![expr.clone()], filter: None, ty: expr.ty };
            aggregates.calls.borrow_mut().push(call);
        } else if !matches!(expr.kind, PlanExpr::Column(at) if at == before) {
            return b.unsupported(
                column.column.expr.span,
                "an expression around the aggregate of a series; extend it after",
            );
        }
        names.push(name.clone().unwrap_or_else(|| format!("Column{}", names.len() + 1)));
        defaults.push(match &column.default {
            Some(default) => constant(b, default, expr.ty)?,
            None if expr.ty.is_number() => crate::functions::convert(&Value::Long(0), expr.ty),
            None => Value::missing(expr.ty),
        });
    }
    Some((names, aggregates.calls.into_inner(), defaults))
}

fn constant(b: &mut Binder<'_>, e: &Expr, ty: Type) -> Option<Value> {
    let bound = b.expr(e, &Row::new(&NO_COLUMNS))?;
    let bound = b.convert(bound, ty);
    b.constant_value(bound, "the axis of a series")
}
