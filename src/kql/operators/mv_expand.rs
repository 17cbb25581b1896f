//! `T | mv-expand [bagexpansion=bag|array] [with_itemindex=name] [name =] expr [to typeof(type)], … [limit n]` (also spelled `mvexpand`)
//!
//! Trap: several columns are expanded side by side, the shorter ones filled with null; an empty array or a null keeps its row with null.

use crate::kql::ast::{Expr, Name, OperatorParameter};
use crate::types::Type;

/// A column to expand.
#[derive(Clone, Debug)]
pub struct Expanded {
    pub name: Option<Name>,
    pub expr: Expr,
    pub to: Option<Type>,
}

#[derive(Clone, Debug)]
pub struct MvExpand {
    pub parameters: Vec<OperatorParameter>,
    pub columns: Vec<Expanded>,
    pub limit: Option<Expr>,
}
