//! `and`, `or`, `not`, and the difference between false and null where it does not matter.

use polars::prelude as pl;

use super::super::kernel::Lowered;
use super::{Accelerator, Call};
use crate::types::Type;

pub const TABLE: &[(&str, Accelerator)] = &[
    ("and", |c| all(c, pl::Expr::and)),
    ("or", |c| all(c, pl::Expr::or)),
    ("not", |c| Some(c.expr(0)?.not())),
    ("isnull", |c| null_test(c, true)),
    ("isnotnull", |c| null_test(c, false)),
    ("isempty", |c| empty_test(c, true)),
    ("isnotempty", |c| empty_test(c, false)),
];

fn all(c: &Call<'_>, join: fn(pl::Expr, pl::Expr) -> pl::Expr) -> Option<pl::Expr> {
    (0..c.args.len()).map(|i| c.expr(i)).collect::<Option<Vec<_>>>()?.into_iter().reduce(join)
}

fn null_test(c: &Call<'_>, null: bool) -> Option<pl::Expr> {
    let expr = c.expr(0)?;
    Some(if null { expr.is_null() } else { expr.is_not_null() })
}

fn empty_test(c: &Call<'_>, empty: bool) -> Option<pl::Expr> {
    // What is stored of a path needs no JSON made of it.
    let (expr, ty) = match c.args.first()? {
        (Lowered::Stored(expr, ty), _) => (expr.clone(), *ty),
        (_, ty) => (c.expr(0)?, *ty),
    };
    Some(match (ty, empty) {
        (Type::String, true) => expr.eq(pl::lit("")),
        (Type::String, false) => expr.neq(pl::lit("")),
        // A dynamic value may be the empty string, which is empty as well.
        (Type::Dynamic, true) => expr.clone().is_null().or(expr.eq(pl::lit("\"\""))),
        (Type::Dynamic, false) => expr.clone().is_not_null().and(expr.neq(pl::lit("\"\""))),
        (_, true) => expr.is_null(),
        (_, false) => expr.is_not_null(),
    })
}

/// False where the expression is null.
pub fn known(expr: pl::Expr) -> pl::Expr {
    expr.fill_null(pl::lit(false))
}

/// The expression where null and false are the same, as they are in a filter: without `known`, which
/// would hide comparisons from what reads Parquet statistics.
pub fn as_predicate(expr: pl::Expr) -> pl::Expr {
    match expr {
        pl::Expr::BinaryExpr { left, op: op @ (pl::Operator::And | pl::Operator::Or), right } => {
            let side = |e: std::sync::Arc<pl::Expr>| std::sync::Arc::new(as_predicate((*e).clone()));
            pl::Expr::BinaryExpr { left: side(left), op, right: side(right) }
        }
        pl::Expr::Function { function: pl::FunctionExpr::FillNull, mut input } if input.len() == 2 => {
            if input[1] == pl::lit(false) {
                as_predicate(input.swap_remove(0))
            } else {
                input.swap_remove(0).fill_null(input.swap_remove(0))
            }
        }
        other => other,
    }
}
