//! `T | where predicate` (also spelled `filter`)
//!
//! Trap: a null predicate is false.

use super::OperatorKind;
use crate::kql::ast::Expr;
use crate::kql::bind::{Binder, Relation, Row};
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
    let predicate = b.expr(&op.predicate, &Row::with_windows(&schema, &windows))?;
    let predicate = match predicate.ty {
        Type::Bool => predicate,
        Type::Dynamic | Type::Int | Type::Long | Type::Real => b.convert(predicate, Type::Bool),
        ty => return b.error(op.predicate.span, format!("a predicate is bool; this is {ty}")),
    };
    let windowed = b.with_windows(input, windows.into_inner());
    Some(windowed.map(|plan| Plan::Filter { input: Box::new(plan), predicate }))
}
