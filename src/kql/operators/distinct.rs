//! `T | distinct expr, …` or `T | distinct *`
//!
//! Trap: `*` is every visible column.

use super::OperatorKind;
use super::project::bind_columns;
use crate::kql::ast::NamedExpr;
use crate::kql::bind::{Binder, Relation, project_columns, summarize_by};
use crate::kql::parser::{Parsed, Parser};

#[derive(Clone, Debug)]
pub struct Distinct {
    pub columns: Vec<NamedExpr>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    p.parameters(&[])?;
    Ok(OperatorKind::Distinct(Distinct { columns: p.named_exprs()? }))
}

pub fn bind(b: &mut Binder<'_>, op: &Distinct, input: Relation) -> Option<Relation> {
    let (input, columns) = bind_columns(b, input, &op.columns, "Column")?;
    columns.iter().for_each(|(name, expr)| b.caution_key(name, expr.ty));
    let count = columns.len();
    let projected = project_columns(input, columns);
    let keys: Vec<usize> = (0..count).collect();
    Some(summarize_by(b, projected, &keys, Vec::new()))
}
