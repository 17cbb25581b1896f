//! `T | project-by-names "name", "pattern*", dynamic(["name", …]), column_names_of(T), column, …`
//!
//! Trap: names that the table does not have are left out without a word; a column that several name stands where the first did.

use super::OperatorKind;
use crate::kql::ast::{Expr, ExprKind, wildcard_matches};
use crate::kql::bind::{Binder, NO_COLUMNS, Relation, Row, project_columns};
use crate::kql::parser::{Parsed, Parser};
use crate::plan::Expr as PlanExpr;
use crate::value::Value;

#[derive(Clone, Debug)]
pub struct ProjectByNames {
    pub names: Vec<Expr>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    Ok(OperatorKind::ProjectByNames(ProjectByNames { names: p.list(Parser::expr)? }))
}

pub fn bind(b: &mut Binder<'_>, op: &ProjectByNames, input: Relation) -> Option<Relation> {
    let mut columns: Vec<(String, PlanExpr)> = Vec::new();
    for specifier in &op.names {
        for pattern in patterns(b, specifier, &input)? {
            for (at, column) in input.columns().filter(|(_, c)| wildcard_matches(&pattern, &c.name)) {
                if !columns.iter().any(|(name, _)| *name == column.name) {
                    columns.push((column.name.clone(), PlanExpr::column(at, column.ty, specifier.span)));
                }
            }
        }
    }
    Some(project_columns(input, columns))
}

/// The names and patterns that a specifier stands for.
fn patterns(b: &mut Binder<'_>, specifier: &Expr, input: &Relation) -> Option<Vec<String>> {
    if let ExprKind::Name(name) = &specifier.kind
        && input.schema().contains(&name.text)
    {
        return Some(vec![name.text.clone()]);
    }
    let bound = b.expr(specifier, &Row::new(&NO_COLUMNS))?;
    match bound.as_literal() {
        Some(Value::String(pattern)) => Some(vec![pattern.clone()]),
        Some(Value::Array(names)) => Some(names.iter().map(Value::to_text).collect()),
        _ => b.error(specifier.span, "columns are chosen by constant texts, or dynamic arrays of them"),
    }
}
