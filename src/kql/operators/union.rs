//! `[T |] union [kind=inner|outer] [withsource=name] [isfuzzy=true] T1, (T2 | …), Sign*`
//!
//! Trap: one name with two types gives two columns, `name_string` and `name_dynamic`; with `isfuzzy` a table that does not resolve is left out.

use super::OperatorKind;
use crate::kql::ast::{Expr, OperatorParameter};
use crate::kql::parser::{Parsed, Parser};

#[derive(Clone, Debug)]
pub struct Union {
    pub parameters: Vec<OperatorParameter>,
    pub tables: Vec<Expr>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let parameters = p.parameters(&["kind", "withsource", "with_source", "isfuzzy"])?;
    Ok(OperatorKind::Union(Union { parameters, tables: p.list(Parser::table)? }))
}
