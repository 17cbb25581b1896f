//! `T | extend [name =] expr, (name, name) = expr, …`
//!
//! Trap: a name that exists already is replaced in its place.

use super::OperatorKind;
use crate::kql::ast::NamedExpr;
use crate::kql::parser::{Parsed, Parser};

#[derive(Clone, Debug)]
pub struct Extend {
    pub columns: Vec<NamedExpr>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    Ok(OperatorKind::Extend(Extend { columns: p.named_exprs()? }))
}
