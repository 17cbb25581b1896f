//! A table as a Parquet file, in the types that every reader takes.
//!
//! datetime is `TIMESTAMP(MICROS, UTC)`, timespan a count of 100 ns ticks, dynamic JSON text, guid and
//! decimal text.
//!
//! Trap: a datetime has seven digits and a microsecond six. Where a column has a seventh that is not
//! zero, `NAME__ticks` beside it holds it; nothing is rounded off.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Float64Array, Int8Array, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::table::Table;
use crate::time::{TICKS_PER_MICROSECOND, UNIX_EPOCH};
use crate::types::Type;
use crate::value::Value;

/// Writes `table` to `out`.
pub fn write(table: &Table, out: impl Write + Send) -> Result<(), String> {
    let (mut fields, mut arrays) = (Vec::new(), Vec::new());
    for (at, column) in table.schema.columns.iter().enumerate() {
        let cells = || table.rows.iter().map(move |row| row.get(at).unwrap_or(&Value::Null));
        let array = array(column.ty, &cells().collect::<Vec<_>>());
        fields.push(Field::new(&column.name, array.data_type().clone(), column.ty != Type::String));
        arrays.push(array);
        let seventh = |v: &Value| v.as_i64().map(|t| t.rem_euclid(TICKS_PER_MICROSECOND) as i8);
        if column.ty == Type::Datetime && cells().any(|v| seventh(v).unwrap_or(0) != 0) {
            fields.push(Field::new(format!("{}__ticks", column.name), DataType::Int8, true));
            arrays.push(Arc::new(cells().map(seventh).collect::<Int8Array>()) as ArrayRef);
        }
    }
    let schema = Arc::new(Schema::new(fields));
    let level = ZstdLevel::try_new(1).map_err(|e| e.to_string())?;
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(level)).build();
    let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(table.rows.len()));
    let batch =
        RecordBatch::try_new_with_options(schema.clone(), arrays, &options).map_err(|e| e.to_string())?;
    let mut writer = ArrowWriter::try_new(out, schema, Some(properties)).map_err(|e| e.to_string())?;
    writer.write(&batch).map_err(|e| e.to_string())?;
    writer.close().map_err(|e| e.to_string())?;
    Ok(())
}

fn array(ty: Type, cells: &[&Value]) -> ArrayRef {
    let cells = cells.iter();
    match ty {
        Type::Bool => Arc::new(cells.map(|v| v.as_bool()).collect::<BooleanArray>()),
        Type::Int => {
            let ints = cells.map(|v| v.as_i64().and_then(|n| i32::try_from(n).ok()));
            Arc::new(ints.collect::<Int32Array>())
        }
        Type::Long | Type::Timespan => Arc::new(cells.map(|v| v.as_i64()).collect::<Int64Array>()),
        Type::Real => Arc::new(cells.map(|v| v.as_f64()).collect::<Float64Array>()),
        Type::Datetime => {
            let micros =
                cells.map(|v| v.as_i64().map(|t| (t - UNIX_EPOCH).div_euclid(TICKS_PER_MICROSECOND)));
            Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
        }
        Type::String => Arc::new(cells.map(|v| Some(v.to_text())).collect::<StringArray>()),
        Type::Guid | Type::Decimal => {
            Arc::new(cells.map(|v| (!v.is_null()).then(|| v.to_text())).collect::<StringArray>())
        }
        Type::Dynamic => {
            let texts = cells.map(|v| (!v.is_null()).then(|| crate::json::to_text(v)));
            Arc::new(texts.collect::<StringArray>())
        }
    }
}
