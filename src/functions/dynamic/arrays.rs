//! Dynamic arrays: `pack_array`, `array_concat`, `array_slice`, `array_shift_left`, `zip`, …
//!
//! Trap: what is no array (null too) gives null; indexes from the end are negative.

use crate::functions::math;
use crate::functions::operators::compare::same;
use crate::functions::rows::{plain, row};
use crate::functions::{Cx, Function, Naming};
use crate::value::Value;

/// Bound on what `repeat` builds.
const MAX_ELEMENTS: i64 = 1 << 20;

const COUNTED: &[&str] = &["(array: array, count: long) -> dynamic"];
const SHIFTED: &[&str] = &["(array: array, count: long, [default: scalar]) -> dynamic"];

pub const ROWS: &[Function] = &[
    plain("pack_array", &["([value: scalar...]) -> dynamic"], "An array of the values.", |a, _| {
        Value::Array(a.to_vec())
    }),
    row(
        "array_length",
        &["arraylength"],
        &["(array: array) -> long"],
        "How many elements an array has.",
        Naming::None,
        |a, _| a[0].as_array().map_or(Value::Null, |items| Value::Long(items.len() as i64)),
    ),
    plain("array_concat", &["(array: array...) -> dynamic"], "The elements of all arrays.", concat),
    row(
        "array_iff",
        &["array_iif"],
        &["(condition_array: array, when_true: scalar, when_false: scalar) -> dynamic"],
        "Element by element, one of two values by a condition.",
        Naming::None,
        array_iff,
    ),
    plain(
        "array_index_of",
        &["(array: array, value: scalar, [start: long], [length: long], [occurrence: long]) -> long"],
        "The index of a value in an array, -1 when it is not there.",
        index_of,
    ),
    plain("array_reverse", &["(array: array) -> dynamic"], "The elements from last to first.", |a, _| {
        a[0].as_array().map_or(Value::Null, |items| Value::Array(items.iter().rev().cloned().collect()))
    }),
    plain("array_rotate_left", COUNTED, "The elements moved to the left, round the end.", |a, _| {
        rotate(a, 1)
    }),
    plain("array_rotate_right", COUNTED, "The elements moved to the right, round the end.", |a, _| {
        rotate(a, -1)
    }),
    plain("array_shift_left", SHIFTED, "The elements moved to the left, the default filled in.", |a, _| {
        shift(a, 1)
    }),
    plain("array_shift_right", SHIFTED, "The elements moved to the right, the default filled in.", |a, _| {
        shift(a, -1)
    }),
    plain(
        "array_slice",
        &["(array: array, start: long, end: long) -> dynamic"],
        "The elements from one index to another, both included.",
        slice,
    ),
    plain(
        "array_split",
        &["(array: array, index: long) -> dynamic", "(array: array, indices: array) -> dynamic"],
        "The array cut at one index or several: an array of arrays.",
        split,
    ),
    plain(
        "array_sum",
        &["(array: array) -> real"],
        "The sum of the elements, null when one is no number.",
        sum,
    ),
    row(
        "repeat",
        &[],
        &["(value: scalar, count: long) -> dynamic"],
        "An array that holds a value several times.",
        Naming::Prefix("repeat"),
        repeat,
    ),
    plain(
        "zip",
        &["(array: array, more: array...) -> dynamic"],
        "An array of arrays: the first elements, the second ones, …; null where an array is shorter.",
        zip,
    ),
];

fn concat(args: &[Value], _: &Cx) -> Value {
    if args.iter().all(|v| v.as_array().is_none()) {
        return Value::Null;
    }
    Value::Array(args.iter().filter_map(Value::as_array).flatten().cloned().collect())
}

/// Element `at` of an array; any other value stands for itself.
fn element_or_self(value: &Value, at: usize) -> Value {
    match value {
        Value::Array(items) => items.get(at).cloned().unwrap_or(Value::Null),
        other => other.clone(),
    }
}

fn array_iff(args: &[Value], _: &Cx) -> Value {
    let Some(conditions) = args[0].as_array() else { return Value::Null };
    let chosen = |(at, condition): (usize, &Value)| {
        let holds = match condition {
            Value::Bool(b) => *b,
            other => match other.as_f64() {
                Some(x) => x != 0.0,
                None => return Value::Null,
            },
        };
        element_or_self(&args[if holds { 1 } else { 2 }], at)
    };
    Value::Array(conditions.iter().enumerate().map(chosen).collect())
}

fn index_of(args: &[Value], _: &Cx) -> Value {
    let Some(items) = args[0].as_array() else { return Value::Null };
    let option = |at: usize, default: i64| args.get(at).map_or(Some(default), Value::as_i64);
    let (Some(start), Some(count), Some(occurrence)) = (option(2, 0), option(3, -1), option(4, 1)) else {
        return Value::Null;
    };
    if count < -1 || occurrence < 1 {
        return Value::Null;
    }
    let from = position(start, items.len()).max(0) as usize;
    let count = if count < 0 { usize::MAX } else { count as usize };
    let wanted = occurrence as usize - 1;
    let mut matches = items.iter().enumerate().skip(from).take(count).filter(|(_, v)| same(v, &args[1]));
    matches.nth(wanted).map_or(Value::Long(-1), |(at, _)| Value::Long(at as i64))
}

/// An index that counts from the end when negative; it may lie before the start.
fn position(index: i64, length: usize) -> i64 {
    if index < 0 { index.saturating_add(length as i64) } else { index }
}

fn rotate(args: &[Value], direction: i64) -> Value {
    let (Some(items), Some(count)) = (args[0].as_array(), args[1].as_i64()) else { return Value::Null };
    let mut items = items.to_vec();
    if !items.is_empty() {
        let length = items.len() as i64;
        items.rotate_left((count % length * direction).rem_euclid(length) as usize);
    }
    Value::Array(items)
}

fn shift(args: &[Value], direction: i64) -> Value {
    let (Some(items), Some(count)) = (args[0].as_array(), args[1].as_i64()) else { return Value::Null };
    let empty = match items.first() {
        Some(Value::String(_)) => Value::string(""),
        _ => Value::Null,
    };
    let default = args.get(2).unwrap_or(&empty);
    let count = count.saturating_mul(direction);
    let moved = |at: usize| {
        let from = usize::try_from((at as i64).saturating_add(count)).ok();
        from.and_then(|from| items.get(from)).unwrap_or(default).clone()
    };
    Value::Array((0..items.len()).map(moved).collect())
}

fn slice(args: &[Value], _: &Cx) -> Value {
    let (Some(items), Some(start), Some(end)) = (args[0].as_array(), args[1].as_i64(), args[2].as_i64())
    else {
        return Value::Null;
    };
    let from = position(start, items.len()).max(0);
    let to = position(end, items.len()).min(items.len() as i64 - 1);
    if from > to {
        return Value::Array(Vec::new());
    }
    Value::Array(items[from as usize..=to as usize].to_vec())
}

fn split(args: &[Value], _: &Cx) -> Value {
    let Some(items) = args[0].as_array() else { return Value::Null };
    let one = std::slice::from_ref(&args[1]);
    let mut parts = Vec::new();
    let mut from = 0;
    for index in args[1].as_array().unwrap_or(one) {
        let Some(index) = index.as_i64() else { return Value::Null };
        let to = position(index, items.len()).clamp(from as i64, items.len() as i64) as usize;
        parts.push(Value::Array(items[from..to].to_vec()));
        from = to;
    }
    parts.push(Value::Array(items[from..].to_vec()));
    Value::Array(parts)
}

fn sum(args: &[Value], _: &Cx) -> Value {
    let Some(items) = args[0].as_array() else { return Value::Null };
    let numbers: Option<Vec<f64>> = items.iter().map(Value::as_f64).collect();
    numbers.map_or(Value::Null, |numbers| Value::Real(math::sum(numbers)))
}

fn repeat(args: &[Value], cx: &Cx) -> Value {
    match args[1].as_i64() {
        Some(n) if n > MAX_ELEMENTS => {
            cx.fail(format!("repeat() builds {MAX_ELEMENTS} elements at most"));
            Value::Null
        }
        Some(n) if n >= 0 => Value::Array(vec![args[0].clone(); n as usize]),
        _ => Value::Null,
    }
}

fn zip(args: &[Value], _: &Cx) -> Value {
    let arrays: Vec<&[Value]> = args.iter().map(|a| a.as_array().unwrap_or_default()).collect();
    let length = arrays.iter().map(|a| a.len()).max().unwrap_or(0);
    let at =
        |i: usize| Value::Array(arrays.iter().map(|a| a.get(i).cloned().unwrap_or(Value::Null)).collect());
    Value::Array((0..length).map(at).collect())
}
