//! `T | serialize [name =] expr, …`
//!
//! Trap: it promises an order; the rows stay in the order they have.

use super::OperatorKind;
use super::extend::Extend;
use crate::kql::ast::NamedExpr;
use crate::kql::bind::{Binder, Relation};
use crate::kql::parser::{Parsed, Parser};

#[derive(Clone, Debug)]
pub struct Serialize {
    pub columns: Vec<NamedExpr>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    p.parameters(&[])?;
    let columns = if p.at_operator_end() { Vec::new() } else { p.named_exprs()? };
    Ok(OperatorKind::Serialize(Serialize { columns }))
}

pub fn bind(b: &mut Binder<'_>, op: &Serialize, input: Relation) -> Option<Relation> {
    super::extend::bind(b, &Extend { columns: op.columns.clone() }, input)
}
