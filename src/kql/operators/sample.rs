//! `T | sample n`, `T | sample-distinct n of expr`
//!
//! Trap: KQL leaves open which rows; here they are the first ones, the same on every run.

use super::OperatorKind;
use crate::kql::ast::{Expr, NamedExpr};
use crate::kql::parser::{Parsed, Parser};

#[derive(Clone, Debug)]
pub struct Sample {
    pub count: Expr,
    /// `sample-distinct`: the expression whose values are sampled.
    pub of: Option<NamedExpr>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    Ok(OperatorKind::Sample(Sample { count: p.expr()?, of: None }))
}

pub fn parse_distinct(p: &mut Parser) -> Parsed<OperatorKind> {
    let count = p.expr()?;
    p.expect_word("of")?;
    Ok(OperatorKind::Sample(Sample { count, of: Some(p.named_expr()?) }))
}
