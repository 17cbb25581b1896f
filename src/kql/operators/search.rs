//! `[T |] search [kind=…] [in (tables)] predicate`; `find` is refused
//!
//! Trap: a bare string is looked for with `has` in every column.

use crate::kql::ast::{Expr, OperatorParameter};

#[derive(Clone, Debug)]
pub struct Search {
    pub parameters: Vec<OperatorParameter>,
    pub tables: Vec<Expr>,
    pub predicate: Expr,
}
