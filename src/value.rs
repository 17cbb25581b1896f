//! A KQL value: the cell of a table, the literal of a query, the argument of a kernel.
//!
//! Traps: strings have no null (a missing string is `""`). `datetime` and `timespan` are 64-bit
//! counts of 100 ns ticks, a datetime's from 0001-01-01. A dynamic cell holds any of these, or an
//! `Array` or a `Bag`; a dynamic null is `Null`. A bag keeps the order of its keys.

use std::cmp::Ordering;
use std::fmt;

use crate::decimal::Decimal;
use crate::time;
use crate::types::Type;

/// One value of any type.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i32),
    Long(i64),
    Real(f64),
    Decimal(Decimal),
    String(String),
    /// Ticks of 100 ns since 0001-01-01T00:00:00Z.
    Datetime(i64),
    /// Ticks of 100 ns.
    Timespan(i64),
    Guid(u128),
    Array(Vec<Value>),
    Bag(Vec<(String, Value)>),
}

impl Value {
    pub fn string(text: impl Into<String>) -> Value {
        Value::String(text.into())
    }

    /// What a missing value of type `ty` is: `""` for strings, null for all else.
    pub fn missing(ty: Type) -> Value {
        if ty == Type::String { Value::String(String::new()) } else { Value::Null }
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Null, `""`: what `isempty()` says.
    pub fn is_empty(&self) -> bool {
        match self {
            Value::Null => true,
            Value::String(s) => s.is_empty(),
            _ => false,
        }
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(s) => Some(s),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// The integer in it, if it holds one (`int` or `long`, or ticks).
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Int(n) => Some(i64::from(*n)),
            Value::Long(n) | Value::Datetime(n) | Value::Timespan(n) => Some(*n),
            _ => None,
        }
    }

    /// The number in it as a double.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Int(n) => Some(f64::from(*n)),
            Value::Long(n) => Some(*n as f64),
            Value::Real(x) => Some(*x),
            Value::Decimal(d) => Some(d.to_f64()),
            _ => None,
        }
    }

    pub fn as_array(&self) -> Option<&[Value]> {
        match self {
            Value::Array(a) => Some(a),
            _ => None,
        }
    }

    pub fn as_bag(&self) -> Option<&[(String, Value)]> {
        match self {
            Value::Bag(b) => Some(b),
            _ => None,
        }
    }

    /// The member of a bag by exact name; null when it is no bag or has no such key.
    pub fn member(&self, key: &str) -> Value {
        self.as_bag().and_then(|b| b.iter().find(|(k, _)| k == key)).map_or(Value::Null, |(_, v)| v.clone())
    }

    /// The element of an array, counted from the end when negative; null when out of range.
    pub fn element(&self, index: i64) -> Value {
        let Some(a) = self.as_array() else { return Value::Null };
        let at = if index < 0 { index.checked_add(a.len() as i64) } else { Some(index) };
        at.and_then(|i| usize::try_from(i).ok()).and_then(|i| a.get(i)).cloned().unwrap_or(Value::Null)
    }

    /// The type of the value itself; `None` for null.
    pub fn type_of(&self) -> Option<Type> {
        Some(match self {
            Value::Null => return None,
            Value::Bool(_) => Type::Bool,
            Value::Int(_) => Type::Int,
            Value::Long(_) => Type::Long,
            Value::Real(_) => Type::Real,
            Value::Decimal(_) => Type::Decimal,
            Value::String(_) => Type::String,
            Value::Datetime(_) => Type::Datetime,
            Value::Timespan(_) => Type::Timespan,
            Value::Guid(_) => Type::Guid,
            Value::Array(_) | Value::Bag(_) => Type::Dynamic,
        })
    }

    /// A total order over all values: nulls first, then by type group, then by value; numbers of
    /// different types by magnitude, NaN below all numbers; strings by code point.
    pub fn total_cmp(&self, other: &Value) -> Ordering {
        use Value::*;
        fn rank(v: &Value) -> u8 {
            match v {
                Null => 0,
                Bool(_) => 1,
                Int(_) | Long(_) | Real(_) | Decimal(_) => 2,
                Datetime(_) => 3,
                Timespan(_) => 4,
                Guid(_) => 5,
                String(_) => 6,
                Array(_) => 7,
                Bag(_) => 8,
            }
        }
        match (self, other) {
            (Bool(a), Bool(b)) => a.cmp(b),
            (Int(a), Int(b)) => a.cmp(b),
            (Decimal(a), Decimal(b)) => a.cmp(b),
            (String(a), String(b)) => a.cmp(b),
            (Datetime(a), Datetime(b)) | (Timespan(a), Timespan(b)) => a.cmp(b),
            (Guid(a), Guid(b)) => a.cmp(b),
            (Array(a), Array(b)) => {
                let first = a.iter().zip(b).map(|(x, y)| x.total_cmp(y)).find(|o| o.is_ne());
                first.unwrap_or_else(|| a.len().cmp(&b.len()))
            }
            (Bag(a), Bag(b)) => {
                let pairs = a.iter().zip(b).map(|((k, x), (l, y))| k.cmp(l).then_with(|| x.total_cmp(y)));
                pairs.into_iter().find(|o| o.is_ne()).unwrap_or_else(|| a.len().cmp(&b.len()))
            }
            (a, b) if rank(a) == 2 && rank(b) == 2 => compare_numbers(a, b),
            (a, b) => rank(a).cmp(&rank(b)),
        }
    }

    /// The text that `tostring()` gives: a string as it is, null as `""`, an array or a bag as JSON.
    pub fn to_text(&self) -> String {
        match self {
            Value::Null => String::new(),
            Value::String(s) => s.clone(),
            Value::Bool(b) => if *b { "true" } else { "false" }.to_string(),
            Value::Int(n) => n.to_string(),
            Value::Long(n) => n.to_string(),
            Value::Real(x) => real_text(*x),
            Value::Decimal(d) => d.to_string(),
            Value::Datetime(t) => time::datetime_text(*t),
            Value::Timespan(t) => time::timespan_text(*t),
            Value::Guid(g) => guid_text(*g),
            Value::Array(_) | Value::Bag(_) => crate::json::to_text(self),
        }
    }
}

/// Compares two numeric values by magnitude; exact between integers, NaN below all.
fn compare_numbers(a: &Value, b: &Value) -> Ordering {
    if let (Some(x), Some(y)) = (a.as_i64(), b.as_i64()) {
        return x.cmp(&y);
    }
    let (x, y) = (a.as_f64().unwrap_or(f64::NAN), b.as_f64().unwrap_or(f64::NAN));
    x.partial_cmp(&y).unwrap_or_else(|| y.is_nan().cmp(&x.is_nan()))
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

/// A double as KQL prints it: the shortest digits that read back, `1.0` for whole numbers,
/// an exponent from 1e15 up and below 1e-4.
pub fn real_text(x: f64) -> String {
    if x.is_nan() {
        return "NaN".into();
    }
    if x.is_infinite() {
        return if x > 0.0 { "Infinity" } else { "-Infinity" }.into();
    }
    let magnitude = x.abs();
    if magnitude != 0.0 && !(1e-4..1e15).contains(&magnitude) {
        let text = format!("{x:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, power) = exponent.strip_prefix('-').map_or(('+', exponent), |power| ('-', power));
        return format!("{digits}E{sign}{power:0>2}");
    }
    let text = format!("{x}");
    if text.contains('.') { text } else { text + ".0" }
}

/// A guid as lower-case `8-4-4-4-12`.
pub fn guid_text(g: u128) -> String {
    let h = format!("{g:032x}");
    format!("{}-{}-{}-{}-{}", &h[..8], &h[8..12], &h[12..16], &h[16..20], &h[20..])
}

/// A guid from its text: `8-4-4-4-12` or 32 hex digits, optionally in braces.
pub fn parse_guid(text: &str) -> Option<u128> {
    let text = text.trim();
    let text = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')).unwrap_or(text);
    let dashed = text.len() == 36 && [8, 13, 18, 23].iter().all(|&i| text.as_bytes()[i] == b'-');
    let hex: String = text.chars().filter(|c| *c != '-').collect();
    let plain = text.len() == 32;
    if !(dashed || plain) || hex.len() != 32 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    u128::from_str_radix(&hex, 16).ok()
}
