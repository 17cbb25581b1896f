//! The records of a file as rows of a schema, as Kusto's ingestion would read them.
//!
//! | format | a record | a column is |
//! |---|---|---|
//! | csv, tsv, psv, scsv, sohsv | a line, quotes as in RFC 4180 | the field at its place |
//! | txt | a line that is not empty | the line is the first column |
//! | raw | the whole file | the file is the first column |
//! | json, multijson | an object; objects one after the other, or in an array | the member of its name |
//! | parquet | a row | the column of its name |
//!
//! Trap: a field that is missing, or is no value of its column's type, is null (`""` in a string column), and
//! fields beyond the columns are left out; a file that is not of its format at all is an error.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::folders::Found;
use crate::functions::{convert, json_path};
use crate::json;
use crate::kql::{Absent, External, FORMATS, Mapping};
use crate::lower;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

/// A file with more text than this is too large, as in Microsoft Sentinel.
const LARGEST: u64 = 100 << 20;

/// Formats of one record a line, with what stands between fields.
const DELIMITED: &[(&str, u8)] =
    &[("csv", b','), ("tsv", b'\t'), ("psv", b'|'), ("scsv", b';'), ("sohsv", 1)];
/// The rows of a file; its name tells the format where the query does not.
pub fn read(found: &Found, file: &External<'_>) -> Result<Vec<Vec<Value>>, Absent> {
    let fail = |why: String| Absent::new(format!("{}: {why}", found.shown));
    let format = file.format.unwrap_or_else(|| by_name(&found.name));
    if format == "parquet" {
        return parquet(&found.path, file).map_err(fail);
    }
    let text = text(&found.path).map_err(fail)?;
    if let Some((_, delimiter)) = DELIMITED.iter().find(|(name, _)| *name == format) {
        return delimited(&text, *delimiter, file).map_err(fail);
    }
    let skip = usize::from(file.ignore_first_record);
    match format {
        "txt" => {
            let lines = text.lines().filter(|line| !line.is_empty()).skip(skip);
            Ok(lines.map(|line| fields(&[line], file)).collect())
        }
        "raw" => Ok(vec![fields(&[text.as_str()], file)]),
        // The first record of JSON is no header, whatever ignoreFirstRecord says.
        _ => objects(&text, file).map_err(fail),
    }
}

/// The format that the ending of a name says; csv where it says none.
fn by_name(name: &str) -> &'static str {
    let lower = name.to_ascii_lowercase();
    let plain = lower.strip_suffix(".gz").unwrap_or(&lower);
    let ending = plain.rsplit_once('.').map_or("", |(_, ending)| ending);
    FORMATS.iter().find(|format| **format == ending).copied().unwrap_or("csv")
}

/// The text of a file, unpacked if it is gzip.
fn text(path: &Path) -> Result<String, String> {
    let mut file = File::open(path).map_err(|e| e.to_string())?;
    let mut bytes = Vec::new();
    file.by_ref().take(LARGEST + 1).read_to_end(&mut bytes).map_err(|e| e.to_string())?;
    if bytes.len() as u64 > LARGEST {
        return Err(too_large());
    }
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut unpacked = Vec::new();
        let mut reader = MultiGzDecoder::new(bytes.as_slice()).take(LARGEST + 1);
        reader.read_to_end(&mut unpacked).map_err(|e| format!("the gzip stream is damaged: {e}"))?;
        if unpacked.len() as u64 > LARGEST {
            return Err(too_large());
        }
        bytes = unpacked;
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Err("zip is not unpacked; unpack it, or use gzip".to_string());
    }
    Ok(match bytes.as_slice() {
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        all => String::from_utf8_lossy(all).into_owned(),
    })
}

fn too_large() -> String {
    format!("larger than externaldata takes ({} MiB)", LARGEST >> 20)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect()
}

fn parquet(path: &Path, file: &External<'_>) -> Result<Vec<Vec<Value>>, String> {
    if std::fs::metadata(path).map_err(|e| e.to_string())?.len() > LARGEST {
        return Err(too_large());
    }
    if file.mapping.is_some_and(|m| m.iter().any(|m| !matches!(m, Mapping::Path(_)))) {
        return Err("ingestionMapping of Parquet is by paths".to_string());
    }
    let column = |at: usize, own: &str| match file.mapping.and_then(|m| m.get(at)) {
        Some(Mapping::Path(path)) => path.trim_start_matches("$.").to_string(),
        _ => own.to_string(),
    };
    let columns = file.schema.columns.iter().enumerate();
    let names: Vec<String> = columns.map(|(at, c)| column(at, &c.name)).collect();
    let rows = lower::read_parquet(path, &names).map_err(|e| e.message)?;
    let cell = |(value, c): (Value, &Column)| match value {
        Value::String(text) => typed(&text, c.ty),
        value => convert(&value, c.ty),
    };
    Ok(rows.into_iter().map(|row| row.into_iter().zip(&file.schema.columns).map(cell).collect()).collect())
}

fn delimited(text: &str, delimiter: u8, file: &External<'_>) -> Result<Vec<Vec<Value>>, String> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records().skip(usize::from(file.ignore_first_record)) {
        let record = record.map_err(|e| e.to_string())?;
        rows.push(fields(&record.iter().collect::<Vec<_>>(), file));
    }
    Ok(rows)
}

/// A row of the fields of one record.
fn fields(fields: &[&str], file: &External<'_>) -> Vec<Value> {
    let field = |at: usize, ty: Type| fields.get(at).map_or(Value::missing(ty), |text| typed(text, ty));
    let columns = file.schema.columns.iter().enumerate();
    columns
        .map(|(at, column)| match file.mapping.and_then(|m| m.get(at)) {
            None => field(at, column.ty),
            Some(Mapping::Field(number)) => field(*number, column.ty),
            Some(Mapping::Constant(value)) => convert(value, column.ty),
            Some(Mapping::Path(_) | Mapping::Nothing) => Value::missing(column.ty),
        })
        .collect()
}

/// A text as a value of a type; JSON in a dynamic column is what it stands for.
fn typed(text: &str, ty: Type) -> Value {
    match ty {
        Type::String => Value::string(text),
        Type::Dynamic if text.is_empty() => Value::Null,
        Type::Dynamic => json::parse(text).unwrap_or_else(|| Value::string(text)),
        _ => convert(&Value::string(text), ty),
    }
}

fn objects(text: &str, file: &External<'_>) -> Result<Vec<Vec<Value>>, String> {
    let mut rows = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = end_of_value(rest);
        let value = json::parse(&rest[..end]).ok_or(format!("record {} is not JSON", rows.len() + 1))?;
        match &value {
            Value::Array(items) => {
                for item in items {
                    rows.push(object(item, file).ok_or(format!("record {} is no object", rows.len() + 1))?);
                }
            }
            one => rows.push(object(one, file).ok_or(format!("record {} is no object", rows.len() + 1))?),
        }
        rest = rest[end..].trim_start();
        // Some files have commas between records.
        rest = rest.strip_prefix(',').map_or(rest, str::trim_start);
    }
    Ok(rows)
}

/// Where the JSON array or object at the start of a text ends; the end of the text when it does not.
fn end_of_value(text: &str) -> usize {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}

/// A row of the members of one object.
fn object(value: &Value, file: &External<'_>) -> Option<Vec<Value>> {
    value.as_bag()?;
    let Schema { columns } = file.schema;
    let mapped = columns.iter().enumerate().map(|(at, column)| {
        let found = match file.mapping.and_then(|m| m.get(at)) {
            None => value.member(&column.name),
            Some(Mapping::Path(path)) => {
                let steps = json_path::parse(path).unwrap_or_default();
                json_path::walk(value, &steps).cloned().unwrap_or(Value::Null)
            }
            Some(Mapping::Constant(constant)) => constant.clone(),
            Some(Mapping::Field(_) | Mapping::Nothing) => Value::Null,
        };
        if found.is_null() { Value::missing(column.ty) } else { convert(&found, column.ty) }
    });
    Some(mapped.collect())
}
