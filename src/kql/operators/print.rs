//! `print [name =] expr, …`
//!
//! Trap: columns without a name are `print_0`, `print_1`, … by place.

use super::OperatorKind;
use crate::kql::ast::NamedExpr;
use crate::kql::parser::{Parsed, Parser};

#[derive(Clone, Debug)]
pub struct Print {
    pub columns: Vec<NamedExpr>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    Ok(OperatorKind::Print(Print { columns: p.named_exprs()? }))
}
