//! `T | assert-schema (name: type, …)`: an error, unless the table has exactly these columns
//!
//! Trap: it is known before a row is read, so the query does not run at all.

use super::OperatorKind;
use crate::kql::ast::Name;
use crate::kql::bind::{Binder, Relation};
use crate::kql::parser::{Parsed, Parser};
use crate::source::Span;
use crate::types::Type;

#[derive(Clone, Debug)]
pub struct AssertSchema {
    pub columns: Vec<(Name, Type)>,
    pub span: Span,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let start = p.span();
    let columns = p.columns()?;
    Ok(OperatorKind::AssertSchema(AssertSchema { columns, span: p.span_from(start) }))
}

pub fn bind(b: &mut Binder<'_>, op: &AssertSchema, input: Relation) -> Option<Relation> {
    let there: Vec<(String, Type)> = input.columns().map(|(_, c)| (c.name.clone(), c.ty)).collect();
    let wanted: Vec<(String, Type)> = op.columns.iter().map(|(n, ty)| (n.text.clone(), *ty)).collect();
    if there == wanted {
        return Some(input);
    }
    let shown: Vec<String> = there.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
    b.error(op.span, format!("the table's columns are ({})", shown.join(", ")))
}
