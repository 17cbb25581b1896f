//! `T | where predicate` (also spelled `filter`)
//!
//! Trap: a null predicate is false.

use super::OperatorKind;
use crate::kql::ast::Expr;
use crate::kql::parser::{Parsed, Parser};

#[derive(Clone, Debug)]
pub struct Where {
    pub predicate: Expr,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    Ok(OperatorKind::Where(Where { predicate: p.expr()? }))
}
