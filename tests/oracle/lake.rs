//! The rows of a lake's table, read part by part and cell by cell.
//!
//! Trap: `OfficeActivity` is no stored table but a view; it is the caller's to read.

use std::fs::File;

use arrow::array::{
    Array, ArrayRef, BooleanArray, Float64Array, Int8Array, Int32Array, Int64Array, StringArray,
    TimestampMicrosecondArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimeUnit};
use arrow::record_batch::RecordBatch;
use auk::decimal::Decimal;
use auk::lake::{Lake, Part};
use auk::time::{TICKS_PER_MICROSECOND, UNIX_EPOCH};
use auk::types::{Column, Schema, Type};
use auk::value::{Value, parse_guid};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::Row;

/// All rows of a table under a schema, in the lake's order.
pub fn rows(lake: &Lake, table: &str, schema: &Schema) -> Result<Vec<Row>, String> {
    let mut out = Vec::new();
    for part in lake.parts(table) {
        part_rows(part, schema, &mut out).map_err(|e| format!("{}: {e}", part.path.display()))?;
    }
    Ok(out)
}

fn part_rows(part: &Part, schema: &Schema, out: &mut Vec<Row>) -> Result<(), String> {
    let file = File::open(&part.path).map_err(|e| e.to_string())?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| e.to_string())?;
    let mut number = 0;
    for batch in builder.build().map_err(|e| e.to_string())? {
        let batch = batch.map_err(|e| e.to_string())?;
        let columns: Vec<Vec<Value>> =
            schema.columns.iter().map(|c| cells(part, &batch, c)).collect::<Result<_, _>>()?;
        for row in 0..batch.num_rows() {
            if part.masked.binary_search(&number).is_err() {
                out.push(columns.iter().map(|cells| cells[row].clone()).collect());
            }
            number += 1;
        }
    }
    Ok(())
}

/// The cells of one column of a batch; one that the file has not is what the manifest says of it, else missing in
/// every row.
fn cells(part: &Part, batch: &RecordBatch, column: &Column) -> Result<Vec<Value>, String> {
    if let Some(value) = part.implied.constant(&column.name) {
        return Ok(vec![value.clone(); batch.num_rows()]);
    }
    if let Some(source) = part.implied.source(&column.name) {
        return cells(part, batch, &Column::new(source, column.ty));
    }
    let Some(array) = batch.column_by_name(&column.name) else {
        return Ok(vec![Value::missing(column.ty); batch.num_rows()]);
    };
    let array = cast(array, &stored(column.ty)).map_err(|e| format!("{}: {e}", column.name))?;
    let digits = batch.column_by_name(&format!("{}__ticks", column.name));
    let digits = digits.map(|d| cast(d, &DataType::Int8)).transpose().map_err(|e| e.to_string())?;
    Ok((0..array.len()).map(|row| cell(&array, digits.as_ref(), row, column.ty)).collect())
}

/// The type on disk.
fn stored(ty: Type) -> DataType {
    match ty {
        Type::Bool => DataType::Boolean,
        Type::Int => DataType::Int32,
        Type::Long | Type::Timespan => DataType::Int64,
        Type::Real => DataType::Float64,
        Type::Datetime => DataType::Timestamp(TimeUnit::Microsecond, None),
        Type::String | Type::Guid | Type::Decimal | Type::Dynamic => DataType::Utf8,
    }
}

fn cell(array: &ArrayRef, digits: Option<&ArrayRef>, row: usize, ty: Type) -> Value {
    if array.is_null(row) {
        return Value::missing(ty);
    }
    let array = array.as_any();
    match ty {
        Type::Bool => array.downcast_ref::<BooleanArray>().map(|a| Value::Bool(a.value(row))),
        Type::Int => array.downcast_ref::<Int32Array>().map(|a| Value::Int(a.value(row))),
        Type::Long => array.downcast_ref::<Int64Array>().map(|a| Value::Long(a.value(row))),
        Type::Timespan => array.downcast_ref::<Int64Array>().map(|a| Value::Timespan(a.value(row))),
        Type::Real => array.downcast_ref::<Float64Array>().map(|a| Value::Real(a.value(row))),
        Type::Datetime => array.downcast_ref::<TimestampMicrosecondArray>().map(|a| {
            let digit = digits.and_then(|d| d.as_any().downcast_ref::<Int8Array>());
            let digit = digit.filter(|d| d.is_valid(row)).map_or(0, |d| i64::from(d.value(row)));
            Value::Datetime(a.value(row) * TICKS_PER_MICROSECOND + UNIX_EPOCH + digit)
        }),
        _ => array.downcast_ref::<StringArray>().map(|a| text_cell(a.value(row), ty)),
    }
    .unwrap_or(Value::missing(ty))
}

fn text_cell(text: &str, ty: Type) -> Value {
    match ty {
        Type::Guid => parse_guid(text).map_or(Value::Null, Value::Guid),
        Type::Decimal => Decimal::parse(text).map_or(Value::Null, Value::Decimal),
        Type::Dynamic => auk::json::parse(text).unwrap_or(Value::Null),
        _ => Value::string(text),
    }
}
