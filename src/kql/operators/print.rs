//! `print [name =] expr, …`
//!
//! Trap: columns without a name are `print_0`, `print_1`, … by place.

use crate::kql::ast::NamedExpr;

#[derive(Clone, Debug)]
pub struct Print {
    pub columns: Vec<NamedExpr>,
}
