//! `Convert`: an operand brought to another type, by the kernels of `tostring`, `tolong`, `todatetime` …
//!
//! Trap: to `dynamic` a value stays what it is: text becomes a dynamic string, it is not parsed.

use polars::prelude as pl;

use super::error::{Error, Result};
use super::kernel::{self, Lowered};
use super::{Lowering, column, path};
use crate::functions::{Body, Kernel, function};
use crate::types::Type;
use crate::value::Value;

/// The function whose kernel converts to a type.
fn function_name(to: Type) -> &'static str {
    match to {
        Type::Bool => "tobool",
        Type::Int => "toint",
        Type::Long => "tolong",
        Type::Real => "todouble",
        Type::Decimal => "todecimal",
        Type::String => "tostring",
        Type::Datetime => "todatetime",
        Type::Timespan => "totimespan",
        Type::Guid => "toguid",
        Type::Dynamic => "dynamic",
    }
}

/// The kernel that converts to a type.
pub fn kernel_to(to: Type) -> Result<Kernel> {
    if to == Type::Dynamic {
        return Ok(|args, _| args[0].clone());
    }
    match function(function_name(to)).map(|f| f.body) {
        Some(Body::Kernel(kernel)) => Ok(kernel),
        _ => Err(Error::internal(format!("no kernel converts to {to}"))),
    }
}

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
    let kernel = kernel_to(to)?;
    if let Some(value) = operand.constant().and_then(|v| constant(kernel, v, from, to, lowering.env.now)) {
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
    Ok(Lowered::Column(kernel::call(lowering, kernel, &[(operand, from)], to, driver)))
}

/// A value of type `from` as `to`; `None` when the kernel fails.
pub fn constant(kernel: Kernel, value: &Value, from: Type, to: Type, now: i64) -> Option<Value> {
    kernel::fold(kernel, std::slice::from_ref(value), &[from], to, now)
}
