//! `T | join [kind=…] [hint.…] (right) on key, $left.a == $right.b, …`; `T | lookup [kind=leftouter|inner] (right) on …`
//!
//! Trap: without a kind a join is `innerunique`: one row of the left side per key. A lookup does not repeat the keys of the right side.

use super::OperatorKind;
use crate::kql::ast::{Expr, OperatorParameter};
use crate::kql::parser::{Parsed, Parser};

#[derive(Clone, Debug)]
pub struct Join {
    pub parameters: Vec<OperatorParameter>,
    pub right: Box<Expr>,
    pub on: Vec<Expr>,
    pub lookup: bool,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    read(p, false)
}

pub fn parse_lookup(p: &mut Parser) -> Parsed<OperatorKind> {
    read(p, true)
}

fn read(p: &mut Parser, lookup: bool) -> Parsed<OperatorKind> {
    let parameters = p.parameters(&["kind", "withsource", "with_source", "isfuzzy"])?;
    let right = Box::new(p.table()?);
    let conditional = p.is_word("on") || p.is_word("where");
    if !conditional && lookup {
        return Err(p.expected("`on` and the keys of the lookup"));
    }
    p.eat_word("on");
    let on = if conditional { p.list(Parser::expr)? } else { Vec::new() };
    Ok(OperatorKind::Join(Join { parameters, right, on, lookup }))
}
