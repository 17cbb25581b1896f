//! `T | serialize [name =] expr, …`
//!
//! Trap: it promises an order; the rows stay in the order they have.

use crate::kql::ast::NamedExpr;

#[derive(Clone, Debug)]
pub struct Serialize {
    pub columns: Vec<NamedExpr>,
}
