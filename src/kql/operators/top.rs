//! `T | top n by expr [asc|desc] [nulls first|nulls last], …`
//!
//! Trap: descending by default.

use super::OperatorKind;
use crate::kql::ast::{Expr, SortKey};
use crate::kql::parser::{Parsed, Parser};

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
