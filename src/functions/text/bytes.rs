//! Sizes in bytes: `format_bytes`, `estimate_data_size`.
//!
//! Trap: Kusto's estimate for dynamic values counts its own binary form, which is not published; ours is
//! the length of their JSON, so it is near, not equal.

use crate::functions::convert::text;
use crate::functions::rows::{plain, row};
use crate::functions::{Cx, Function, Naming};
use crate::value::Value;

/// The units, each 1,024 times the one before.
const UNITS: [&str; 7] = ["Bytes", "KB", "MB", "GB", "TB", "PB", "EB"];

pub const ROWS: &[Function] = &[
    row(
        "format_bytes",
        &[],
        &["(size: number, [precision: long], [units: string]) -> string"],
        "A number of bytes as text with its unit.",
        Naming::FirstArgument,
        format_bytes,
    ),
    plain(
        "estimate_data_size",
        &["(column: scalar...) -> long"],
        "About how many bytes the values take.",
        |a, _| Value::Long(a.iter().map(size).sum()),
    ),
];

fn format_bytes(args: &[Value], cx: &Cx) -> Value {
    let Some(size) = args[0].as_f64() else { return Value::string("") };
    let precision = args.get(1).and_then(Value::as_i64).unwrap_or(0).clamp(0, 15) as usize;
    let wanted = args.get(2).map(text).unwrap_or_default();
    let fitting = (1..UNITS.len()).take_while(|power| size.abs() >= 1024_f64.powi(*power as i32)).count();
    let power = if wanted.is_empty() {
        Some(fitting)
    } else {
        UNITS.iter().position(|unit| unit.eq_ignore_ascii_case(&wanted))
    };
    let Some(power) = power else {
        cx.fail(format!("format_bytes() knows the units {}, not '{wanted}'", UNITS.join(", ")));
        return Value::string("");
    };
    // Rounded first, so that the digits shown are no longer than they need to be.
    let scaled = size / 1024_f64.powi(power as i32);
    let mut digits = format!("{scaled:.precision$}");
    if digits.contains('.') {
        digits.truncate(digits.trim_end_matches('0').trim_end_matches('.').len());
    }
    Value::String(format!("{digits} {}", UNITS[power]))
}

fn size(value: &Value) -> i64 {
    match value {
        Value::Null | Value::Bool(_) => 1,
        Value::Int(_) => 4,
        Value::Long(_) | Value::Real(_) | Value::Datetime(_) | Value::Timespan(_) => 8,
        Value::Guid(_) | Value::Decimal(_) => 16,
        Value::String(s) => s.len() as i64,
        Value::Array(_) | Value::Bag(_) => value.to_text().len() as i64,
    }
}
