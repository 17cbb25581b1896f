//! `range name from start to stop step step`
//!
//! Trap: stop is included when a step lands on it.

use super::OperatorKind;
use crate::kql::ast::{Expr, Name};
use crate::kql::parser::{Parsed, Parser};

#[derive(Clone, Debug)]
pub struct Range {
    pub name: Name,
    pub from: Expr,
    pub to: Expr,
    pub step: Option<Expr>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let name = p.name("the name of the column")?;
    p.expect_word("from")?;
    let from = p.expr()?;
    p.expect_word("to")?;
    let to = p.expr()?;
    let step = if p.eat_word("step") { Some(p.expr()?) } else { None };
    Ok(OperatorKind::Range(Range { name, from, to, step }))
}
