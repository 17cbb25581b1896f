//! `T | join [kind=…] [hint.…] (right) on key, $left.a == $right.b, …`; `T | lookup [kind=leftouter|inner] (right) on …`
//!
//! Trap: without a kind a join is `innerunique`: one row of the left side per key. A lookup does not repeat the keys of the right side.

use crate::kql::ast::{Expr, OperatorParameter};

#[derive(Clone, Debug)]
pub struct Join {
    pub parameters: Vec<OperatorParameter>,
    pub right: Box<Expr>,
    pub on: Vec<Expr>,
    pub lookup: bool,
}
