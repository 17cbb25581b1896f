//! `format_bytes(size, [precision], [units])`: a number of bytes as text.
//!
//! Trap: a kilobyte is 1024 bytes here; the largest unit that gives at least 1 is taken.

use super::super::rows::{kernel, special};
use super::super::{Function, Naming};
use super::round::round_real;
use crate::value::Value;

pub const ROWS: &[Function] = &[
    kernel(
        "format_bytes",
        &["(size: real, [precision: number], [units: string]) -> string"],
        "A number of bytes as text with a unit.",
        Naming::FirstArgument,
        |args, cx| {
            let unit = args.get(2).and_then(Value::as_str).unwrap_or_default();
            let known = UNITS.iter().position(|name| *name == unit);
            if known.is_none() && !unit.is_empty() {
                cx.fail(format!("format_bytes(): {unit:?} is not one of the units {}", UNITS.join(", ")));
            }
            let digits = args.get(1).map_or(Some(0.0), Value::as_f64);
            let text = args[0].as_f64().zip(digits).map(|(size, digits)| format(size, digits as i64, known));
            text.map_or_else(|| Value::missing(cx.returns), Value::String)
        },
    ),
    special(
        "estimate_data_size",
        &[],
        &["(column: scalar...) -> long"],
        "How many bytes the values of columns take up, `*` for all; for types whose size is documented.",
        Naming::None,
    ),
];

const UNITS: [&str; 7] = ["Bytes", "KB", "MB", "GB", "TB", "PB", "EB"];

fn format(size: f64, digits: i64, unit: Option<usize>) -> String {
    let fits = |power: &usize| size.abs() >= 1024_f64.powi(*power as i32);
    let unit = unit.unwrap_or_else(|| (1..UNITS.len()).rev().find(fits).unwrap_or(0));
    let number = round_real(size / 1024_f64.powi(unit as i32), digits.clamp(0, 15));
    format!("{number} {}", UNITS[unit])
}
