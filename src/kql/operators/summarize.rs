//! `T | summarize [name =] aggregate, … by [name =] key, …`
//!
//! Trap: the keys come first in the result; an aggregate may stand inside an expression (`count() * 2`).

use super::OperatorKind;
use crate::kql::ast::{NamedExpr, OperatorParameter};
use crate::kql::parser::{Parsed, Parser};

#[derive(Clone, Debug)]
pub struct Summarize {
    pub parameters: Vec<OperatorParameter>,
    pub aggregates: Vec<NamedExpr>,
    pub by: Vec<NamedExpr>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let parameters = p.parameters(&[])?;
    let keys_only = p.is_word("by") && !p.is_symbol_at(1, "=");
    let aggregates = if keys_only { Vec::new() } else { p.named_exprs()? };
    let by = if p.eat_word("by") { p.named_exprs()? } else { Vec::new() };
    Ok(OperatorKind::Summarize(Summarize { parameters, aggregates, by }))
}
