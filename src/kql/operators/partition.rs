//! `T | partition [hint.strategy=native|shuffle|legacy] [hint.…] by column (subquery)`, `T | partition by column { query }`
//!
//! The subquery runs over the rows of each value of the column, by itself; the results stand one after the other, in the order of the values. A query in braces has a table of its own, and knows of the input only the key, by the column's name or `toscalar(column)`.
//!
//! Trap: null is a value like any other; the service allows 64 values with the legacy strategy, which is no limit here.

use super::Operator;
use super::OperatorKind;
use crate::kql::ast::{Expr, ExprKind, OperatorParameter};
use crate::kql::bind::{Binder, Binding, Relation, SEGMENT, Segment, distinct, number_values, without};
use crate::kql::parser::{Parsed, Parser};
use crate::plan::{JoinKind, Plan};
use crate::types::{Column, Type};

#[derive(Clone, Debug)]
pub enum Body {
    Subquery(Vec<Operator>),
    Query(Box<Expr>),
}

#[derive(Clone, Debug)]
pub struct Partition {
    pub parameters: Vec<OperatorParameter>,
    pub by: Expr,
    pub body: Body,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let parameters = p.parameters(&[])?;
    p.expect_word("by")?;
    let name = p.name("the name of a column")?;
    let by = Expr { span: name.span, kind: ExprKind::Name(name) };
    let open = p.span();
    let body = if p.eat_symbol("{") {
        let query = p.pipeline()?;
        p.close("}", open)?;
        Body::Query(Box::new(query))
    } else if p.is_symbol("(") {
        Body::Subquery(p.subquery()?)
    } else {
        return Err(p.expected("`(` and operators, or `{` and a query"));
    };
    Ok(OperatorKind::Partition(Partition { parameters, by, body }))
}

pub fn bind(b: &mut Binder<'_>, op: &Partition, input: Relation) -> Option<Relation> {
    let key = key(b, op, &input)?;
    let (numbered, number) = number_values(b, input, key);
    match &op.body {
        Body::Subquery(operators) => {
            let numbered = if operators.iter().any(counts) { b.share(numbered) } else { numbered };
            let outer = Relation::new(distinct(&numbered.plan, &numbered.segments()));
            let bound = b.subquery(operators, numbered, Segment::of(&outer))?;
            Some(without(bound, &number))
        }
        Body::Query(query) => {
            let mut columns = numbered.segments();
            columns.push(key);
            let keys = distinct(&numbered.plan, &columns);
            explicit(b, op, query, keys, &number)
        }
    }
}

/// The place of the key; it is a column, and no dynamic one.
fn key(b: &mut Binder<'_>, op: &Partition, input: &Relation) -> Option<usize> {
    let span = op.by.span;
    for hint in op.parameters.iter().filter(|p| p.name.text == "hint.strategy") {
        let known = ["native", "shuffle", "legacy"];
        let named = matches!(&hint.value.kind, ExprKind::Name(n) if known.contains(&n.text.as_str()));
        if !named {
            return b.error(hint.value.span, "a partition is native, shuffle or legacy");
        }
    }
    let ExprKind::Name(name) = &op.by.kind else {
        return b.error(span, "the rows are partitioned by a column");
    };
    let schema = input.schema().clone();
    let Some(key) = schema.index(&name.text) else {
        let row = crate::kql::bind::Row::new(&schema);
        let bound = b.expr(&op.by, &row)?;
        return b.error(bound.span, "the rows are partitioned by a column, not by a value");
    };
    if schema.columns[key].ty == Type::Dynamic {
        return b
            .error(span, format!("`{}` is dynamic; extend a tostring() of it to partition by", name.text));
    }
    Some(key)
}

/// Operators that may have to say something of no rows: they ask which partitions there are.
fn counts(operator: &Operator) -> bool {
    matches!(
        operator.kind,
        OperatorKind::Summarize(_)
            | OperatorKind::Count(_)
            | OperatorKind::Invoke(_)
            | OperatorKind::MvApply(_)
    )
}

/// `{ T | … }`: all rows of its table for each key, which is a column of theirs.
fn explicit(b: &mut Binder<'_>, op: &Partition, query: &Expr, keys: Plan, number: &str) -> Option<Relation> {
    let none: &[Operator] = &[];
    let (source, operators) = match &query.kind {
        ExprKind::Pipe { source: Some(source), operators } => (source.as_ref(), operators.as_slice()),
        ExprKind::Pipe { source: None, .. } => {
            return b.unsupported(query.span, "a partition's query that begins with an operator");
        }
        _ => (query, none),
    };
    let table = b.table(source)?;
    b.not_in_segment(&table, source.span)?;
    let held = format!("{SEGMENT}key_{number}");
    let mut keys = keys;
    if let Plan::Aggregate { schema, .. } = &mut keys
        && let Some(last) = schema.columns.last_mut()
    {
        last.name = held.clone();
    }
    let keys = b.share(Relation::new(keys));
    let mut schema = keys.schema().clone();
    schema.columns.extend(table.schema().columns.iter().map(|c| Column::new(c.name.as_str(), c.ty)));
    let mut hidden = keys.hidden.clone();
    hidden.extend(table.hidden.iter().cloned());
    let (left, right) = (Box::new(keys.plan.clone()), Box::new(table.plan));
    let plan = Plan::Join { left, right, kind: JoinKind::Inner, on: Vec::new(), schema };
    let rows = Relation { plan, name: table.name, hidden };
    let ExprKind::Name(name) = &op.by.kind else { return None };
    let outside = b.names.clone();
    b.names = b.names.with(&name.text, Binding::Key(held.clone()));
    let bound = b.subquery(operators, rows, Segment::of(&keys));
    b.names = outside;
    Some(without(without(bound?, number), &held))
}
