//! `T | top-nested [n] of [name =] expr [with others = value] by [name =] aggregate [asc|desc], top-nested …`
//!
//! The rows of each value that a level keeps are what the next level is about. For each level a result has the value and its aggregate, `aggregated_name`. `others` adds a row for all that a level leaves out; levels below it show theirs if they have `others` too, else null.
//!
//! Trap: without `n` a level keeps every value, and nothing is left out. Values with equal aggregates come in their own order.

use std::cell::RefCell;

use super::OperatorKind;
use super::summarize::star;
use crate::functions;
use crate::kql::ast::{Expr, NamedExpr, SortKey};
use crate::kql::bind::{Aggregates, Binder, NO_COLUMNS, Relation, Row, extend, number_values, select};
use crate::kql::parser::{Parsed, Parser};
use crate::plan::{self, AggregateCall, JoinKind, Plan, WindowCall, WindowFunction};
use crate::source::Span;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

#[derive(Clone, Debug)]
pub struct Level {
    pub count: Option<Expr>,
    pub of: NamedExpr,
    pub others: Option<Expr>,
    pub by: NamedExpr,
    pub order: SortKey,
}

#[derive(Clone, Debug)]
pub struct TopNested {
    pub levels: Vec<Level>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let mut levels = vec![level(p)?];
    while p.eat_symbol(",") {
        p.expect_word("top")?;
        p.expect_symbol("-")?;
        p.expect_word("nested")?;
        levels.push(level(p)?);
    }
    Ok(OperatorKind::TopNested(TopNested { levels }))
}

fn level(p: &mut Parser) -> Parsed<Level> {
    let count = if p.is_word("of") { None } else { Some(p.expr()?) };
    p.expect_word("of")?;
    let of = p.named_expr()?;
    let mut others = None;
    if p.eat_word("with") {
        p.expect_word("others")?;
        p.expect_symbol("=")?;
        others = Some(p.expr()?);
    }
    p.expect_word("by")?;
    let names = p.assigned_names();
    let order = p.sort_key()?;
    let by = NamedExpr { names, expr: order.expr.clone() };
    Ok(Level { count, of, others, by, order })
}

/// A level as it is bound.
struct Bound {
    count: Option<u64>,
    /// The column of the values in the rows, and what it is called in the result.
    column: usize,
    name: String,
    others: Option<plan::Expr>,
    calls: Vec<AggregateCall>,
    /// Over the calls.
    aggregate: plan::Expr,
    aggregate_name: String,
    descending: bool,
    nulls_first: bool,
}

/// The columns of a level in a table of results: the value, the aggregate, the place among its like.
const TRIPLE: usize = 3;

pub fn bind(b: &mut Binder<'_>, op: &TopNested, input: Relation) -> Option<Relation> {
    let outer = input.segments().len();
    let (mut rows, levels) = bind_levels(b, op, input)?;
    for level in &levels {
        rows = number_values(b, rows, level.column).0;
    }
    let mut rows = b.share(rows);
    let numbers = rows.segments();
    let (mut tables, mut results) = (Vec::new(), None::<Relation>);
    for (at, level) in levels.iter().enumerate() {
        let keys = &numbers[..outer + at + 1];
        let kept = kept(&rows, level, keys, outer + at);
        let kept = b.share(Relation::new(kept));
        let on: Vec<(usize, usize)> = keys.iter().enumerate().map(|(k, column)| (*column, k)).collect();
        if level.count.is_some() && level.others.is_some() {
            let rest = one_side(&rows.plan, &kept.plan, JoinKind::LeftAnti, &on);
            let rest = others(b, rest, &levels, at, &numbers[..outer + at])?;
            tables.push(beside(results.as_ref(), rest, outer + at, outer, false));
        }
        let beside = beside(results.as_ref(), kept.plan.clone(), outer + at, outer, true);
        results = Some(b.share(Relation::new(beside)));
        if level.count.is_some() && at + 1 < levels.len() {
            let plan = one_side(&rows.plan, &kept.plan, JoinKind::LeftSemi, &on);
            rows = b.share(Relation { plan, ..rows });
        }
    }
    let all = results?.plan;
    let columns: Vec<usize> = (0..outer).chain(outer + levels.len()..all.schema().len()).collect();
    tables.insert(0, select(all, &columns));
    Some(finish(tables, &levels, outer))
}

fn bind_levels(b: &mut Binder<'_>, op: &TopNested, input: Relation) -> Option<(Relation, Vec<Bound>)> {
    let shown = star(&input);
    let of: Vec<NamedExpr> = op.levels.iter().map(|l| l.of.clone()).collect();
    let (input, values) = b.named_exprs(input, &of, &|at| format!("Column{}", at + 1))?;
    let first = input.schema().len();
    let temporary = |at: usize| format!("_auk_nested_{at}");
    let columns = values.iter().enumerate().map(|(at, (_, _, e))| (temporary(at), e.clone())).collect();
    let rows = extend(input, columns);
    let (mut levels, mut names): (Vec<Bound>, Schema) = (Vec::new(), Schema::default());
    for (at, (level, (name, _, value))) in op.levels.iter().zip(values).enumerate() {
        let aggregates = Aggregates {
            input: rows.schema().clone(),
            star: shown.clone(),
            keys: Schema::default(),
            calls: RefCell::default(),
        };
        let bound = b.named_aggregate(&level.by, &aggregates)?;
        let [(_, aggregate)] = bound.as_slice() else {
            return b.error(level.by.expr.span, "a level has one aggregate");
        };
        let count = match &level.count {
            Some(count) => Some(b.constant_long(count, "the number of values")?.max(0) as u64),
            None => None,
        };
        let name = names.unique(&name);
        names.columns.push(Column::new(name.as_str(), value.ty));
        let given = level.by.names.first().map(|n| n.text.clone());
        let aggregate_name = names.unique(&given.unwrap_or_else(|| format!("aggregated_{name}")));
        names.columns.push(Column::new(aggregate_name.as_str(), aggregate.ty));
        levels.push(Bound {
            count,
            column: first + at,
            name,
            others: match &level.others {
                Some(others) => Some(others_value(b, others, value.ty)?),
                None => None,
            },
            calls: aggregates.calls.into_inner(),
            aggregate: aggregate.clone(),
            aggregate_name,
            descending: level.order.descending,
            nulls_first: level.order.nulls_first.unwrap_or(!level.order.descending),
        });
    }
    Some((rows, levels))
}

/// What stands for the values that are left out: of their type.
fn others_value(b: &mut Binder<'_>, others: &Expr, ty: Type) -> Option<plan::Expr> {
    let value = b.expr(others, &Row::new(&NO_COLUMNS))?;
    if value.ty == ty || value.ty.is_number() && ty.is_number() {
        return Some(b.convert(value, ty));
    }
    b.error(others.span, format!("`others` is of type {}; the values are of type {ty}", value.ty))
}

fn column(plan: &Plan, at: usize) -> plan::Expr {
    plan::Expr::column(at, plan.schema().columns[at].ty, Span::default())
}

/// Groups by `keys`, under the columns of `keys`, then the aggregates.
fn grouped(rows: &Plan, keys: &[usize], calls: &[AggregateCall]) -> Plan {
    let mut schema = Schema::new(keys.iter().map(|k| rows.schema().columns[*k].clone()).collect());
    for call in calls {
        schema.columns.push(Column::new(schema.unique("_auk_aggregate"), call.ty));
    }
    Plan::Aggregate { input: Box::new(rows.clone()), keys: keys.to_vec(), aggregates: calls.to_vec(), schema }
}

/// The values that a level keeps: the numbers of the groups down to it, and its triple.
fn kept(rows: &Relation, level: &Bound, numbers: &[usize], above: usize) -> Plan {
    let width = numbers.len() + 1;
    let keys: Vec<usize> = numbers.iter().copied().chain([level.column]).collect();
    let groups = grouped(&rows.plan, &keys, &level.calls);
    let mut exprs: Vec<plan::Expr> = (0..width).map(|at| column(&groups, at)).collect();
    exprs.push(level.aggregate.map_columns(&|at| width + at));
    let mut schema = Schema::new(groups.schema().columns[..width].to_vec());
    schema.columns.push(Column::new("_auk_by", level.aggregate.ty));
    let groups = Plan::Project { input: Box::new(groups), exprs, schema: schema.clone() };
    let segment: Vec<usize> = (0..above).collect();
    let (descending, nulls_first) = (level.descending, level.nulls_first);
    let keys = vec![plan::SortKey { column: width, descending, nulls_first }];
    let mut plan = Plan::Sort { input: Box::new(groups), keys, segment: segment.clone() };
    if let Some(count) = level.count {
        plan = Plan::Limit { input: Box::new(plan), count, segment: segment.clone() };
    }
    schema.columns.push(Column::new("_auk_place", Type::Long));
    let function = WindowFunction::RowNumber { start: 1, restart: None };
    let calls = vec![WindowCall { function, ty: Type::Long }];
    Plan::Window { input: Box::new(plan), calls, segment, schema }
}

/// The rows that a level leaves out: a row for each group above it, with a triple for it and each level below.
fn others(b: &mut Binder<'_>, rest: Plan, levels: &[Bound], at: usize, numbers: &[usize]) -> Option<Plan> {
    let count = functions::aggregate("count")?;
    let mut calls = vec![AggregateCall { function: count, args: Vec::new(), filter: None, ty: Type::Long }];
    let mut exprs: Vec<plan::Expr> = Vec::new();
    let mut schema = Schema::new(numbers.iter().map(|n| rest.schema().columns[*n].clone()).collect());
    let span = Span::default();
    for (below, level) in levels[at..].iter().enumerate() {
        let ty = rest.schema().columns[level.column].ty;
        let missing = |ty: Type| plan::Expr::literal(Value::missing(ty), ty, span);
        let shown = level.others.clone();
        let place = if shown.is_some() { Value::Long(i64::MAX) } else { Value::Null };
        let first = numbers.len() + calls.len();
        exprs.push(shown.clone().unwrap_or_else(|| missing(ty)));
        exprs.push(match shown {
            Some(_) => level.aggregate.map_columns(&|call| first + call),
            None => missing(level.aggregate.ty),
        });
        exprs.push(plan::Expr::literal(place, Type::Long, span));
        for (name, ty) in [("value", ty), ("by", level.aggregate.ty), ("place", Type::Long)] {
            schema.columns.push(Column::new(format!("_auk_{name}_{below}"), ty));
        }
        calls.extend(level.calls.iter().cloned());
    }
    let groups = grouped(&rest, numbers, &calls);
    let none = plan::Expr::literal(Value::Long(0), Type::Long, span);
    let predicate = b.apply(">", vec![column(&groups, numbers.len()), none], span)?;
    let keys: Vec<plan::Expr> = (0..numbers.len()).map(|k| column(&groups, k)).collect();
    let groups = Plan::Filter { input: Box::new(groups), predicate };
    Some(Plan::Project { input: Box::new(groups), exprs: keys.into_iter().chain(exprs).collect(), schema })
}

/// The rows of the left side that have a match, or have none.
fn one_side(rows: &Plan, other: &Plan, kind: JoinKind, on: &[(usize, usize)]) -> Plan {
    let schema = rows.schema().clone();
    let (left, right) = (Box::new(rows.clone()), Box::new(other.clone()));
    Plan::Join { left, right, kind, on: on.to_vec(), schema }
}

/// Results of the levels above beside those of a level, by the numbers of the groups above: numbers first
/// (with that of the level, if it has one), then triples. Without numbers those of enclosing subqueries stay.
fn beside(above: Option<&Relation>, level: Plan, shared: usize, outer: usize, numbered: bool) -> Plan {
    let Some(above) = above else { return level };
    let (left, width) = (&above.plan, above.schema().len());
    let mut schema = left.schema().clone();
    for c in &level.schema().columns {
        schema.columns.push(Column::new(schema.unique(&c.name), c.ty));
    }
    let own = shared + usize::from(numbered);
    let numbers = if numbered { 0..shared } else { 0..outer };
    let mut columns: Vec<usize> = numbers.collect();
    columns.extend((shared..own).map(|at| width + at));
    columns.extend(shared..width);
    columns.extend((own..level.schema().len()).map(|at| width + at));
    let on = (0..shared).map(|k| (k, k)).collect();
    let (left, right) = (Box::new(left.clone()), Box::new(level));
    select(Plan::Join { left, right, kind: JoinKind::Inner, on, schema }, &columns)
}

/// All tables in one, under the names of the result, those that are left out after their like.
fn finish(tables: Vec<Plan>, levels: &[Bound], outer: usize) -> Relation {
    let mut schema = tables[0].schema().clone();
    for (at, column) in schema.columns.iter_mut().enumerate().skip(outer) {
        column.name = format!("_auk_result_{at}");
    }
    let several = tables.len() > 1;
    let named = |plan: Plan| {
        let exprs = (0..schema.len()).map(|at| column(&plan, at)).collect();
        Plan::Project { input: Box::new(plan), exprs, schema: schema.clone() }
    };
    let mut plan = Plan::Union { inputs: tables.into_iter().map(named).collect(), schema: schema.clone() };
    if several {
        let places = (0..levels.len()).map(|at| outer + at * TRIPLE + 2);
        let key = |column| plan::SortKey { column, descending: false, nulls_first: false };
        let keys = places.map(key).collect();
        plan = Plan::Sort { input: Box::new(plan), keys, segment: (0..outer).collect() };
    }
    let (mut exprs, mut result) = (Vec::new(), Schema::default());
    for (at, level) in levels.iter().enumerate() {
        for (offset, name) in [(0, &level.name), (1, &level.aggregate_name)] {
            exprs.push(column(&plan, outer + at * TRIPLE + offset));
            let ty = exprs.last().map_or(Type::Dynamic, |e| e.ty);
            result.columns.push(Column::new(name.as_str(), ty));
        }
    }
    for at in 0..outer {
        exprs.push(column(&plan, at));
        result.columns.push(plan.schema().columns[at].clone());
    }
    Relation::new(Plan::Project { input: Box::new(plan), exprs, schema: result })
}
