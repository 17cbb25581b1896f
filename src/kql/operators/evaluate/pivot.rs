//! `pivot(pivotColumn, [aggregate], [column...]) [: (name: type, …)]`: a column for each value of a
//! column, an aggregate in each cell.
//!
//! The rows are grouped by the columns and the pivot's text; each value's column then takes the cell of its
//! group. Without a stated schema the values are found by running the input first; their columns come
//! sorted by name.
//!
//! Trap: a cell without rows is what the aggregate says of no rows: 0 for `count()`, null for `max()`.

use std::cell::RefCell;

use super::{Bind, Evaluate, Plugin, arguments};
use crate::diagnostic::Diagnostic;
use crate::functions::{self, AggregateBody, Cx};
use crate::kql::ast::{Argument, Expr as Ast, ExprKind, Name, NamedExpr};
use crate::kql::bind::{Aggregates, Binder, Relation, extend, project_columns};
use crate::plan::{AggregateCall, Expr, Plan};
use crate::source::Span;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

pub const PLUGINS: &[Plugin] = &[Plugin {
    name: "pivot",
    signature: "(pivotColumn: scalar, [aggregationFunction], [column: scalar...]) [: OutputSchema]",
    doc: "A column for each value of a column, with an aggregate (by default `count()`) over the rows of the other columns.",
    bind: Bind::Table(bind),
}];

/// The most columns that a table may have.
const MOST: usize = 10_000;

/// What is asked for.
struct Pivot {
    pivot: usize,
    call: AggregateCall,
    keys: Vec<usize>,
    span: Span,
}

fn bind(b: &mut Binder<'_>, op: &Evaluate, input: Relation, span: Span) -> Option<Relation> {
    let pivot = read(b, op, &input, span)?;
    let keys: Vec<Column> = pivot.keys.iter().map(|k| input.schema().columns[*k].clone()).collect();
    let grouped = group(b, input, &pivot)?;
    let cell = Column::new("", pivot.call.ty);
    let key = |name: &str| keys.iter().position(|k| k.name == name);
    let outputs: Vec<Column> = match &op.schema {
        None => {
            let values = values(b, &grouped, &pivot)?;
            if let Some(taken) = values.iter().find(|v| key(v).is_some()) {
                return b.error(span, format!("`pivot` would give a second column `{taken}`"));
            }
            let values = values.into_iter().map(|name| Column::new(name, cell.ty));
            keys.iter().cloned().chain(values).collect()
        }
        Some((star, stated)) => {
            let stated = stated.iter().map(|(name, ty)| Column::new(name.text.as_str(), *ty));
            let first = if *star { keys.clone() } else { Vec::new() };
            first.into_iter().chain(stated).collect()
        }
    };
    let values: Vec<&Column> = outputs.iter().filter(|c| key(&c.name).is_none()).collect();
    let spread = spread(b, grouped, &pivot, &values)?;
    let mut columns = Vec::new();
    let mut value = keys.len();
    for output in &outputs {
        let index = key(&output.name).unwrap_or(value);
        value += usize::from(key(&output.name).is_none());
        let source = arguments::of_column(index, spread.schema());
        let source = if index < keys.len() { source } else { filled(b, source, &pivot)? };
        columns.push((output.name.clone(), b.convert(source, output.ty)));
    }
    Some(project_columns(spread, columns))
}

fn read(b: &mut Binder<'_>, op: &Evaluate, input: &Relation, span: Span) -> Option<Pivot> {
    let Some((first, rest)) = op.args.split_first() else {
        return b.error(span, format!("`pivot` is pivot{}", PLUGINS[0].signature));
    };
    let schema = input.schema();
    let pivot = arguments::column(b, &first.value, schema, "what is turned into columns")?;
    if schema.columns[pivot].ty == Type::Dynamic {
        let error =
            Diagnostic::semantic(first.value.span, "`pivot` cannot name columns after dynamic values");
        return b.report(error.with_help("tostring() makes text of them"));
    }
    let is_aggregate = |a: &Argument| matches!(&a.value.kind, ExprKind::Call { name, .. } if functions::aggregate(&name.text).is_some());
    let (call, columns) = match rest.split_first() {
        Some((second, columns)) if is_aggregate(second) => (aggregate(b, &second.value, schema)?, columns),
        _ => {
            let name = Name { text: "count".into(), span };
            let count = ExprKind::Call { name, args: Vec::new() };
            (aggregate(b, &Ast { kind: count, span }, schema)?, rest)
        }
    };
    let mut keys = Vec::new();
    for column in columns {
        let key = arguments::column(b, &column.value, schema, "what the rows are grouped by")?;
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    if columns.is_empty() {
        let read: Vec<usize> = call.args.iter().chain(&call.filter).flat_map(Expr::columns).collect();
        keys = input.columns().map(|(i, _)| i).filter(|i| *i != pivot && !read.contains(i)).collect();
    }
    Some(Pivot { pivot, call, keys, span })
}

/// One aggregate with one result.
fn aggregate(b: &mut Binder<'_>, expr: &Ast, schema: &Schema) -> Option<AggregateCall> {
    let collected = Aggregates {
        input: schema.clone(),
        star: Vec::new(),
        keys: Schema::default(),
        calls: RefCell::default(),
    };
    b.named_aggregate(&NamedExpr { names: Vec::new(), expr: expr.clone() }, &collected)?;
    let mut calls = collected.calls.into_inner();
    match (calls.pop(), calls.is_empty()) {
        (Some(call), true) => Some(call),
        _ => b.error(expr.span, "`pivot` takes one aggregate with one result"),
    }
}

/// A row per combination of keys and text of the pivot, with the aggregate.
fn group(b: &mut Binder<'_>, input: Relation, pivot: &Pivot) -> Option<Relation> {
    let text = b.convert(arguments::of_column(pivot.pivot, input.schema()), Type::String);
    let width = input.schema().len();
    let marked = extend(input, vec![("_auk_pivot".into(), text)]);
    let mut schema = Schema::new(pivot.keys.iter().map(|k| marked.schema().columns[*k].clone()).collect());
    schema.columns.push(Column::new("_auk_pivot", Type::String));
    schema.columns.push(Column::new("_auk_cell", pivot.call.ty));
    let keys = pivot.keys.iter().copied().chain([width]).collect();
    let aggregates = vec![pivot.call.clone()];
    let plan = Plan::Aggregate { input: Box::new(marked.plan), keys, aggregates, schema };
    Some(Relation::new(plan))
}

/// The values of the pivot, sorted.
fn values(b: &mut Binder<'_>, grouped: &Relation, pivot: &Pivot) -> Option<Vec<String>> {
    let plan = Plan::Aggregate {
        input: Box::new(grouped.plan.clone()),
        keys: vec![pivot.keys.len()],
        aggregates: Vec::new(),
        schema: Schema::new(vec![Column::new("_auk_pivot", Type::String)]),
    };
    let answer = b.discover(&plan)?;
    if answer.rows.is_empty() {
        let names = b.assumed_columns("pivot");
        return Some(names.into_iter().filter(|n| !grouped.schema().contains(n)).collect());
    }
    if answer.rows.len() > MOST {
        return b.error(
            pivot.span,
            format!("`pivot` would give {} columns; {MOST} are the most", answer.rows.len()),
        );
    }
    let values: Vec<String> = answer.rows.iter().flatten().map(Value::to_text).collect();
    if values.iter().any(|v| v.is_empty() || v.starts_with("_auk_")) {
        let error = Diagnostic::semantic(pivot.span, "`pivot` cannot name a column after an empty value");
        return b.report(error.with_help("`| where isnotempty(…)` before it leaves these rows out"));
    }
    Some(values)
}

/// A row per combination of keys, a column per value: its cell, null where there is none.
fn spread(b: &mut Binder<'_>, grouped: Relation, pivot: &Pivot, values: &[&Column]) -> Option<Relation> {
    let Some(take) = functions::aggregate("take_any") else {
        return b.unsupported(pivot.span, "`pivot` needs take_any");
    };
    let keys = pivot.keys.len();
    let text = Expr::column(keys, Type::String, pivot.span);
    let cell = Expr::column(keys + 1, pivot.call.ty, pivot.span);
    let mut schema = Schema::new(grouped.schema().columns[..keys].to_vec());
    let mut aggregates = Vec::new();
    for (number, value) in values.iter().enumerate() {
        let name = Expr::literal(Value::string(value.name.as_str()), Type::String, pivot.span);
        let filter = Some(b.apply("==", vec![text.clone(), name], pivot.span)?);
        aggregates.push(AggregateCall {
            function: take,
            args: vec![cell.clone()],
            filter,
            ty: pivot.call.ty,
        });
        schema.columns.push(Column::new(format!("_auk_cell_{number}"), pivot.call.ty));
    }
    // Without keys there would be a row also of no rows: they are counted.
    let at = schema.len();
    let count = |function| AggregateCall { function, args: Vec::new(), filter: None, ty: Type::Long };
    aggregates.extend(functions::aggregate("count").map(count));
    schema.columns.push(Column::new("_auk_rows", Type::Long));
    let all = (0..keys).collect();
    let spread = grouped.map(|plan| Plan::Aggregate { input: Box::new(plan), keys: all, aggregates, schema });
    if keys > 0 {
        return Some(spread);
    }
    let none = Expr::literal(Value::Long(0), Type::Long, pivot.span);
    let predicate = b.apply(">", vec![Expr::column(at, Type::Long, pivot.span), none], pivot.span)?;
    Some(spread.map(|plan| Plan::Filter { input: Box::new(plan), predicate }))
}

/// The cell, or what the aggregate says of no rows.
fn filled(b: &mut Binder<'_>, cell: Expr, pivot: &Pivot) -> Option<Expr> {
    let cx = Cx::new(b.env.now, pivot.call.ty);
    let nothing = match pivot.call.function.body {
        AggregateBody::Accumulator(new) => functions::convert(&new().finish(&cx), pivot.call.ty),
        _ => Value::missing(pivot.call.ty),
    };
    if nothing == Value::missing(pivot.call.ty) {
        return Some(cell);
    }
    let nothing = Expr::literal(nothing, pivot.call.ty, pivot.span);
    let missing = b.apply("isnull", vec![cell.clone()], pivot.span)?;
    b.apply("iff", vec![missing, nothing, cell], pivot.span)
}
