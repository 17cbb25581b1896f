//! `T | top n by expr [asc|desc] [nulls first|nulls last], …`
//!
//! Trap: descending by default.

use super::OperatorKind;
use super::sort::{sort_keys, without_keys};
use super::take::first_rows;
use crate::kql::ast::{Expr, SortKey};
use crate::kql::bind::{Binder, Relation};
use crate::kql::parser::{Parsed, Parser};
use crate::plan::Plan;

#[derive(Clone, Debug)]
pub struct Top {
    pub count: Expr,
    pub keys: Vec<SortKey>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    p.parameters(&[])?;
    let count = p.expr()?;
    p.expect_word("by")?;
    Ok(OperatorKind::Top(Top { count, keys: p.list(Parser::sort_key)? }))
}

pub fn bind(b: &mut Binder<'_>, op: &Top, input: Relation) -> Option<Relation> {
    let width = input.schema().len();
    let hidden = input.hidden.clone();
    let (input, keys) = sort_keys(b, &op.keys, input)?;
    let segment = input.segments();
    let grown = input.schema().len() > width;
    let sorted = input.map(|plan| Plan::Sort { input: Box::new(plan), keys, segment });
    let limited = first_rows(b, sorted, &op.count)?;
    Some(without_keys(limited, grown.then_some(width), hidden))
}
