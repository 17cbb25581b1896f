//! Aggregates that Polars computes by itself, in one streaming pass and in any order.
//!
//! Only what does not depend on the order of rows, or says "first" by the row's place, is here; sums are
//! exact in 96 bits before they are cut to their type.
//!
//! Trap: no sums of reals: their rounding would depend on the number of threads.

use polars::prelude as pl;
use polars::prelude::{IntoColumn, NewChunkedArray};

use super::super::column::missing;
use super::super::error::compute;
use super::super::{Failure, kernel};
use crate::types::Type;

/// The least number beyond the low half of a sum.
const HALF: i64 = 1 << 32;

/// An aggregate over at most one argument; `filter` says which rows count.
pub struct Native<'a> {
    pub name: &'a str,
    pub arg: Option<(pl::Expr, Type)>,
    pub filter: Option<pl::Expr>,
    pub returns: Type,
    pub failure: &'a Failure,
}

impl Native<'_> {
    /// The expression within a group, if Polars has one that says the same as the accumulator.
    pub fn expr(self) -> Option<pl::Expr> {
        if self.name == "count" {
            return Some(
                match self.filter {
                    None => pl::len(),
                    Some(filter) => filter.sum(),
                }
                .cast(pl::DataType::Int64),
            );
        }
        let (value, ty) = self.arg?;
        let never_null = ty == Type::String && self.filter.is_none();
        let value = match self.filter {
            Some(filter) => pl::when(filter).then(value).otherwise(pl::lit(pl::NULL)),
            None => value,
        };
        let integer = matches!(ty, Type::Int | Type::Long);
        let comparable = integer || matches!(ty, Type::Datetime | Type::Timespan | Type::String | Type::Guid);
        let filled = |e: pl::Expr| if ty == Type::String { e.fill_null(missing(ty)) } else { e };
        match self.name {
            "min" if comparable => Some(filled(value.min())),
            "max" if comparable => Some(filled(value.max())),
            "dcount" if comparable && never_null => Some(value.n_unique().cast(pl::DataType::Int64)),
            "dcount" if comparable => {
                let null = value.clone().null_count().gt(pl::lit(0)).cast(pl::DataType::Int64);
                Some(value.n_unique().cast(pl::DataType::Int64) - null)
            }
            "take_any" | "any" if ty == Type::String => {
                let present =
                    pl::when(value.clone().neq(pl::lit(""))).then(value).otherwise(pl::lit(pl::NULL));
                Some(present.first_non_null().fill_null(missing(ty)))
            }
            "take_any" | "any" if comparable => Some(value.first_non_null()),
            "sum" | "avg" if integer || ty == Type::Timespan => Some(total(
                value.cast(pl::DataType::Int64),
                self.name == "avg",
                self.returns,
                self.failure.clone(),
            )),
            _ => None,
        }
    }
}

/// A sum or an average out of the sums of the high and the low halves.
fn total(value: pl::Expr, average: bool, returns: Type, failure: Failure) -> pl::Expr {
    let high = value.clone().floor_div(pl::lit(HALF));
    let low = value.clone() - high.clone() * pl::lit(HALF);
    let inputs = vec![high.sum(), low.sum(), value.count().cast(pl::DataType::Int64)];
    kernel::elementwise(inputs, returns, move |columns| {
        let series: Vec<pl::Series> = columns.iter().map(|c| c.as_materialized_series().clone()).collect();
        let (high, low, count) = (series[0].i64()?, series[1].i64()?, series[2].i64()?);
        let name = kernel::name(columns).into();
        let groups = (0..count.len()).map(|i| {
            let whole =
                i128::from(high.get(i).unwrap_or(0)) * i128::from(HALF) + i128::from(low.get(i).unwrap_or(0));
            (whole, count.get(i).unwrap_or(0))
        });
        if returns == Type::Real {
            let real =
                groups.map(|(whole, count)| if count == 0 { f64::NAN } else { whole as f64 / count as f64 });
            return Ok(pl::Float64Chunked::from_iter_values(name, real).into_column());
        }
        let mut sums = Vec::with_capacity(count.len());
        for (whole, count) in groups {
            let divisor = if average { count } else { 1 };
            if divisor == 0 {
                sums.push(None);
                continue;
            }
            let Ok(sum) = i64::try_from(whole / i128::from(divisor)) else {
                let message = "sum(): the sum is beyond the range of its type";
                failure.set(message);
                return Err(compute(message));
            };
            sums.push(Some(sum));
        }
        Ok(pl::Int64Chunked::from_iter_options(name, sums.into_iter()).into_column())
    })
}
