//! One cell as text: the batch protocol's JSON, and the plain text of tables and CSV.
//!
//! | type | JSON | plain |
//! |---|---|---|
//! | null | `null`, in a string column `""` | nothing |
//! | bool, int, long | literal | the same |
//! | real | shortest digits, `"NaN"`, `"Infinity"`, `"-Infinity"` | as `tostring()` |
//! | decimal, timespan, guid | string | the same |
//! | datetime | string, a fraction of seven digits or none | the same |
//! | dynamic | the value itself; scalars that JSON lacks as strings | JSON, a string bare |
//!
//! Trap: inside a dynamic value a datetime always has its seven digits. A bag may hold a key twice;
//! JSON readers differ on that, so the last one is written and the others are not.

use std::collections::HashSet;
use std::fmt::Write;

use crate::json::{write_integer, write_string};
use crate::time;
use crate::types::Type;
use crate::value::Value;

/// Up to so many members, a bag's repeated keys are looked for pair by pair.
const SMALL_BAG: usize = 24;

/// Appends the cell as the batch protocol writes it.
pub fn kusto_cell(value: &Value, ty: Type, out: &mut String) {
    match value {
        Value::Null if ty == Type::String => out.push_str("\"\""),
        Value::Datetime(ticks) if ty != Type::Dynamic => {
            out.push('"');
            datetime(*ticks, out);
            out.push('"');
        }
        value => dynamic(value, out),
    }
}

/// Appends a value as JSON, each key of a bag once.
pub fn dynamic(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Int(n) => write_integer((*n).into(), out),
        Value::Long(n) => write_integer(*n, out),
        Value::Real(x) if x.is_finite() => _ = write!(out, "{x:?}"),
        Value::String(s) => write_string(s, out),
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                dynamic(item, out);
            }
            out.push(']');
        }
        Value::Bag(members) => bag(members, out),
        scalar => write_string(&scalar.to_text(), out),
    }
}

/// Appends a bag; of members with the same key the last one.
fn bag(members: &[(String, Value)], out: &mut String) {
    let repeated = repeated_keys(members);
    out.push('{');
    let mut first = true;
    for (i, (key, item)) in members.iter().enumerate() {
        if repeated.contains(&i) {
            continue;
        }
        if !first {
            out.push(',');
        }
        first = false;
        write_string(key, out);
        out.push(':');
        dynamic(item, out);
    }
    out.push('}');
}

/// The members whose key comes again later.
fn repeated_keys(members: &[(String, Value)]) -> HashSet<usize> {
    if members.len() <= SMALL_BAG {
        let again = |i: usize| members[i + 1..].iter().any(|(key, _)| *key == members[i].0);
        return (0..members.len()).filter(|i| again(*i)).collect();
    }
    let mut seen = HashSet::with_capacity(members.len());
    (0..members.len()).rev().filter(|i| !seen.insert(members[*i].0.as_str())).collect()
}

/// Appends the plain text of a cell.
pub fn text(value: &Value, ty: Type, out: &mut String) {
    match value {
        Value::Null => {}
        Value::String(s) => out.push_str(s),
        Value::Datetime(ticks) if ty != Type::Dynamic => datetime(*ticks, out),
        Value::Int(n) => _ = write!(out, "{n}"),
        Value::Long(n) => _ = write!(out, "{n}"),
        Value::Array(_) | Value::Bag(_) => dynamic(value, out),
        scalar => out.push_str(&scalar.to_text()),
    }
}

/// Appends `YYYY-MM-DDThh:mm:ss[.fffffff]Z`.
fn datetime(ticks: i64, out: &mut String) {
    let c = time::civil(ticks);
    padded(c.year, 4, out);
    for (sign, part) in [('-', c.month), ('-', c.day), ('T', c.hour), (':', c.minute), (':', c.second)] {
        out.push(sign);
        padded(part, 2, out);
    }
    if c.fraction != 0 {
        out.push('.');
        padded(c.fraction, 7, out);
    }
    out.push('Z');
}

/// Appends a number of at most `width` digits, with leading zeros.
fn padded(number: i64, width: usize, out: &mut String) {
    let mut digits = [b'0'; 8];
    let mut rest = number.unsigned_abs();
    for slot in digits[..width.min(8)].iter_mut().rev() {
        *slot = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    out.extend(digits[..width.min(8)].iter().map(|d| char::from(*d)));
}
