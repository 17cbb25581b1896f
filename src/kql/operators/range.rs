//! `range name from start to stop step step`
//!
//! Trap: stop is included when a step lands on it.

use crate::kql::ast::{Expr, Name};

#[derive(Clone, Debug)]
pub struct Range {
    pub name: Name,
    pub from: Expr,
    pub to: Expr,
    pub step: Option<Expr>,
}
