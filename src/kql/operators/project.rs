//! `T | project [name =] expr, …`
//!
//! Trap: two columns that would get one name are an error when both are named, else the second is `name1`.

use crate::kql::ast::NamedExpr;

#[derive(Clone, Debug)]
pub struct Project {
    pub columns: Vec<NamedExpr>,
}
