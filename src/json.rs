//! Dynamic values as JSON text: reading any JSON, and writing the normal form.
//!
//! The normal form has no white space, only the escapes JSON requires, non-ASCII as it is, and
//! keys in their order. Numbers without a point, an exponent or an overflow are `long`, all others `real`.
//!
//! Trap: JSON nested deeper than 255 is refused (`None`), so that no text can exhaust the stack.
//! NaN and the infinities have no JSON number; they are written as strings.

use std::fmt::{self, Write};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::value::Value;

/// A JSON document as a value, `None` when the text is not one. A number too large for a double is
/// infinite, which in JSON is the text `Infinity`.
pub fn parse(text: &str) -> Option<Value> {
    if let Some(array) = integers(text) {
        return Some(array);
    }
    sonic_rs::from_str(text).ok().or_else(|| sonic_rs::from_str(&without_overflow(text)?).ok())
}

/// An array of integers, as a series is. What is no number in JSON, or may be none of `long`, is left to the parser.
fn integers(text: &str) -> Option<Value> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    if !inner.bytes().all(|b| matches!(b, b'0'..=b'9' | b'-' | b',')) {
        return None;
    }
    let mut items = Vec::with_capacity(inner.bytes().filter(|b| *b == b',').count() + 1);
    for item in inner.split(',') {
        let digits = item.strip_prefix('-').unwrap_or(item);
        let plain = digits == item || digits != "0";
        if digits.len() > 18 || digits.len() > 1 && digits.starts_with('0') || !plain {
            return None;
        }
        items.push(Value::Long(item.parse().ok()?));
    }
    Some(Value::Array(items))
}

/// The text with its infinite numbers as strings; `None` when it has none.
fn without_overflow(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let (mut out, mut from, mut at) = (String::new(), 0, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                at += 1;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
            }
            b'-' | b'0'..=b'9' => {
                let digits = bytes[at..]
                    .iter()
                    .take_while(|b| matches!(b, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'));
                let end = at + digits.count();
                let number = Some(&text[at..end]).filter(|text| is_number(text));
                if let Some(x) = number.and_then(|n| n.parse::<f64>().ok()).filter(|x| x.is_infinite()) {
                    out.push_str(&text[from..at]);
                    write_string(&crate::value::real_text(x), &mut out);
                    from = end;
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    (from > 0).then(|| out + &text[from..])
}

/// Is it a number by JSON's grammar? Rust reads more than that.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (number, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(n, e)| (n, Some(e)));
    let (whole, fraction) = number.split_once('.').map_or((number, None), |(w, f)| (w, Some(f)));
    let exponent = exponent.map(|e| e.strip_prefix(['+', '-']).unwrap_or(e));
    let whole_is_one = digits(whole) && (whole == "0" || !whole.starts_with('0'));
    whole_is_one && fraction.is_none_or(digits) && exponent.is_none_or(digits)
}

/// A dynamic value as rows hold it, with nothing in it that JSON does not know: a datetime is its text.
pub fn settled(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(settled).collect()),
        Value::Bag(members) => Value::Bag(members.into_iter().map(|(k, v)| (k, settled(v))).collect()),
        Value::Null | Value::Bool(_) | Value::Long(_) | Value::String(_) => value,
        Value::Int(n) => Value::Long(n.into()),
        other => parse(&to_text(&other)).unwrap_or(Value::Null),
    }
}

/// The normal form of a value. Scalars that JSON does not know (datetime, timespan, guid, decimal)
/// are strings.
pub fn to_text(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

/// Appends the normal form of `value` to `out`.
pub fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Int(n) => write_integer((*n).into(), out),
        Value::Long(n) => write_integer(*n, out),
        Value::Real(x) if x.is_finite() => out.push_str(&crate::value::real_text(*x)),
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Bag(members) => {
            out.push('{');
            for (i, (key, item)) in members.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_string(key, out);
                out.push(':');
                write(item, out);
            }
            out.push('}');
        }
        scalar => write_string(&scalar.to_text(), out),
    }
}

/// Appends an integer.
pub fn write_integer(n: i64, out: &mut String) {
    let (mut digits, mut at, mut left) = ([b'0'; 20], 20, n.unsigned_abs());
    while left > 0 || at == 20 {
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
    }
    if n < 0 {
        out.push('-');
    }
    digits[at..].iter().for_each(|digit| out.push(char::from(*digit)));
}

/// Appends a JSON string with only the escapes that JSON requires.
pub fn write_string(text: &str, out: &mut String) {
    out.push('"');
    let mut from = 0;
    for (at, b) in text.bytes().enumerate() {
        let escape = match b {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            8 => "\\b",
            12 => "\\f",
            0..=31 => "",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        out.push_str(escape);
        if escape.is_empty() {
            _ = write!(out, "\\u{b:04x}");
        }
        from = at + 1;
    }
    out.push_str(&text[from..]);
    out.push('"');
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, b: bool) -> Result<Value, E> {
        Ok(Value::Bool(b))
    }

    fn visit_i64<E>(self, n: i64) -> Result<Value, E> {
        Ok(Value::Long(n))
    }

    fn visit_u64<E>(self, n: u64) -> Result<Value, E> {
        Ok(i64::try_from(n).map_or(Value::Real(n as f64), Value::Long))
    }

    fn visit_f64<E>(self, x: f64) -> Result<Value, E> {
        Ok(Value::Real(x))
    }

    fn visit_str<E>(self, s: &str) -> Result<Value, E> {
        Ok(Value::string(s))
    }

    fn visit_string<E>(self, s: String) -> Result<Value, E> {
        Ok(Value::String(s))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members: Vec<(String, Value)> = Vec::new();
        while let Some((key, item)) = map.next_entry()? {
            members.push((key, item));
        }
        Ok(Value::Bag(members))
    }
}
