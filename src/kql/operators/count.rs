//! `T | count`
//!
//! Trap: the column is `Count`, with a capital, unlike `count_` of summarize.

use super::OperatorKind;
use crate::kql::ast::Name;
use crate::kql::parser::{Parsed, Parser};

#[derive(Clone, Debug)]
pub struct Count {
    /// `count as name`
    pub name: Option<Name>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let name = if p.eat_word("as") { Some(p.name("the name of the column")?) } else { None };
    Ok(OperatorKind::Count(Count { name }))
}
