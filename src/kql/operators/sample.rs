//! `T | sample n`, `T | sample-distinct n of expr`
//!
//! Trap: KQL leaves open which rows; here they are the first ones, the same on every run.

use super::OperatorKind;
use super::project::bind_columns;
use crate::kql::ast::{Expr, NamedExpr};
use crate::kql::bind::{Binder, Relation, project_columns, summarize_by};
use crate::kql::parser::{Parsed, Parser};
use crate::plan::Plan;

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

pub fn bind(b: &mut Binder<'_>, op: &Sample, input: Relation) -> Option<Relation> {
    let count = b.constant_long(&op.count, "the number of rows")?.max(0) as u64;
    let input = match &op.of {
        Some(of) => {
            let (input, columns) = bind_columns(b, input, std::slice::from_ref(of), "Column")?;
            summarize_by(b, project_columns(input, columns), &[0], Vec::new())
        }
        None => input,
    };
    let segment = input.segments();
    Some(input.map(|plan| Plan::Limit { input: Box::new(plan), count, segment }))
}
