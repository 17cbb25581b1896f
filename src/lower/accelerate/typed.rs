//! Elementwise expressions by closures over the cells themselves, without values in between.

use std::borrow::Cow;

use polars::prelude as pl;
use polars::prelude::{IntoColumn, NewChunkedArray};

use super::super::kernel::{elementwise, height, name, of_text};
use crate::types::Type;

/// A test on text that is never null.
pub fn test(text: pl::Expr, holds: impl Fn(&str) -> bool + Send + Sync + 'static) -> pl::Expr {
    of_text(text, Type::Bool, move |texts| {
        let answers = texts.iter().map(|cell| holds(cell.unwrap_or("")));
        Ok(pl::BooleanChunked::from_iter_values(texts.name().clone(), answers).into_column())
    })
}

/// Text from text.
pub fn text(text: pl::Expr, of: impl Fn(&str) -> Cow<'_, str> + Send + Sync + 'static) -> pl::Expr {
    of_text(text, Type::String, move |texts| {
        let made = texts.iter().map(|cell| of(cell.unwrap_or("")));
        Ok(pl::StringChunked::from_iter_values(texts.name().clone(), made).into_column())
    })
}

/// An integer of text.
pub fn count(text: pl::Expr, of: impl Fn(&str) -> i64 + Send + Sync + 'static) -> pl::Expr {
    of_text(text, Type::Long, move |texts| {
        let counts = texts.iter().map(|cell| of(cell.unwrap_or("")));
        Ok(pl::Int64Chunked::from_iter_values(texts.name().clone(), counts).into_column())
    })
}

/// An integer of text, where the text has one; null of null.
pub fn optional_count(text: pl::Expr, of: impl Fn(&str) -> Option<i64> + Send + Sync + 'static) -> pl::Expr {
    of_text(text, Type::Long, move |texts| {
        let counts = texts.iter().map(|cell| of(cell?));
        Ok(pl::Int64Chunked::from_iter_options(texts.name().clone(), counts).into_column())
    })
}

/// An integer of two integers; null if one is null.
pub fn integers(
    a: pl::Expr,
    b: pl::Expr,
    returns: Type,
    of: impl Fn(i64, i64) -> Option<i64> + Send + Sync + 'static,
) -> pl::Expr {
    let run = move |columns: &mut [pl::Column]| {
        let height = height(columns);
        let (a, b) = (columns[0].cast(&pl::DataType::Int64)?, columns[1].cast(&pl::DataType::Int64)?);
        let (a, b) = (a.as_materialized_series().rechunk(), b.as_materialized_series().rechunk());
        let (a, b) = (a.i64()?, b.i64()?);
        let at = |c: &pl::Int64Chunked, i: usize| c.get(if c.len() == 1 { 0 } else { i });
        let values = (0..height).map(|i| of(at(a, i)?, at(b, i)?));
        Ok(pl::Int64Chunked::from_iter_options(name(columns).into(), values).into_column())
    };
    elementwise(vec![a, b], returns, run)
}

/// Is an integer within two others, ends included? Null if one of the three is. With `length` the
/// upper one counts from the lower.
pub fn within(value: pl::Expr, low: pl::Expr, high: pl::Expr, length: bool) -> pl::Expr {
    let run = move |columns: &mut [pl::Column]| {
        let height = height(columns);
        let cast =
            |c: &pl::Column| c.cast(&pl::DataType::Int64).map(|c| c.as_materialized_series().rechunk());
        let series = columns.iter().map(cast).collect::<pl::PolarsResult<Vec<_>>>()?;
        let cells = series.iter().map(|s| s.i64()).collect::<pl::PolarsResult<Vec<_>>>()?;
        let at = |c: &pl::Int64Chunked, i: usize| c.get(if c.len() == 1 { 0 } else { i });
        let answers = (0..height).map(|i| {
            let (value, low, high) = (at(cells[0], i)?, at(cells[1], i)?, at(cells[2], i)?);
            let high = if length { low.saturating_add(high) } else { high };
            Some(low <= value && value <= high)
        });
        Ok(pl::BooleanChunked::from_iter_options(name(columns).into(), answers).into_column())
    };
    elementwise(vec![value, low, high], Type::Bool, run)
}

/// A real of reals; null if one of them is.
pub fn reals(
    operands: Vec<pl::Expr>,
    of: impl Fn(&[f64]) -> Option<f64> + Send + Sync + 'static,
) -> pl::Expr {
    let run = move |columns: &mut [pl::Column]| {
        let rows = Reals::new(columns)?;
        let mut row = Vec::with_capacity(columns.len());
        let values = (0..rows.height).map(|at| if rows.get(at, &mut row) { of(&row) } else { None });
        Ok(pl::Float64Chunked::from_iter_options(name(columns).into(), values).into_column())
    };
    elementwise(as_reals(operands), Type::Real, run)
}

/// A test on two reals; null if one of them is.
pub fn compared(
    a: pl::Expr,
    b: pl::Expr,
    holds: impl Fn(f64, f64) -> bool + Send + Sync + 'static,
) -> pl::Expr {
    let run = move |columns: &mut [pl::Column]| {
        let rows = Reals::new(columns)?;
        let mut row = Vec::with_capacity(columns.len());
        let answers = (0..rows.height).map(|at| rows.get(at, &mut row).then(|| holds(row[0], row[1])));
        Ok(pl::BooleanChunked::from_iter_options(name(columns).into(), answers).into_column())
    };
    elementwise(as_reals(vec![a, b]), Type::Bool, run)
}

fn as_reals(operands: Vec<pl::Expr>) -> Vec<pl::Expr> {
    operands.into_iter().map(|e| e.cast(pl::DataType::Float64)).collect()
}

/// Columns of reals side by side.
struct Reals {
    columns: Vec<pl::Float64Chunked>,
    height: usize,
}

impl Reals {
    fn new(columns: &[pl::Column]) -> pl::PolarsResult<Reals> {
        let height = height(columns);
        let columns = columns.iter().map(|c| Ok(c.as_materialized_series().rechunk().f64()?.clone()));
        Ok(Reals { columns: columns.collect::<pl::PolarsResult<_>>()?, height })
    }

    /// The values of a row; false if one is null.
    fn get(&self, at: usize, row: &mut Vec<f64>) -> bool {
        row.clear();
        row.extend(self.columns.iter().map_while(|c| c.get(if c.len() == 1 { 0 } else { at })));
        row.len() == self.columns.len()
    }
}

/// The first text of a row that is not empty.
pub fn present(texts: Vec<pl::Expr>) -> pl::Expr {
    let run = |columns: &mut [pl::Column]| {
        let height = height(columns);
        let texts = columns.iter().map(|c| Ok(c.as_materialized_series().rechunk().str()?.clone()));
        let texts = texts.collect::<pl::PolarsResult<Vec<_>>>()?;
        let values = (0..height).map(|at| {
            let cells = texts.iter().filter_map(|c| c.get(if c.len() == 1 { 0 } else { at }));
            cells.into_iter().find(|text| !text.is_empty()).unwrap_or("")
        });
        Ok(pl::StringChunked::from_iter_values(name(columns).into(), values).into_column())
    };
    elementwise(texts, Type::String, run)
}
