//! `T | distinct expr, …` or `T | distinct *`
//!
//! Trap: `*` is every visible column.

use crate::kql::ast::NamedExpr;

#[derive(Clone, Debug)]
pub struct Distinct {
    pub columns: Vec<NamedExpr>,
}
