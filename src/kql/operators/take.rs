//! `T | take n` (also spelled `limit`)
//!
//! Trap: which rows is not defined by KQL; here the first in the order of the lake.

use super::OperatorKind;
use crate::kql::ast::Expr;
use crate::kql::parser::{Parsed, Parser};

#[derive(Clone, Debug)]
pub struct Take {
    pub count: Expr,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    Ok(OperatorKind::Take(Take { count: p.expr()? }))
}
