//! `[T |] search [kind=…] [in (tables)] predicate`; `find` is refused
//!
//! Trap: a bare string is looked for with `has` in every column.

use super::OperatorKind;
use crate::kql::ast::{Expr, OperatorParameter};
use crate::kql::parser::{Parsed, Parser};

#[derive(Clone, Debug)]
pub struct Search {
    pub parameters: Vec<OperatorParameter>,
    pub tables: Vec<Expr>,
    pub predicate: Expr,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let parameters = p.parameters(&["kind"])?;
    let tables = if p.is_word("in") && p.is_symbol_at(1, "(") {
        p.advance();
        p.bracketed("(", ")", Parser::table)?
    } else {
        Vec::new()
    };
    let predicate = p.search_predicate()?;
    Ok(OperatorKind::Search(Search { parameters, tables, predicate }))
}
