//! `array_sort_asc`, `array_sort_desc`: the first array sorted, the others brought to its order.
//!
//! Elements of different types stand in groups: numbers and times, text, guids, all else; the direction
//! applies inside a group. Several arrays give an array of arrays.
//!
//! Trap: nulls are last in both directions, unless the flag says false.

use std::cmp::Ordering;

use crate::functions::Function;
use crate::functions::rows::plain;
use crate::value::Value;

const SIGNATURES: &[&str] =
    &["(arrays: array...) -> dynamic", "(arrays: array..., nulls_last: bool) -> dynamic"];

pub const ROWS: &[Function] = &[
    plain("array_sort_asc", SIGNATURES, "The array in ascending order, others along with it.", |a, _| {
        sort(a, false)
    }),
    plain("array_sort_desc", SIGNATURES, "The array in descending order, others along with it.", |a, _| {
        sort(a, true)
    }),
];

fn group(value: &Value) -> u8 {
    match value {
        Value::Int(_) | Value::Long(_) | Value::Real(_) | Value::Decimal(_) => 0,
        Value::Datetime(_) | Value::Timespan(_) => 0,
        Value::String(_) => 1,
        Value::Guid(_) => 2,
        _ => 3,
    }
}

fn sort(args: &[Value], descending: bool) -> Value {
    let (arrays, nulls_last) = match args {
        [arrays @ .., Value::Bool(last)] => (arrays, *last),
        arrays => (arrays, true),
    };
    let Some(keys) = arrays.first().and_then(Value::as_array) else { return Value::Null };
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by(|&i, &j| compare(&keys[i], &keys[j], descending, nulls_last));
    let sorted = |array: &Value| match array.as_array() {
        Some(items) if items.len() == order.len() => {
            Value::Array(order.iter().map(|&i| items[i].clone()).collect())
        }
        _ => Value::Null,
    };
    match arrays {
        [one] => sorted(one),
        several => Value::Array(several.iter().map(sorted).collect()),
    }
}

fn compare(a: &Value, b: &Value, descending: bool, nulls_last: bool) -> Ordering {
    match (a.is_null(), b.is_null()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return if nulls_last { Ordering::Greater } else { Ordering::Less },
        (false, true) => return if nulls_last { Ordering::Less } else { Ordering::Greater },
        (false, false) => {}
    }
    let inside = a.total_cmp(b);
    group(a).cmp(&group(b)).then(if descending { inside.reverse() } else { inside })
}
