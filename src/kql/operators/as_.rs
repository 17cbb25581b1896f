//! `T | as [hint.materialized=true] name`
//!
//! Trap: the name may be used later in the same query, also in another branch.

use super::OperatorKind;
use crate::kql::ast::Name;
use crate::kql::bind::{Binder, Binding, Relation};
use crate::kql::parser::{Parsed, Parser};

#[derive(Clone, Debug)]
pub struct As {
    pub name: Name,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    p.parameters(&[])?;
    Ok(OperatorKind::As(As { name: p.name("the name that the table gets")? }))
}

pub fn bind(b: &mut Binder<'_>, op: &As, input: Relation) -> Option<Relation> {
    let mut shared = b.share(input);
    shared.name = Some(op.name.text.clone());
    b.names = b.names.with(&op.name.text, Binding::Table(Box::new(shared.clone())));
    Some(shared)
}
