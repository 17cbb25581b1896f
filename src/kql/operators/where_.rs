//! `T | where predicate` (also spelled `filter`)
//!
//! Trap: a null predicate is false.

use crate::kql::ast::Expr;

#[derive(Clone, Debug)]
pub struct Where {
    pub predicate: Expr,
}
