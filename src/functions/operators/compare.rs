//! `== != < <= > >=`, `in`, `between`: comparing two values of any types that KQL lets compare.
//!
//! A number and a string compare by the number's text. A dynamic value compares as the scalar in it:
//! text in it is read as the other side's type. Two nulls give null; null is unequal to anything else.
//!
//! Trap: a dynamic null compares with a string as `""`, as strings have no null.

use std::cmp::Ordering;

use crate::functions::Function;
use crate::functions::convert::{canonical, convert, text};
use crate::functions::rows::plain;
use crate::functions::text_search;
use crate::types::Type;
use crate::value::Value;

const EQUALITY: &[&str] = &[
    "(a: number, b: number) -> bool",
    "(a: string, b: string) -> bool",
    "(a: datetime, b: datetime) -> bool",
    "(a: timespan, b: timespan) -> bool",
    "(a: guid, b: guid) -> bool",
    "(a: bool, b: bool) -> bool",
    "(a: bool, b: number) -> bool",
    "(a: number, b: bool) -> bool",
    "(a: string, b: number) -> bool",
    "(a: number, b: string) -> bool",
    "(a: string, b: guid) -> bool",
    "(a: guid, b: string) -> bool",
    "(a: string, b: bool) -> bool",
    "(a: bool, b: string) -> bool",
    "(a: dynamic, b: scalar) -> bool",
    "(a: scalar, b: dynamic) -> bool",
];

const ORDER: &[&str] = &[
    "(a: number, b: number) -> bool",
    "(a: string, b: string) -> bool",
    "(a: datetime, b: datetime) -> bool",
    "(a: timespan, b: timespan) -> bool",
    "(a: dynamic, b: scalar) -> bool",
    "(a: scalar, b: dynamic) -> bool",
];

const BETWEEN: &[&str] = &[
    "(value: number, low: number, high: number) -> bool",
    "(value: datetime, low: datetime, high: datetime) -> bool",
    "(value: datetime, low: datetime, length: timespan) -> bool",
    "(value: timespan, low: timespan, high: timespan) -> bool",
];

const IN: &[&str] = &["(value: scalar, values: scalar...) -> bool"];

pub const ROWS: &[Function] = &[
    plain("==", EQUALITY, "Are the two equal?", |a, _| answer(equal(&a[0], &a[1]))),
    plain("!=", EQUALITY, "Are the two not equal?", |a, _| answer(equal(&a[0], &a[1]).map(|b| !b))),
    plain("<", ORDER, "Is the first less?", |a, _| ordered(a, Ordering::is_lt)),
    plain("<=", ORDER, "Is the first less or equal?", |a, _| ordered(a, Ordering::is_le)),
    plain(">", ORDER, "Is the first greater?", |a, _| ordered(a, Ordering::is_gt)),
    plain(">=", ORDER, "Is the first greater or equal?", |a, _| ordered(a, Ordering::is_ge)),
    plain("in", IN, "Is the value equal to one of the values?", |a, _| answer(contained(a, equal))),
    plain("!in", IN, "Is the value equal to none of the values?", |a, _| {
        answer(contained(a, equal).map(|b| !b))
    }),
    plain("in~", IN, "Is the value equal to one of the values, regardless of case?", |a, _| {
        answer(contained(a, equal_caseless))
    }),
    plain("!in~", IN, "Is the value equal to none of the values, regardless of case?", |a, _| {
        answer(contained(a, equal_caseless).map(|b| !b))
    }),
    plain("between", BETWEEN, "Is the value in the range, both ends included?", |a, _| answer(between(a))),
    plain("!between", BETWEEN, "Is the value outside the range?", |a, _| answer(between(a).map(|b| !b))),
];

fn answer(truth: Option<bool>) -> Value {
    truth.map_or(Value::Null, Value::Bool)
}

/// Are the two equal? `None` stands for null: both are null.
pub fn equal(a: &Value, b: &Value) -> Option<bool> {
    Some(match (a, b) {
        (Value::String(a), Value::String(b)) => a == b,
        (Value::Long(a), Value::Long(b)) => a == b,
        (Value::Null, Value::Null) => return None,
        (Value::String(s), other) | (other, Value::String(s)) => equal_text(s, other),
        (Value::Null, _) | (_, Value::Null) => false,
        (a, b) => compare(a, b) == Some(Ordering::Equal),
    })
}

/// Is the text equal to a value that is no string?
fn equal_text(s: &str, other: &Value) -> bool {
    match other {
        Value::Datetime(_) | Value::Timespan(_) | Value::Guid(_) | Value::Bool(_) => {
            let ty = other.type_of().unwrap_or(Type::String);
            convert(&Value::string(s), ty) == *other
        }
        other => s == text(other),
    }
}

fn equal_caseless(a: &Value, b: &Value) -> Option<bool> {
    match (a, b) {
        (Value::String(_), _) | (_, Value::String(_)) => Some(text_search::equals(&text(a), &text(b))),
        _ => equal(a, b),
    }
}

/// How two values that are not null compare; `None` when they do not.
pub fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    use Value::*;
    match (a, b) {
        (Real(x), Real(y)) => x.partial_cmp(y),
        (Real(x), _) | (_, Real(x)) if x.is_nan() => None,
        (Int(_) | Long(_) | Real(_) | Decimal(_), Int(_) | Long(_) | Real(_) | Decimal(_)) => {
            Some(a.total_cmp(b))
        }
        (String(x), String(y)) => Some(x.cmp(y)),
        (Bool(x), Bool(y)) => Some(x.cmp(y)),
        (Bool(x), Int(_) | Long(_) | Real(_) | Decimal(_)) => compare(&Long(i64::from(*x)), b),
        (Int(_) | Long(_) | Real(_) | Decimal(_), Bool(y)) => compare(a, &Long(i64::from(*y))),
        (Datetime(x), Datetime(y)) | (Timespan(x), Timespan(y)) => Some(x.cmp(y)),
        (Guid(x), Guid(y)) => Some(x.cmp(y)),
        (Array(_), Array(_)) | (Bag(_), Bag(_)) => Some(canonical(a).total_cmp(&canonical(b))),
        (String(_), other) => compare_converted(a, other),
        (other, String(_)) => compare_converted(b, other).map(Ordering::reverse),
        _ => None,
    }
}

/// Text against a value of another type: the text is read as that type.
fn compare_converted(text: &Value, other: &Value) -> Option<Ordering> {
    let ty = match other.type_of()? {
        Type::Int | Type::Long | Type::Real => Type::Real,
        Type::Dynamic => return None,
        ty => ty,
    };
    let converted = convert(text, ty);
    if converted.is_null() { None } else { compare(&converted, other) }
}

fn ordered(args: &[Value], holds: fn(Ordering) -> bool) -> Value {
    if args[0].is_null() || args[1].is_null() {
        return Value::Null;
    }
    match compare(&args[0], &args[1]) {
        Some(order) => Value::Bool(holds(order)),
        None => Value::Bool(false),
    }
}

/// `value in (values)`: the logical or of equalities; arrays among the values stand for their elements.
fn contained(args: &[Value], equal: fn(&Value, &Value) -> Option<bool>) -> Option<bool> {
    let value = &args[0];
    let mut unknown = false;
    for candidate in &args[1..] {
        let one = std::slice::from_ref(candidate);
        for element in candidate.as_array().unwrap_or(one) {
            match equal(value, element) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => unknown = true,
            }
        }
    }
    if unknown { None } else { Some(false) }
}

fn between(args: &[Value]) -> Option<bool> {
    if args.iter().any(Value::is_null) {
        return None;
    }
    let (value, low) = (&args[0], &args[1]);
    let end;
    let high = match (low, &args[2]) {
        (Value::Datetime(low), Value::Timespan(length)) => {
            end = Value::Datetime(low.saturating_add(*length));
            &end
        }
        (_, high) => high,
    };
    let above = compare(value, low).is_some_and(Ordering::is_ge);
    Some(above && compare(value, high).is_some_and(Ordering::is_le))
}

/// Are two elements of arrays the same? Null is the same as null.
pub fn same(a: &Value, b: &Value) -> bool {
    matches!((a, b), (Value::Null, Value::Null)) || a.total_cmp(b).is_eq()
}
