//! `T | sample n`, `T | sample-distinct n of expr`
//!
//! Trap: KQL leaves open which rows; here they are the first ones, the same on every run.

use crate::kql::ast::{Expr, NamedExpr};

#[derive(Clone, Debug)]
pub struct Sample {
    pub count: Expr,
    /// `sample-distinct`: the expression whose values are sampled.
    pub of: Option<NamedExpr>,
}
