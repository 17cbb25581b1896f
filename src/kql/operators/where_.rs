//! `T | where predicate` (also spelled `filter`); `* has "x"` looks in every column, as in `search`
//!
//! Trap: a null predicate is false.

use super::OperatorKind;
use crate::kql::ast::Expr;
use crate::kql::bind::{Anywhere, Binder, Relation, Row, looks_anywhere};
use crate::kql::parser::{Parsed, Parser};
use crate::plan::Plan;
use crate::types::Type;

#[derive(Clone, Debug)]
pub struct Where {
    pub predicate: Expr,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    Ok(OperatorKind::Where(Where { predicate: p.expr()? }))
}

pub fn bind(b: &mut Binder<'_>, op: &Where, input: Relation) -> Option<Relation> {
    let windows = Default::default();
    let schema = input.schema().clone();
    let columns: Vec<(usize, Type)> = input.columns().map(|(i, c)| (i, c.ty)).collect();
    let Some(predicate) = predicate(b, op, &columns, &Row::with_windows(&schema, &windows)) else {
        // The error is reported; a filter does not change the columns, so what follows can be checked too.
        return Some(input);
    };
    let windowed = b.with_windows(input, windows.into_inner());
    Some(windowed.map(|plan| Plan::Filter { input: Box::new(plan), predicate }))
}

fn predicate(
    b: &mut Binder<'_>,
    op: &Where,
    columns: &[(usize, Type)],
    row: &Row<'_>,
) -> Option<crate::plan::Expr> {
    let predicate = if looks_anywhere(&op.predicate) {
        b.anywhere(&op.predicate, &Anywhere { columns, terms: false, case_sensitive: false }, row)?
    } else {
        b.expr(&op.predicate, row)?
    };
    match predicate.ty {
        Type::Bool => Some(predicate),
        Type::Dynamic => Some(b.convert(predicate, Type::Bool)),
        ty => b.error(op.predicate.span, format!("a predicate is bool; this is {ty}")),
    }
}
