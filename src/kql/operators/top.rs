//! `T | top n by expr [asc|desc] [nulls first|nulls last], …`
//!
//! Trap: descending by default.

use crate::kql::ast::{Expr, SortKey};

#[derive(Clone, Debug)]
pub struct Top {
    pub count: Expr,
    pub keys: Vec<SortKey>,
}
