//! `parse_csv` and `parse_version`.
//!
//! Trap: `parse_csv` reads one record; a line end outside quotes ends it. `parse_version` takes up to four
//! parts of up to eight digits.

use crate::decimal::Decimal;
use crate::functions::convert::text;
use crate::functions::rows::{plain, row};
use crate::functions::{Cx, Function, Naming};
use crate::value::Value;

pub const ROWS: &[Function] = &[
    row(
        "parse_csv",
        &[],
        &["(csv_text: text) -> dynamic"],
        "The values of one record of comma-separated text.",
        Naming::FirstArgument,
        parse_csv,
    ),
    plain(
        "parse_version",
        &["(version: string) -> decimal"],
        "A version number as a decimal that orders as the version does.",
        |a, _| version(&text(&a[0])).map_or(Value::Null, Value::Decimal),
    ),
];

fn parse_csv(args: &[Value], _: &Cx) -> Value {
    let source = text(&args[0]);
    let mut values = Vec::new();
    let mut value = String::new();
    let mut quoted = false;
    let mut chars = source.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                value.push('"');
            }
            '"' if quoted || value.is_empty() => quoted = !quoted,
            ',' if !quoted => values.push(Value::String(std::mem::take(&mut value))),
            '\n' | '\r' if !quoted => break,
            c => value.push(c),
        }
    }
    values.push(Value::String(value));
    Value::Array(values)
}

/// Each of the four parts takes eight digits of the number.
fn version(text: &str) -> Option<Decimal> {
    const PARTS: usize = 4;
    let mut number: i128 = 0;
    let mut count = 0;
    for part in text.trim().split('.') {
        if part.is_empty() || part.len() > 8 || !part.bytes().all(|b| b.is_ascii_digit()) || count == PARTS {
            return None;
        }
        number = number * 100_000_000 + part.parse::<i128>().ok()?;
        count += 1;
    }
    let missing = (PARTS - count) as u32;
    Decimal::new(number * 100_000_000_i128.pow(missing), 0)
}
