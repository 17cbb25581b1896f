//! `externaldata(name: type, …) [uri, …] [with (property = value, …)]`
//!
//! Trap: nothing is fetched from a network.

use super::OperatorKind;
use crate::kql::ast::{Expr, Name, OperatorParameter};
use crate::kql::bind::{Binder, Relation};
use crate::kql::parser::{Parsed, Parser};
use crate::source::Span;
use crate::types::Type;

#[derive(Clone, Debug)]
pub struct Externaldata {
    pub columns: Vec<(Name, Type)>,
    pub uris: Vec<Expr>,
    pub properties: Vec<OperatorParameter>,
    pub span: Span,
}

/// After the word `externaldata`.
pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let start = p.span();
    let columns = p.columns()?;
    let uris = p.bracketed("[", "]", Parser::expr)?;
    let properties = p.properties()?;
    Ok(OperatorKind::Externaldata(Externaldata { columns, uris, properties, span: p.span_from(start) }))
}

pub fn bind(b: &mut Binder<'_>, op: &Externaldata) -> Option<Relation> {
    b.unsupported(
        op.span,
        "externaldata is not supported: auk opens no network connection; give the list as a datatable",
    )
}
