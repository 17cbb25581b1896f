//! `T | extend [name =] expr, (name, name) = expr, …`
//!
//! Trap: a name that exists already is replaced in its place.

use crate::kql::ast::NamedExpr;

#[derive(Clone, Debug)]
pub struct Extend {
    pub columns: Vec<NamedExpr>,
}
