//! `T | distinct expr, …` or `T | distinct *`
//!
//! Trap: `*` is every visible column.

use super::OperatorKind;
use crate::kql::ast::NamedExpr;
use crate::kql::parser::{Parsed, Parser};

#[derive(Clone, Debug)]
pub struct Distinct {
    pub columns: Vec<NamedExpr>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    p.parameters(&[])?;
    Ok(OperatorKind::Distinct(Distinct { columns: p.named_exprs()? }))
}
