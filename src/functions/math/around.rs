//! `around(value, center, delta)`: is a value within a distance of another?
//!
//! Trap: both ends belong to the range; null among the arguments gives null.

use super::super::rows::kernel;
use super::super::{Function, Naming};
use crate::value::Value;

pub const ROWS: &[Function] = &[kernel(
    "around",
    &[
        "(value: T, center: T, delta: T) -> bool",
        "(value: datetime, center: datetime, delta: timespan) -> bool",
    ],
    "Is the value no further from the center than delta?",
    Naming::None,
    |args, _| {
        let [value, center, delta] = args else { return Value::Null };
        if let Some(((value, center), delta)) = value.as_i64().zip(center.as_i64()).zip(delta.as_i64()) {
            let distance = i128::from(value) - i128::from(center);
            return Value::Bool(distance.abs() <= i128::from(delta));
        }
        match value.as_f64().zip(center.as_f64()).zip(delta.as_f64()) {
            Some(((value, center), delta)) => Value::Bool(value >= center - delta && value <= center + delta),
            None => Value::Null,
        }
    },
)];
