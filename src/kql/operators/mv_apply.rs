//! `T | mv-apply [with_itemindex=name] [name =] expr [to typeof(type)], … [limit n] on (subquery)` (also spelled `mvapply`)
//!
//! Trap: the subquery runs once per input row, over the elements of that row only; an empty array gives no row, unless the subquery summarizes.

use crate::kql::ast::{Expr, OperatorParameter};
use super::Operator;
use super::mv_expand::Expanded;

#[derive(Clone, Debug)]
pub struct MvApply {
    pub parameters: Vec<OperatorParameter>,
    pub columns: Vec<Expanded>,
    pub limit: Option<Expr>,
    pub subquery: Vec<Operator>,
}
