//! `Convert`: an operand brought to another type, by the kernels of `tostring`, `tolong`, `todatetime` …
//!
//! Trap: to `dynamic` a value stays what it is: text becomes a dynamic string, it is not parsed.

use polars::prelude as pl;

use super::error::Result;
use super::kernel::{self, Lowered};
use super::{Lowering, column, path};
use crate::functions::{Kernel, convert};
use crate::types::Type;
use crate::value::Value;

/// The kernel of all conversions: to the type that the call returns.
pub const KERNEL: Kernel = |args, cx| convert(&args[0], cx.returns);

/// `operand` of type `from` as `to`.
pub fn lower(
    lowering: &Lowering<'_>,
    operand: Lowered,
    from: Type,
    to: Type,
    driver: pl::Expr,
) -> Result<Lowered> {
    if from == to {
        return Ok(operand);
    }
    if let Some(value) = operand.constant().and_then(|v| constant(v, from, to, lowering.env.now)) {
        return Ok(Lowered::Constant(value));
    }
    match (&operand, to) {
        (Lowered::Stored(expr, stored), _) if to != Type::Dynamic => {
            return lower(lowering, Lowered::Column(expr.clone()), *stored, to, driver);
        }
        (Lowered::Path(path), Type::String) => return Ok(Lowered::Column(path.text())),
        (Lowered::Column(expr), Type::String) if from == Type::Dynamic => {
            return Ok(Lowered::Column(path::text_of_dynamic(expr.clone())));
        }
        _ => {}
    }
    if let (Lowered::Column(expr), Type::Int | Type::Long, Type::Long | Type::Real) = (&operand, from, to) {
        return Ok(Lowered::Column(expr.clone().cast(column::dtype(to))));
    }
    Ok(Lowered::Column(kernel::call(lowering, KERNEL, &[(operand, from)], to, driver, false)))
}

/// A value of type `from` as `to`.
pub fn constant(value: &Value, from: Type, to: Type, now: i64) -> Option<Value> {
    kernel::fold(KERNEL, std::slice::from_ref(value), &[from], to, now)
}
