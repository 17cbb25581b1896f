//! `series_fill_forward(s)`, `…_backward`, `…_const`, `…_linear`: what stands in for missing values.
//!
//! Traps: missing is null, or the placeholder that is given. `series_fill_linear` between whole
//! numbers gives whole numbers, cut towards zero; a series without any value becomes the constant, 0.

use super::super::rows::kernel;
use super::super::{Function, Naming};
use crate::value::Value;

const SIGNATURE: &[&str] = &["(series: array, [missing_value_placeholder: scalar]) -> dynamic"];

pub const ROWS: &[Function] = &[
    kernel(
        "series_fill_forward",
        SIGNATURE,
        "The series with the last value before in place of each missing one.",
        Naming::FirstArgument,
        |args, _| match args[0].as_array() {
            Some(items) => Value::Array(carry(items.iter(), args.get(1))),
            None => Value::Null,
        },
    ),
    kernel(
        "series_fill_backward",
        SIGNATURE,
        "The series with the next value in place of each missing one.",
        Naming::FirstArgument,
        |args, _| match args[0].as_array() {
            Some(items) => {
                let mut filled = carry(items.iter().rev(), args.get(1));
                filled.reverse();
                Value::Array(filled)
            }
            None => Value::Null,
        },
    ),
    kernel(
        "series_fill_const",
        &["(series: array, constant_value: scalar, [missing_value_placeholder: scalar]) -> dynamic"],
        "The series with a constant in place of each missing value.",
        Naming::FirstArgument,
        |args, _| {
            let Some(items) = args[0].as_array() else { return Value::Null };
            let fill = |v: &Value| if missing(v, args.get(2)) { args[1].clone() } else { v.clone() };
            Value::Array(items.iter().map(fill).collect())
        },
    ),
    kernel(
        "series_fill_linear",
        &[
            "(series: array, [missing_value_placeholder: scalar], [fill_edges: bool], [constant_value: scalar]) \
           -> dynamic",
        ],
        "The series with missing values on the line between their neighbours.",
        Naming::FirstArgument,
        |args, _| args[0].as_array().map_or(Value::Null, |items| Value::Array(linear(items, &args[1..]))),
    ),
];

fn missing(value: &Value, placeholder: Option<&Value>) -> bool {
    match placeholder {
        None | Some(Value::Null) => value.is_null(),
        Some(placeholder) => !value.is_null() && value.total_cmp(placeholder).is_eq(),
    }
}

fn carry<'a>(items: impl Iterator<Item = &'a Value>, placeholder: Option<&Value>) -> Vec<Value> {
    let mut last: Option<&Value> = None;
    let filled = items.map(|item| {
        if missing(item, placeholder) {
            return last.unwrap_or(item).clone();
        }
        last = Some(item);
        item.clone()
    });
    filled.collect()
}

fn linear(items: &[Value], options: &[Value]) -> Vec<Value> {
    let is_missing = |i: usize| missing(&items[i], options.first());
    let edges = options.get(1).and_then(Value::as_bool).unwrap_or(true);
    let known: Vec<usize> = (0..items.len()).filter(|i| !is_missing(*i)).collect();
    if known.is_empty() {
        let constant = options.get(2).cloned().unwrap_or(Value::Real(0.0));
        return vec![constant; items.len()];
    }
    let whole = known.iter().all(|i| matches!(items[*i], Value::Int(_) | Value::Long(_)));
    let fill = |i: usize| {
        if !is_missing(i) {
            return items[i].clone();
        }
        let after = known.partition_point(|k| *k < i);
        match (after.checked_sub(1).map(|k| known[k]), known.get(after)) {
            (Some(a), Some(&b)) => between(&items[a], &items[b], (i - a) as f64 / (b - a) as f64, whole),
            (Some(edge), None) if edges => items[edge].clone(),
            (None, Some(&edge)) if edges => items[edge].clone(),
            _ => items[i].clone(),
        }
    };
    (0..items.len()).map(fill).collect()
}

fn between(a: &Value, b: &Value, part: f64, whole: bool) -> Value {
    let Some((a, b)) = a.as_f64().zip(b.as_f64()) else { return Value::Null };
    let value = a + (b - a) * part;
    if whole { Value::Long(value as i64) } else { Value::Real(value) }
}
