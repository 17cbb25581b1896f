//! `T | take n` (also spelled `limit`)
//!
//! Trap: which rows is not defined by KQL; here the first in the order of the lake.

use super::OperatorKind;
use crate::kql::ast::Expr;
use crate::kql::bind::{Binder, Relation};
use crate::kql::parser::{Parsed, Parser};
use crate::plan::Plan;

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
    let count = b.constant_long(&op.count, "the number of rows").unwrap_or(0).max(0) as u64;
    let segment = input.segments();
    Some(input.map(|plan| Plan::Limit { input: Box::new(plan), count, segment }))
}
