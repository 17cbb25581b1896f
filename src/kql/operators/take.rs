//! `T | take n` (also spelled `limit`)
//!
//! Trap: which rows is not defined by KQL; here the first in the order of the lake.

use crate::kql::ast::Expr;

#[derive(Clone, Debug)]
pub struct Take {
    pub count: Expr,
}
