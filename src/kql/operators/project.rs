//! `T | project [name =] expr, …`
//!
//! Trap: two columns that would get one name are an error when both are named, else the second is `name1`.

use super::OperatorKind;
use crate::kql::ast::NamedExpr;
use crate::kql::parser::{Parsed, Parser};

#[derive(Clone, Debug)]
pub struct Project {
    pub columns: Vec<NamedExpr>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    Ok(OperatorKind::Project(Project { columns: p.named_exprs()? }))
}
