//! The arguments of a plugin: columns of its input, and constants.
//!
//! Trap: an argument may be written with the name of its parameter (`columnsConflict='keep_source'`);
//! those without a name stand by place, the named ones left out of account.

use super::Evaluate;
use crate::kql::ast::{Argument, Expr};
use crate::kql::bind::{Binder, NO_COLUMNS, Row};
use crate::plan::{Expr as PlanExpr, ExprKind, Plan};
use crate::source::Span;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

/// The arguments brought to the plugin's parameters, in their order: by name, then by place.
pub fn by_parameter<'a>(
    b: &mut Binder<'_>,
    op: &'a Evaluate,
    parameters: &[&str],
) -> Option<Vec<Option<&'a Expr>>> {
    let mut found: Vec<Option<&Expr>> = vec![None; parameters.len()];
    let mut place = 0;
    for Argument { name, value } in &op.args {
        let at = match name {
            Some(name) => parameters.iter().position(|p| *p == name.text),
            None => {
                while found.get(place).is_some_and(Option::is_some) {
                    place += 1;
                }
                (place < parameters.len()).then_some(place)
            }
        };
        let Some(slot) = at.and_then(|at| found.get_mut(at)) else {
            return match name {
                Some(name) => {
                    b.error(name.span, format!("`{}` has no parameter `{}`", op.plugin.text, name.text))
                }
                None => {
                    let count = parameters.len();
                    b.error(value.span, format!("`{}` takes at most {count} arguments", op.plugin.text))
                }
            };
        };
        *slot = Some(value);
    }
    Some(found)
}

/// An argument that may not be left out.
pub fn required<'a>(
    b: &mut Binder<'_>,
    op: &Evaluate,
    arg: Option<&'a Expr>,
    what: &str,
) -> Option<&'a Expr> {
    match arg {
        Some(arg) => Some(arg),
        None => b.error(op.plugin.span, format!("`{}` misses its argument: {what}", op.plugin.text)),
    }
}

/// An argument that names a column.
pub fn column(b: &mut Binder<'_>, arg: &Expr, schema: &Schema, what: &str) -> Option<usize> {
    match b.expr(arg, &Row::new(schema))?.kind {
        ExprKind::Column(index) => Some(index),
        _ => b.error(arg.span, format!("{what} has to be a column")),
    }
}

/// An argument that is constant, brought to a type. One that rests on rows (`toscalar(…)`) is found out now.
pub fn constant(b: &mut Binder<'_>, arg: &Expr, ty: Type, what: &str) -> Option<Value> {
    let bound = b.expr(arg, &Row::new(&NO_COLUMNS))?;
    if bound.ty != ty && !(bound.ty.is_number() && ty.is_number() && bound.ty <= ty) {
        return b.error(arg.span, format!("{what} is of type {ty}, not {}", bound.ty));
    }
    let bound = b.convert(bound, ty);
    if let Some(value) = bound.as_literal() {
        return Some(value.clone());
    }
    let one = Plan::Values { schema: Schema::default(), rows: vec![Vec::new()] };
    let schema = Schema::new(vec![Column::new("value", ty)]);
    let answer = b.discover(&Plan::Project { input: Box::new(one), exprs: vec![bound], schema })?;
    answer.rows.into_iter().next().and_then(|row| row.into_iter().next())
}

/// A column as an expression.
pub fn of_column(index: usize, schema: &Schema) -> PlanExpr {
    let ty = schema.columns.get(index).map_or(Type::Dynamic, |c| c.ty);
    PlanExpr::column(index, ty, Span::default())
}
