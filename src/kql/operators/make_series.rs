//! `T | make-series [name =] aggregate [default = value], … on axis [in range(a, b, step) | from a to b step s] [by key, …]`
//!
//! Trap: without from and to the ends are those of the data; the end is excluded with `to`, included with `in range`.

use super::OperatorKind;
use crate::kql::ast::{Expr, NamedExpr, OperatorParameter};
use crate::kql::parser::{Parsed, Parser};

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

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let parameters = p.parameters(&["kind"])?;
    let columns = p.list(|p| {
        let column = p.named_expr()?;
        let default = p.eat_word("default");
        if default {
            p.expect_symbol("=")?;
        }
        Ok(SeriesColumn { column, default: if default { Some(p.expr()?) } else { None } })
    })?;
    p.expect_word("on")?;
    let names = p.assigned_names();
    let on = NamedExpr { names, expr: p.sum()? };
    let (mut from, mut to) = (None, None);
    let in_range = p.eat_word("in");
    let step = if in_range {
        p.expect_word("range")?;
        let open = p.span();
        p.expect_symbol("(")?;
        from = Some(p.expr()?);
        p.expect_symbol(",")?;
        to = Some(p.expr()?);
        p.expect_symbol(",")?;
        let step = p.expr()?;
        p.close(")", open)?;
        step
    } else {
        if p.eat_word("from") {
            from = Some(p.expr()?);
        }
        if p.eat_word("to") {
            to = Some(p.expr()?);
        }
        p.expect_word("step")?;
        p.expr()?
    };
    let by = if p.eat_word("by") { p.named_exprs()? } else { Vec::new() };
    Ok(OperatorKind::MakeSeries(MakeSeries { parameters, columns, on, from, to, step, in_range, by }))
}
