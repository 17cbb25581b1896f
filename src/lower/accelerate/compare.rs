//! `==`, `!=`, `<`, … and `between` over columns of equal or numeric types.
//!
//! Trap: NaN equals nothing and orders with nothing in KQL; Polars has it equal to itself and greatest.

use polars::prelude as pl;

use super::logic::known;
use super::{Accelerator, Call, typed};
use crate::types::Type;
use crate::value::Value;

pub const TABLE: &[(&str, Accelerator)] = &[
    ("==", |c| equal(c)),
    ("!=", |c| Some(equal(c)?.not())),
    ("<", |c| order(c, pl::Expr::lt, |a, b| a < b)),
    ("<=", |c| order(c, pl::Expr::lt_eq, |a, b| a <= b)),
    (">", |c| order(c, pl::Expr::gt, |a, b| a > b)),
    (">=", |c| order(c, pl::Expr::gt_eq, |a, b| a >= b)),
    ("between", |c| between(c)),
    ("!between", |c| Some(between(c)?.not())),
];

/// The physical type at which two arguments compare exactly as their values do.
pub fn common(a: Type, b: Type) -> Option<pl::DataType> {
    match (a, b) {
        (Type::Int | Type::Long, Type::Int | Type::Long) => Some(pl::DataType::Int64),
        (Type::Int | Type::Long | Type::Real, Type::Int | Type::Long | Type::Real) => {
            Some(pl::DataType::Float64)
        }
        (Type::Decimal | Type::Dynamic, _) => None,
        (a, b) if a == b => Some(super::super::dtype(a)),
        _ => None,
    }
}

fn is_nan(value: &Value) -> bool {
    matches!(value, Value::Real(x) if x.is_nan())
}

fn equal(c: &Call<'_>) -> Option<pl::Expr> {
    for (column, other) in [(0, 1), (1, 0)] {
        if let Some(value) = c.constant(other) {
            return equal_constant(c, column, value, c.ty(other)?);
        }
    }
    let ty = common(c.ty(0)?, c.ty(1)?)?;
    let (a, b) = (c.expr(0)?.cast(ty.clone()), c.expr(1)?.cast(ty.clone()));
    if ty == pl::DataType::Float64 {
        return None;
    }
    if c.ty(0) == Some(Type::String) {
        return Some(a.eq(b));
    }
    let both_null = a.clone().is_null().and(b.clone().is_null());
    Some(pl::when(both_null).then(pl::lit(pl::NULL)).otherwise(a.eq_missing(b)))
}

/// A column against one value. A string against a number compares the number's text, and so does the
/// text of a dynamic value against a text that is no bool.
fn equal_constant(c: &Call<'_>, column: usize, value: &Value, of: Type) -> Option<pl::Expr> {
    if value.is_null() || is_nan(value) {
        return None;
    }
    let ty = c.ty(column)?;
    match (ty, value) {
        (Type::String, Value::String(_)) => Some(c.expr(column)?.eq(super::literal(value, Type::String))),
        (Type::String, Value::Int(_) | Value::Long(_) | Value::Real(_)) => {
            Some(c.expr(column)?.eq(pl::lit(value.to_text())))
        }
        (Type::Dynamic, Value::String(s)) if !like_a_bool(s) => Some(c.text(column)?.eq(pl::lit(s.clone()))),
        _ => {
            let to = common(ty, of)?;
            let literal = super::literal(value, of).cast(to.clone());
            let expr = c.expr(column)?;
            let expr = if super::super::dtype(ty) == to { expr } else { expr.cast(to) };
            Some(known(expr.eq(literal)))
        }
    }
}

/// Would `tobool()` make something of the text?
fn like_a_bool(s: &str) -> bool {
    let s = s.trim();
    s.eq_ignore_ascii_case("true") || s.eq_ignore_ascii_case("false") || s.parse::<i64>().is_ok()
}

fn order(
    c: &Call<'_>,
    compare: fn(pl::Expr, pl::Expr) -> pl::Expr,
    of_reals: fn(f64, f64) -> bool,
) -> Option<pl::Expr> {
    let (a_type, b_type) = (c.ty(0)?, c.ty(1)?);
    if matches!(a_type, Type::Bool | Type::Guid) {
        return None;
    }
    let ty = common(a_type, b_type)?;
    let cast = |e: pl::Expr, from: Type| if super::super::dtype(from) == ty { e } else { e.cast(ty.clone()) };
    let (a, b) = (cast(c.expr(0)?, a_type), cast(c.expr(1)?, b_type));
    if c.constant(0).or(c.constant(1)).is_some_and(|v| is_nan(v) || v.is_null()) {
        return None;
    }
    if ty != pl::DataType::Float64 {
        return Some(compare(a, b));
    }
    // Against a constant the one column decides between null and NaN.
    match (c.constant(0), c.constant(1)) {
        (None, Some(_)) => Some(compare(a.clone(), b).and(a.is_not_nan())),
        (Some(_), None) => Some(compare(a, b.clone()).and(b.is_not_nan())),
        _ => Some(typed::compared(a, b, of_reals)),
    }
}

fn between(c: &Call<'_>) -> Option<pl::Expr> {
    let (ty, low_type, high_type) = (c.ty(0)?, c.ty(1)?, c.ty(2)?);
    let integer = |ty: Type| matches!(ty, Type::Int | Type::Long);
    let length = ty == Type::Datetime && high_type == Type::Timespan;
    let same = ty == low_type && (ty == high_type || length) && matches!(ty, Type::Datetime | Type::Timespan);
    let integers = integer(ty) && integer(low_type) && integer(high_type);
    if !(same || integers) {
        return None;
    }
    if let (Some(low), Some(high)) = (c.constant(1), c.constant(2)) {
        let (low, high) = (low.as_i64()?, high.as_i64()?);
        let high = if length { low.saturating_add(high) } else { high };
        let value = c.expr(0)?;
        return Some(value.clone().gt_eq(pl::lit(low)).and(value.lt_eq(pl::lit(high))));
    }
    Some(typed::within(c.expr(0)?, c.expr(1)?, c.expr(2)?, length))
}
