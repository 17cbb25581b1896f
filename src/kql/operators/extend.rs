//! `T | extend [name =] expr, (name, name) = expr, …`
//!
//! Trap: a name that exists already is replaced in its place.

use super::OperatorKind;
use crate::kql::ast::NamedExpr;
use crate::kql::bind::{Binder, Relation, extend};
use crate::kql::parser::{Parsed, Parser};

#[derive(Clone, Debug)]
pub struct Extend {
    pub columns: Vec<NamedExpr>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    Ok(OperatorKind::Extend(Extend { columns: p.named_exprs()? }))
}

pub fn bind(b: &mut Binder<'_>, op: &Extend, input: Relation) -> Option<Relation> {
    let schema = input.schema().clone();
    let numbered = (1..).map(|n| format!("Column{n}"));
    let free: Vec<String> = numbered.filter(|n| !schema.contains(n)).take(op.columns.len()).collect();
    let unnamed =
        op.columns.iter().map(|c| c.names.is_empty() && crate::kql::bind::implied_name(&c.expr).is_none());
    let place: Vec<usize> = unnamed
        .scan(0, |n, is| {
            let at = *n;
            *n += usize::from(is);
            Some(at)
        })
        .collect();
    let (input, columns) = b.named_exprs(input, &op.columns, &|i| free[place[i]].clone())?;
    Some(extend(input, columns.into_iter().map(|(name, _, expr)| (name, expr)).collect()))
}
