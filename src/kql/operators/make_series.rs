//! `T | make-series [name =] aggregate [default = value], … on axis [in range(a, b, step) | from a to b step s] [by key, …]`
//!
//! Trap: without from and to the ends are those of the data; the end is excluded with `to`, included with `in range`.

use crate::kql::ast::{Expr, NamedExpr, OperatorParameter};

#[derive(Clone, Debug)]
pub struct SeriesColumn {
    pub column: NamedExpr,
    pub default: Option<Expr>,
}

#[derive(Clone, Debug)]
pub struct MakeSeries {
    pub parameters: Vec<OperatorParameter>,
    pub columns: Vec<SeriesColumn>,
    pub on: NamedExpr,
    pub from: Option<Expr>,
    pub to: Option<Expr>,
    pub step: Expr,
    /// `in range(…)`: the stop is included.
    pub in_range: bool,
    pub by: Vec<NamedExpr>,
}
