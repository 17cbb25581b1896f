//! `T | take n` (also spelled `limit`)
//!
//! Trap: which rows is not defined by KQL; here the first in the order of the lake.

use super::OperatorKind;
use crate::kql::ast::Expr;
use crate::kql::bind::{Binder, NO_COLUMNS, Relation, Row, select};
use crate::kql::parser::{Parsed, Parser};
use crate::plan::{Expr as PlanExpr, Plan, WindowCall, WindowFunction};
use crate::types::{Column, Type};

#[derive(Clone, Debug)]
pub struct Take {
    pub count: Expr,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    if p.at_operator_end() {
        return Err(p.expected("the number of rows"));
    }
    Ok(OperatorKind::Take(Take { count: p.expr()? }))
}

pub fn bind(b: &mut Binder<'_>, op: &Take, input: Relation) -> Option<Relation> {
    first_rows(b, input, &op.count)
}

/// The first rows (of each segment): a constant number, or one that a subquery gives.
pub fn first_rows(b: &mut Binder<'_>, input: Relation, count: &Expr) -> Option<Relation> {
    let Some(bound) = b.expr(count, &Row::new(&NO_COLUMNS)) else { return Some(input) };
    let segment = input.segments();
    if bound.as_literal().is_some() || !matches!(bound.ty, Type::Int | Type::Long) {
        let count = b.constant_long(count, "the number of rows").unwrap_or(0).max(0) as u64;
        return Some(input.map(|plan| Plan::Limit { input: Box::new(plan), count, segment }));
    }
    let (span, width) = (count.span, input.schema().len());
    let mut schema = input.schema().clone();
    schema.columns.push(Column::new(schema.unique("_auk_number"), Type::Long));
    let function = WindowFunction::RowNumber { start: 1, restart: None };
    let calls = vec![WindowCall { function, ty: Type::Long }];
    let number = PlanExpr::column(width, Type::Long, span);
    let predicate = b.apply("<=", vec![number, bound], span)?;
    let all: Vec<usize> = (0..width).collect();
    Some(input.map(|plan| {
        let numbered = Plan::Window { input: Box::new(plan), calls, segment, schema };
        select(Plan::Filter { input: Box::new(numbered), predicate }, &all)
    }))
}
