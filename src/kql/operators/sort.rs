//! `T | sort by expr [asc|desc] [nulls first|nulls last], …` (also spelled `order by`)
//!
//! Trap: descending by default; nulls are first when ascending, last when descending.

use super::OperatorKind;
use crate::kql::ast::SortKey;
use crate::kql::parser::{Parsed, Parser};

#[derive(Clone, Debug)]
pub struct Sort {
    pub keys: Vec<SortKey>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    p.parameters(&[])?;
    p.expect_word("by")?;
    Ok(OperatorKind::Sort(Sort { keys: p.list(Parser::sort_key)? }))
}
