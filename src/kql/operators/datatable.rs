//! `datatable(name: type, …) [value, …]`
//!
//! Trap: values are converted to the type of their column; a value that does not convert is null.

use super::OperatorKind;
use crate::kql::ast::{Expr, Name};
use crate::kql::parser::{Parsed, Parser};
use crate::source::Span;
use crate::types::Type;

#[derive(Clone, Debug)]
pub struct Datatable {
    pub columns: Vec<(Name, Type)>,
    pub values: Vec<Expr>,
    pub span: Span,
}

/// After the word `datatable`.
pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let start = p.span();
    let columns = p.columns()?;
    p.properties()?;
    let open = p.span();
    p.expect_symbol("[")?;
    let mut values = Vec::new();
    while !p.is_symbol("]") {
        values.push(p.expr()?);
        if !p.eat_symbol(",") {
            break;
        }
    }
    p.close("]", open)?;
    Ok(OperatorKind::Datatable(Datatable { columns, values, span: p.span_from(start) }))
}
