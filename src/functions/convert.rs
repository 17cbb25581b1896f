//! Conversions between KQL's types (`tostring`, `tolong`, `todatetime`, …), `parse_json`, `gettype`.
//!
//! `convert` is what every conversion means, explicit or by a signature. A dynamic scalar converts as
//! the scalar inside it; what cannot be converted is null (`""` for strings).
//!
//! Trap: a dynamic value that is a string stays a string: `parse_json` takes dynamic values as they are.

use std::borrow::Cow;

use super::rows::{plain, row};
use super::{Cx, Function, Naming};
use crate::decimal::Decimal;
use crate::json;
use crate::time;
use crate::types::Type;
use crate::value::{Value, parse_guid};

const FIRST: Naming = Naming::FirstArgument;

pub const ROWS: &[Function] = &[
    row("tostring", &[], &["(value: scalar) -> string"], "The value as text.", FIRST, |a, _| {
        to(a, Type::String)
    }),
    row("toint", &[], &["(value: scalar) -> int"], "The value as an int.", FIRST, |a, _| to(a, Type::Int)),
    row("tolong", &[], &["(value: scalar) -> long"], "The value as a long.", FIRST, |a, _| to(a, Type::Long)),
    row("toreal", &["todouble"], &["(value: scalar) -> real"], "The value as a real.", FIRST, |a, _| {
        to(a, Type::Real)
    }),
    row("todecimal", &[], &["(value: scalar) -> decimal"], "The value as a decimal.", FIRST, |a, _| {
        to(a, Type::Decimal)
    }),
    row("tobool", &["toboolean"], &["(value: scalar) -> bool"], "The value as a bool.", FIRST, |a, _| {
        to(a, Type::Bool)
    }),
    row("todatetime", &[], &["(value: scalar) -> datetime"], "The value as a datetime.", FIRST, |a, _| {
        to(a, Type::Datetime)
    }),
    row(
        "totimespan",
        &["totime"],
        &["(value: scalar) -> timespan"],
        "The value as a timespan.",
        FIRST,
        |a, _| to(a, Type::Timespan),
    ),
    row("toguid", &[], &["(value: scalar) -> guid"], "The value as a guid.", FIRST, |a, _| to(a, Type::Guid)),
    row(
        "parse_json",
        &["parsejson", "todynamic", "toobject"],
        &["(json_text: scalar) -> dynamic"],
        "The value that a JSON text stands for; a text that is not JSON is a dynamic string.",
        FIRST,
        parse_json,
    ),
    row(
        "gettype",
        &[],
        &["(value: scalar) -> string"],
        "The name of the runtime type of a value.",
        Naming::Prefix("type"),
        gettype,
    ),
    plain(
        "dynamic_to_json",
        &["(value: scalar) -> string"],
        "The canonical JSON text of a value: the keys of bags sorted by name.",
        |a, _| Value::String(canonical(&a[0]).to_text()),
    ),
    plain(
        "dynamic_member",
        &["(bag: dynamic, key: string) -> dynamic"],
        "The member of a bag: `bag.key`, `bag['key']`.",
        |a, _| a[0].member(&text(&a[1])),
    ),
    plain(
        "dynamic_index",
        &["(value: dynamic, at: scalar) -> dynamic"],
        "The element of an array (from the end when negative) or the member of a bag: `value[at]`.",
        index,
    ),
];

fn to(args: &[Value], ty: Type) -> Value {
    convert(&args[0], ty)
}

/// A string is parsed; a value declared dynamic is taken as it is, even if it holds a string.
fn parse_json(args: &[Value], cx: &Cx) -> Value {
    match &args[0] {
        Value::String(s) if cx.args.first() != Some(&Type::Dynamic) => parse_dynamic(s),
        other => other.clone(),
    }
}

/// The text of a value: what `tostring` gives, borrowed where it can be.
pub fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(s) => Cow::Borrowed(s),
        Value::Null => Cow::Borrowed(""),
        other => Cow::Owned(other.to_text()),
    }
}

/// What `parse_json` makes of a text.
pub fn parse_dynamic(text: &str) -> Value {
    if text.is_empty() {
        return Value::Null;
    }
    json::parse(text).unwrap_or_else(|| Value::string(text))
}

/// The value brought to a type. To dynamic it stays as it is: text is not parsed.
pub fn convert(value: &Value, ty: Type) -> Value {
    if value.is_null() {
        return Value::missing(ty);
    }
    match ty {
        Type::String => Value::String(value.to_text()),
        Type::Dynamic => value.clone(),
        Type::Bool => to_bool(value).map_or(Value::Null, Value::Bool),
        Type::Int => to_long(value).and_then(|n| i32::try_from(n).ok()).map_or(Value::Null, Value::Int),
        Type::Long => to_long(value).map_or(Value::Null, Value::Long),
        Type::Real => to_real(value).map_or(Value::Null, Value::Real),
        Type::Decimal => to_decimal(value).map_or(Value::Null, Value::Decimal),
        Type::Datetime => to_datetime(value).map_or(Value::Null, Value::Datetime),
        Type::Timespan => to_timespan(value).map_or(Value::Null, Value::Timespan),
        Type::Guid => to_guid(value).map_or(Value::Null, Value::Guid),
    }
}

fn to_bool(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(b) => Some(*b),
        Value::String(s) => match s.trim() {
            s if s.eq_ignore_ascii_case("true") => Some(true),
            s if s.eq_ignore_ascii_case("false") => Some(false),
            s => Some(s.parse::<i64>().ok()? != 0),
        },
        Value::Int(_) | Value::Long(_) => Some(value.as_i64()? != 0),
        Value::Real(_) | Value::Decimal(_) => Some(value.as_f64()? != 0.0),
        _ => None,
    }
}

/// A real cut to its whole part, `None` outside the range of long.
pub fn truncate(x: f64) -> Option<i64> {
    (x > -9.223_372_036_854_777e18 && x < 9.223_372_036_854_775e18).then_some(x as i64)
}

fn to_long(value: &Value) -> Option<i64> {
    match value {
        Value::Bool(b) => Some(i64::from(*b)),
        Value::String(s) => parse_long(s.trim()),
        Value::Real(x) => truncate(*x),
        Value::Decimal(d) => d.to_i64(),
        other => other.as_i64(),
    }
}

/// Decimal digits with an optional sign, or `0x` and hex digits.
fn parse_long(text: &str) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |t| ("-", t));
    match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hex) if !hex.starts_with(['+', '-']) => {
            let n = u64::from_str_radix(hex, 16).ok()? as i64;
            Some(if sign.is_empty() { n } else { n.wrapping_neg() })
        }
        Some(_) => None,
        None => text.parse().ok(),
    }
}

fn to_real(value: &Value) -> Option<f64> {
    match value {
        Value::Bool(b) => Some(f64::from(u8::from(*b))),
        Value::String(s) => parse_real(s.trim()),
        Value::Datetime(t) | Value::Timespan(t) => Some(*t as f64),
        other => other.as_f64(),
    }
}

fn parse_real(text: &str) -> Option<f64> {
    if let Ok(x) = text.parse() {
        return Some(x);
    }
    parse_long(text).map(|n| n as f64)
}

fn to_decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Decimal(d) => Some(*d),
        Value::String(s) => Decimal::parse(s.trim()),
        Value::Real(x) => Decimal::from_f64(*x),
        other => to_long(other).map(Decimal::from_i64),
    }
}

fn to_datetime(value: &Value) -> Option<i64> {
    let ticks = match value {
        Value::String(s) => parse_datetime(s.trim())?,
        Value::Timespan(_) | Value::Bool(_) => return None,
        other => to_long(other)?,
    };
    time::in_range(ticks).then_some(ticks)
}

/// Text as a datetime; besides the usual forms, `yyyy/MM/dd …`.
fn parse_datetime(text: &str) -> Option<i64> {
    if text.as_bytes().get(4) == Some(&b'/') && text.as_bytes()[..4].iter().all(u8::is_ascii_digit) {
        return time::parse_datetime(&text.replacen('/', "-", 2));
    }
    time::parse_datetime(text)
}

fn to_timespan(value: &Value) -> Option<i64> {
    match value {
        Value::String(s) => time::parse_timespan(s),
        Value::Datetime(_) | Value::Bool(_) => None,
        other => to_long(other),
    }
}

/// The first 32 hex digits of a text, not counting hyphens; what follows them is ignored.
fn to_guid(value: &Value) -> Option<u128> {
    match value {
        Value::Guid(g) => Some(*g),
        Value::String(s) => parse_guid(s).or_else(|| {
            let s = s.trim_start().trim_start_matches('{');
            let hex: String = s.chars().filter(|c| *c != '-').take(32).collect();
            let valid = hex.len() == 32 && hex.bytes().all(|b| b.is_ascii_hexdigit()) && !s.starts_with('-');
            if valid { u128::from_str_radix(&hex, 16).ok() } else { None }
        }),
        _ => None,
    }
}

fn gettype(args: &[Value], _: &Cx) -> Value {
    Value::string(match &args[0] {
        Value::Null => "null",
        Value::Array(_) => "array",
        Value::Bag(_) => "dictionary",
        scalar => scalar.type_of().map_or("null", Type::name),
    })
}

fn index(args: &[Value], _: &Cx) -> Value {
    match &args[1] {
        Value::String(key) => args[0].member(key),
        at => to_long(at).map_or(Value::Null, |n| args[0].element(n)),
    }
}

/// The value with the keys of all its bags sorted by name.
pub fn canonical(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.iter().map(canonical).collect()),
        Value::Bag(members) => {
            let mut members: Vec<_> = members.iter().map(|(k, v)| (k.clone(), canonical(v))).collect();
            members.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Bag(members)
        }
        scalar => scalar.clone(),
    }
}
