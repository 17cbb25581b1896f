//! How KQL values lie in Polars columns, and the way from one to the other.
//!
//! `bool` is Boolean, `int` Int32, `long` Int64, `real` Float64, `datetime` and `timespan` Int64 ticks;
//! `string`, `guid` (lower case), `decimal` (lowest terms) and `dynamic` (normal-form JSON) are String.
//!
//! Trap: only a `string` is never null; a dynamic null is a null cell, while `null` inside an array is text.

use polars::prelude as pl;

use crate::decimal::Decimal;
use crate::json;
use crate::types::Type;
use crate::value::{Value, guid_text, parse_guid};

/// The physical type of a KQL type.
pub fn dtype(ty: Type) -> pl::DataType {
    match ty {
        Type::Bool => pl::DataType::Boolean,
        Type::Int => pl::DataType::Int32,
        Type::Long | Type::Datetime | Type::Timespan => pl::DataType::Int64,
        Type::Real => pl::DataType::Float64,
        Type::String | Type::Guid | Type::Decimal | Type::Dynamic => pl::DataType::String,
    }
}

/// A literal of the physical type of `ty`.
pub fn literal(value: &Value, ty: Type) -> pl::Expr {
    pl::lit(scalar(value, ty))
}

/// What a missing value of type `ty` is, as a literal.
pub fn missing(ty: Type) -> pl::Expr {
    literal(&Value::missing(ty), ty)
}

fn scalar(value: &Value, ty: Type) -> pl::Scalar {
    let any = match ty {
        Type::Bool => value.as_bool().map(pl::AnyValue::Boolean),
        Type::Int => as_int(value).map(pl::AnyValue::Int32),
        Type::Long | Type::Datetime | Type::Timespan => value.as_i64().map(pl::AnyValue::Int64),
        Type::Real => value.as_f64().map(pl::AnyValue::Float64),
        _ => text(value, ty).map(|t| pl::AnyValue::StringOwned(t.into())),
    };
    pl::Scalar::new(dtype(ty), any.unwrap_or(pl::AnyValue::Null))
}

fn as_int(value: &Value) -> Option<i32> {
    value.as_i64().and_then(|n| i32::try_from(n).ok())
}

/// The text of a cell whose type lies in a String column; `None` is null.
fn text(value: &Value, ty: Type) -> Option<String> {
    match (ty, value) {
        (Type::String, value) => Some(value.to_text()),
        (_, Value::Null) => None,
        (Type::Dynamic, value) => Some(json::to_text(value)),
        (Type::Guid, Value::Guid(g)) => Some(guid_text(*g)),
        (Type::Guid, Value::String(s)) => parse_guid(s).map(guid_text),
        (Type::Decimal, Value::Decimal(d)) => Some(d.to_string()),
        (Type::Decimal, Value::Real(x)) => Decimal::from_f64(*x).map(|d| d.to_string()),
        (Type::Decimal, value) => value.as_i64().map(|n| Decimal::from_i64(n).to_string()),
        _ => None,
    }
}

/// A value from its text in a String column.
pub fn from_text(text: &str, ty: Type) -> Value {
    match ty {
        Type::Guid => parse_guid(text).map_or(Value::Null, Value::Guid),
        Type::Decimal => Decimal::parse(text).map_or(Value::Null, Value::Decimal),
        Type::Dynamic => json::parse(text).unwrap_or(Value::Null),
        _ => Value::string(text),
    }
}

/// A column of `ty` whose cells can be read as values, row by row.
pub enum Cells {
    Bool(pl::BooleanChunked),
    Int(pl::Int32Chunked),
    /// `long`, `datetime` or `timespan`.
    Integer(pl::Int64Chunked, fn(i64) -> Value),
    Real(pl::Float64Chunked),
    Text(pl::StringChunked, Type),
    /// The same value in every row.
    Constant(Value),
}

impl Cells {
    pub fn new(column: &pl::Column, ty: Type) -> pl::PolarsResult<Cells> {
        let length_one = column.is_empty() || matches!(column, pl::Column::Scalar(_));
        if length_one && !column.is_empty() {
            let one = column.head(Some(1));
            return Ok(Cells::Constant(Cells::of_series(one.as_materialized_series(), ty)?.get(0)));
        }
        Cells::of_series(column.as_materialized_series(), ty)
    }

    pub fn of_series(series: &pl::Series, ty: Type) -> pl::PolarsResult<Cells> {
        let series = series.rechunk();
        let series = if *series.dtype() == dtype(ty) { series } else { series.cast(&dtype(ty))? };
        Ok(match ty {
            Type::Bool => Cells::Bool(series.bool()?.clone()),
            Type::Int => Cells::Int(series.i32()?.clone()),
            Type::Long => Cells::Integer(series.i64()?.clone(), Value::Long),
            Type::Datetime => Cells::Integer(series.i64()?.clone(), Value::Datetime),
            Type::Timespan => Cells::Integer(series.i64()?.clone(), Value::Timespan),
            Type::Real => Cells::Real(series.f64()?.clone()),
            _ => Cells::Text(series.str()?.clone(), ty),
        })
    }

    /// The value at `row`, which must be below the column's length.
    pub fn get(&self, row: usize) -> Value {
        match self {
            Cells::Bool(c) => c.get(row).map_or(Value::Null, Value::Bool),
            Cells::Int(c) => c.get(row).map_or(Value::Null, Value::Int),
            Cells::Integer(c, make) => c.get(row).map_or(Value::Null, make),
            Cells::Real(c) => c.get(row).map_or(Value::Null, Value::Real),
            Cells::Text(c, ty) => c.get(row).map_or_else(|| Value::missing(*ty), |t| from_text(t, *ty)),
            Cells::Constant(value) => value.clone(),
        }
    }
}

/// The value as it would come back from a cell of type `ty`.
pub fn settled(value: Value, ty: Type) -> Value {
    match ty {
        _ if value.is_null() => Value::missing(ty),
        Type::Dynamic if !is_json(&value) => from_text(&json::to_text(&value), ty),
        _ => value,
    }
}

/// Is the value one that JSON has?
fn is_json(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Long(_) | Value::String(_) => true,
        Value::Real(x) => x.is_finite(),
        Value::Array(items) => items.iter().all(is_json),
        Value::Bag(members) => members.iter().all(|(_, member)| is_json(member)),
        _ => false,
    }
}

/// All cells of a column as values.
pub fn to_values(column: &pl::Column, ty: Type) -> pl::PolarsResult<Vec<Value>> {
    let cells = Cells::new(column, ty)?;
    Ok((0..column.len()).map(|row| cells.get(row)).collect())
}

/// A column of `ty` from values; one that is not of that type becomes null (`""`).
pub fn from_values(name: &str, ty: Type, values: impl Iterator<Item = Value>) -> pl::Column {
    use pl::NewChunkedArray;
    let name = pl::PlSmallStr::from_str(name);
    let series = match ty {
        Type::Bool => pl::BooleanChunked::from_iter_options(name, values.map(|v| v.as_bool())).into_series(),
        Type::Int => pl::Int32Chunked::from_iter_options(name, values.map(|v| as_int(&v))).into_series(),
        Type::Long | Type::Datetime | Type::Timespan => {
            pl::Int64Chunked::from_iter_options(name, values.map(|v| v.as_i64())).into_series()
        }
        Type::Real => pl::Float64Chunked::from_iter_options(name, values.map(|v| v.as_f64())).into_series(),
        _ => text_column(name, ty, values).into_series(),
    };
    series.into()
}

use pl::IntoSeries;

fn text_column(name: pl::PlSmallStr, ty: Type, values: impl Iterator<Item = Value>) -> pl::StringChunked {
    let mut builder = pl::StringChunkedBuilder::new(name, values.size_hint().0);
    for value in values {
        match (&value, ty) {
            (Value::String(s), Type::String) => builder.append_value(s),
            _ => builder.append_option(text(&value, ty)),
        }
    }
    builder.finish()
}
