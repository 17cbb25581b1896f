//! `T | summarize [name =] aggregate, … by [name =] key, …`
//!
//! Trap: the keys come first in the result; an aggregate may stand inside an expression (`count() * 2`).

use crate::kql::ast::{NamedExpr, OperatorParameter};

#[derive(Clone, Debug)]
pub struct Summarize {
    pub parameters: Vec<OperatorParameter>,
    pub aggregates: Vec<NamedExpr>,
    pub by: Vec<NamedExpr>,
}
