//! `T | make-series [name =] aggregate [default = value], … on axis [in range(a, b, step) | from a to b step s] [by key, …]`
//!
//! Trap: without from and to the ends are those of the data; the end is excluded with `to`, included with `in range`.

use super::OperatorKind;
use super::summarize::{bind_keys, key_name, star};
use crate::diagnostic::{Diagnostic, Kind};
use crate::kql::ast::{Expr, ExprKind, NamedExpr, OperatorParameter};
use crate::kql::bind::{
    Aggregates, Binder, NO_COLUMNS, Relation, Row, extend, project_columns, select, summarize_by,
};
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
    let (input, at) = axis_column(input, &axis);
    if !(axis.ty.is_number() || matches!(axis.ty, Type::Datetime | Type::Timespan)) {
        return b.error(span, format!("the axis is a datetime, a timespan or a number, not {}", axis.ty));
    }
    let ends = ends(b, op, at, axis.ty)?;
    if [Some(&ends.step), ends.from.as_ref(), ends.to.as_ref()].into_iter().flatten().any(Value::is_null) {
        nothing_or_error(b, &input, span)?;
    }
    let values = values(b, &op.columns, &input)?;
    let (names, defaults) = (values.names.clone(), values.defaults.clone());
    let Rows { input, keys, axis: at, calls } = match values.plain() {
        Some(calls) => Rows { input, keys, axis: at, calls },
        None => binned(b, input, keys, values, &ends, span)?,
    };
    let segments = input.segments();
    if !segments.is_empty() && (ends.from.is_none() || ends.to.is_none() || !op.parameters.is_empty()) {
        return b.unsupported(span, "within a subquery, make-series without `from` and `to`, or of a kind");
    }
    let nonempty = is_nonempty(b, op)?;
    let mut output = Schema::new(
        keys.iter().map(|(name, i)| Column::new(name.as_str(), input.schema().columns[*i].ty)).collect(),
    );
    output.columns.extend(segments.iter().map(|i| input.schema().columns[*i].clone()));
    for name in names.iter().chain([&axis_name]) {
        output.columns.push(Column::new(output.unique(name), Type::Dynamic));
    }
    let series = Series {
        keys: keys.iter().map(|(_, i)| *i).chain(segments.iter().copied()).collect(),
        axis: at,
        from: ends.from,
        to: ends.to,
        step: ends.step,
        include_to: op.in_range,
        values: calls.into_iter().zip(defaults).collect(),
    };
    let empty = match nonempty && keys.is_empty() {
        true => nothing(b, &series, span)?,
        false => None,
    };
    let made = Plan::Series { input: Box::new(input.plan), series: Box::new(series), schema: output.clone() };
    if !segments.is_empty() {
        // What numbers the outer rows stands last.
        let numbers = keys.len()..keys.len() + segments.len();
        let order: Vec<usize> =
            (0..output.len()).filter(|i| !numbers.contains(i)).chain(numbers.clone()).collect();
        return Some(Relation::new(select(made, &order)));
    }
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

/// The input with the axis as a column, and its place.
fn axis_column(input: Relation, axis: &PlanValue) -> (Relation, usize) {
    if let PlanExpr::Column(index) = axis.kind {
        return (input, index);
    }
    let (name, at) = (input.schema().unique("_auk_axis"), input.schema().len());
    (extend(input, vec![(name, axis.clone())]), at)
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

/// The value columns: their names, their values where there are no rows, and what they are of the rows of a step.
struct Values {
    names: Vec<String>,
    defaults: Vec<Value>,
    calls: Vec<AggregateCall>,
    /// Over the calls.
    exprs: Vec<PlanValue>,
}

impl Values {
    /// The aggregates, if each column is one.
    fn plain(&self) -> Option<Vec<AggregateCall>> {
        let own = |(at, e): (usize, &PlanValue)| matches!(e.kind, PlanExpr::Column(call) if call == at);
        let plain = self.exprs.len() == self.calls.len() && self.exprs.iter().enumerate().all(own);
        plain.then(|| self.calls.clone())
    }
}

fn values(b: &mut Binder<'_>, columns: &[SeriesColumn], input: &Relation) -> Option<Values> {
    let aggregates = Aggregates {
        input: input.schema().clone(),
        star: star(input),
        keys: Schema::default(),
        calls: RefCell::default(),
    };
    let (mut names, mut defaults, mut exprs) = (Vec::new(), Vec::new(), Vec::new());
    for column in columns {
        let bound = b.named_aggregate(&column.column, &aggregates)?;
        let [(name, expr)] = bound.as_slice() else {
            return b.error(column.column.expr.span, "a series has one aggregate per column");
        };
        names.push(name.clone().unwrap_or_else(|| format!("Column{}", names.len() + 1)));
        defaults.push(match &column.default {
            Some(default) => constant(b, default, expr.ty)?,
            None if expr.ty.is_number() => crate::functions::convert(&Value::Long(0), expr.ty),
            None => Value::missing(expr.ty),
        });
        exprs.push(expr.clone());
    }
    Some(Values { names, defaults, calls: aggregates.calls.into_inner(), exprs })
}

fn ends(b: &mut Binder<'_>, op: &MakeSeries, axis: usize, ty: Type) -> Option<Ends> {
    let step = constant(b, &op.step, if ty == Type::Datetime { Type::Timespan } else { ty })?;
    let from = match &op.from {
        Some(e) => Some(constant(b, e, ty)?),
        None => None,
    };
    let to = match &op.to {
        Some(e) => Some(constant(b, e, ty)?),
        None => None,
    };
    Some(Ends { axis, from, to, step, closed: op.in_range })
}

/// `kind=nonempty`: there is a series of no rows, too.
fn is_nonempty(b: &mut Binder<'_>, op: &MakeSeries) -> Option<bool> {
    let named = |e: &Expr| matches!(&e.kind, ExprKind::Name(name) if name.text == "nonempty");
    match op.parameters.iter().find(|p| p.name.text == "kind") {
        Some(other) if !named(&other.value) => {
            b.error(other.value.span, "the kind of a series is `nonempty`, or is not said")
        }
        kind => Some(kind.is_some()),
    }
}

/// Where the axis begins and ends.
struct Ends {
    axis: usize,
    from: Option<Value>,
    to: Option<Value>,
    step: Value,
    closed: bool,
}

/// What the series are made of.
struct Rows {
    input: Relation,
    keys: Vec<(String, usize)>,
    axis: usize,
    calls: Vec<AggregateCall>,
}

/// What stands for the input when a column is an expression around aggregates: a row for each step that has
/// rows, with the values of the expressions, and aggregates that take those values.
fn binned(
    b: &mut Binder<'_>,
    input: Relation,
    keys: Vec<(String, usize)>,
    values: Values,
    ends: &Ends,
    span: Span,
) -> Option<Rows> {
    let ty = input.schema().columns[ends.axis].ty;
    let axis = PlanValue::column(ends.axis, ty, span);
    let literal = |value: &Value| PlanValue::literal(value.clone(), ty, span);
    let bounds = [(">=", &ends.from), (if ends.closed { "<=" } else { "<" }, &ends.to)];
    let mut rows = input;
    for (op, bound) in bounds.into_iter().filter_map(|(op, bound)| Some((op, bound.as_ref()?))) {
        let predicate = b.apply(op, vec![axis.clone(), literal(bound)], span)?;
        rows = rows.map(|plan| Plan::Filter { input: Box::new(plan), predicate });
    }
    let step = PlanValue::literal(ends.step.clone(), ends.step.type_of()?, span);
    let bin = match &ends.from {
        Some(from) => b.apply("bin_at", vec![axis, step, literal(from)], span)?,
        None => b.apply("bin", vec![axis, step], span)?,
    };
    let bin = b.convert(bin, ty);
    let (at, name) = (rows.schema().len(), rows.schema().unique("_auk_bin"));
    let rows = extend(rows, vec![(name.clone(), bin)]);
    let group: Vec<usize> = keys.iter().map(|(_, i)| *i).chain([at]).collect();
    let calls = values.calls.into_iter().enumerate().map(|(i, call)| (format!("_auk_aggregate_{i}"), call));
    let grouped = summarize_by(b, rows, &group, calls.collect());
    let width = group.len();
    let column = |at: usize| PlanValue::column(at, grouped.schema().columns[at].ty, span);
    let mut columns: Vec<(String, PlanValue)> =
        (0..width).map(|at| (format!("_auk_key_{at}"), column(at))).collect();
    let mut taken = Vec::new();
    let take_any = crate::functions::aggregate("take_any")?;
    for (at, e) in values.exprs.iter().enumerate() {
        columns.push((format!("_auk_value_{at}"), e.map_columns(&|call| width + call)));
        let args = vec![PlanValue::column(width + at, e.ty, span)];
        taken.push(AggregateCall { function: take_any, args, filter: None, ty: e.ty });
    }
    let keys = keys.into_iter().enumerate().map(|(at, (name, _))| (name, at)).collect();
    Some(Rows { input: project_columns(grouped, columns), keys, axis: width - 1, calls: taken })
}

fn constant(b: &mut Binder<'_>, e: &Expr, ty: Type) -> Option<Value> {
    let bound = b.expr(e, &Row::new(&NO_COLUMNS))?;
    let bound = b.convert(bound, ty);
    b.constant_value(bound, "the axis of a series")
}
