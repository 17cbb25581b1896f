//! `T | mv-expand [bagexpansion=bag|array] [with_itemindex=name] [name =] expr [to typeof(type)], … [limit n]` (also spelled `mvexpand`)
//!
//! Trap: several columns are expanded side by side, the shorter ones filled with null; an empty array or a null keeps its row with null.

use super::OperatorKind;
use crate::kql::ast::{Expr, Name, OperatorParameter};
use crate::kql::parser::{Parsed, Parser};
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

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let parameters = p.parameters(&["bagexpansion", "kind", "with_itemindex"])?;
    let columns = p.list(expanded)?;
    let limit = if p.eat_word("limit") { Some(p.expr()?) } else { None };
    Ok(OperatorKind::MvExpand(MvExpand { parameters, columns, limit }))
}

/// `[name =] expr [to typeof(type)]`
pub fn expanded(p: &mut Parser) -> Parsed<Expanded> {
    let name = p.assigned_names().into_iter().next();
    let expr = p.expr()?;
    let to = if p.eat_word("to") { Some(p.typeof_type()?) } else { None };
    Ok(Expanded { name, expr, to })
}
