//! `datatable(name: type, …) [value, …]`
//!
//! Trap: values are converted to the type of their column; a value that does not convert is null.

use super::OperatorKind;
use crate::functions;
use crate::kql::ast::{Expr, Name};
use crate::kql::bind::{Binder, NO_COLUMNS, Relation, Row};
use crate::kql::parser::{Parsed, Parser};
use crate::plan::Plan;
use crate::source::Span;
use crate::types::Type;
use crate::types::{Column, Schema};

#[derive(Clone, Debug)]
pub struct Datatable {
    pub columns: Vec<(Name, Type)>,
    pub values: Vec<Expr>,
    pub span: Span,
}

/// After the word `datatable`.
pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let start = p.span();
    let columns = p.columns()?;
    p.properties()?;
    let open = p.span();
    p.expect_symbol("[")?;
    let mut values = Vec::new();
    while !p.is_symbol("]") {
        values.push(p.expr()?);
        if !p.eat_symbol(",") {
            break;
        }
    }
    p.close("]", open)?;
    Ok(OperatorKind::Datatable(Datatable { columns, values, span: p.span_from(start) }))
}

pub fn bind(b: &mut Binder<'_>, op: &Datatable) -> Option<Relation> {
    let mut schema = Schema::default();
    for (name, ty) in &op.columns {
        if schema.contains(&name.text) {
            return b.error(name.span, format!("the column `{}` is named twice", name.text));
        }
        schema.columns.push(Column::new(name.text.as_str(), *ty));
    }
    let width = schema.len().max(1);
    if !op.values.len().is_multiple_of(width) {
        return b.error(op.span, format!("{} values do not fill rows of {width}", op.values.len()));
    }
    let mut rows = Vec::new();
    for cells in op.values.chunks(width) {
        let mut row = Vec::new();
        for (cell, column) in cells.iter().zip(&schema.columns) {
            let bound = b.expr(cell, &Row::new(&NO_COLUMNS))?;
            let Some(value) = bound.as_literal() else {
                return b.error(cell.span, "the values of a datatable are constants");
            };
            row.push(if bound.ty == column.ty {
                value.clone()
            } else {
                functions::convert(value, column.ty)
            });
        }
        rows.push(row);
    }
    Some(Relation::new(Plan::Values { schema, rows }))
}
