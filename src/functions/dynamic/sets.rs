//! Arrays as sets: `set_union`, `set_intersect`, `set_difference`, `set_has_element`, `jaccard_index`.
//!
//! Elements keep the order in which they are first met; `1` and `1.0` are the same element, `"1"` is another.
//!
//! Trap: what is no array makes the result null.

use std::collections::HashSet;

use crate::functions::convert::canonical;
use crate::functions::operators::compare::same;
use crate::functions::rows::plain;
use crate::functions::{Cx, Function};
use crate::json;
use crate::value::Value;

const SETS: &[&str] = &["(set: array, more: array...) -> dynamic"];
const TWO: &str = "(set1: array, set2: array) -> dynamic";

pub const ROWS: &[Function] = &[
    plain("set_union", SETS, "The elements that are in any of the arrays.", union),
    plain("set_intersect", SETS, "The elements that are in all of the arrays.", |a, _| filtered(a, true)),
    plain("set_difference", SETS, "The elements of the first array that are in no other.", |a, _| {
        filtered(a, false)
    }),
    plain(
        "set_has_element",
        &["(set: array, value: scalar) -> bool"],
        "Is the value an element of the array?",
        |a, _| a[0].as_array().map_or(Value::Null, |items| Value::Bool(items.iter().any(|v| same(v, &a[1])))),
    ),
    plain(
        "set_equals",
        &["(set1: array, set2: array) -> bool"],
        "Have both arrays the same elements?",
        |a, _| match (keys(&a[0]), keys(&a[1])) {
            (Some(x), Some(y)) => Value::Bool(x == y),
            _ => Value::Null,
        },
    ),
    plain(
        "jaccard_index",
        &[TWO],
        "The share of the elements of two arrays that are in both.",
        |a, _| match (keys(&a[0]), keys(&a[1])) {
            (Some(x), Some(y)) => Value::Real(x.intersection(&y).count() as f64 / x.union(&y).count() as f64),
            _ => Value::Null,
        },
    ),
];

/// What makes an element the same as another, as text.
pub fn key(value: &Value) -> String {
    match value {
        Value::Real(x) if x.fract() == 0.0 && x.abs() < 9e15 => (*x as i64).to_string(),
        scalar @ (Value::Datetime(_) | Value::Timespan(_) | Value::Guid(_)) => scalar.to_text(),
        other => json::to_text(&canonical(other)),
    }
}

fn keys(value: &Value) -> Option<HashSet<String>> {
    value.as_array().map(|items| items.iter().map(key).collect())
}

fn union(args: &[Value], _: &Cx) -> Value {
    let Some(arrays) = args.iter().map(Value::as_array).collect::<Option<Vec<_>>>() else {
        return Value::Null;
    };
    let mut seen = HashSet::new();
    Value::Array(arrays.into_iter().flatten().filter(|v| seen.insert(key(v))).cloned().collect())
}

/// The distinct elements of the first array that are in all others, or in none.
fn filtered(args: &[Value], in_others: bool) -> Value {
    let Some(first) = args[0].as_array() else { return Value::Null };
    let Some(others) = args[1..].iter().map(keys).collect::<Option<Vec<_>>>() else { return Value::Null };
    let mut seen = HashSet::new();
    let stays = |v: &&Value| {
        let key = key(v);
        others.iter().all(|other| other.contains(&key) == in_others) && seen.insert(key)
    };
    Value::Array(first.iter().filter(stays).cloned().collect())
}
