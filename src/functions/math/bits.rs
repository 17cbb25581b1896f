//! `binary_and(a, b)`, `binary_shift_left(n, by)`, `bitset_count_ones(n)`, `tohex(n)`.
//!
//! Traps: a shift is taken modulo 64, and by a negative number it is null. `tohex` of an `int` has
//! eight digits when negative, of a `long` sixteen.

use super::super::rows::kernel;
use super::super::{Function, Naming};
use crate::value::Value;

const TWO: &[&str] = &["(value1: integer, value2: integer) -> long"];
const SHIFT: &[&str] = &["(value: integer, shift: integer) -> long"];
const FIRST: Naming = Naming::FirstArgument;

/// The most digits that `tohex` pads to.
const MOST_DIGITS: usize = 1024;

pub const ROWS: &[Function] = &[
    kernel("binary_and", TWO, "The bits set in both.", FIRST, |a, _| two(a, |x, y| Some(x & y))),
    kernel("binary_or", TWO, "The bits set in either.", FIRST, |a, _| two(a, |x, y| Some(x | y))),
    kernel("binary_xor", TWO, "The bits set in one of the two.", FIRST, |a, _| two(a, |x, y| Some(x ^ y))),
    kernel("binary_not", &["(value: integer) -> long"], "The bits not set.", FIRST, |a, _| {
        a[0].as_i64().map_or(Value::Null, |x| Value::Long(!x))
    }),
    kernel("binary_shift_left", SHIFT, "The bits moved up.", FIRST, |a, _| {
        two(a, |x, by| (by >= 0).then(|| x.wrapping_shl((by % 64) as u32)))
    }),
    kernel("binary_shift_right", SHIFT, "The bits moved down, keeping the sign.", FIRST, |a, _| {
        two(a, |x, by| (by >= 0).then(|| x.wrapping_shr((by % 64) as u32)))
    }),
    kernel("bitset_count_ones", &["(value: integer) -> long"], "How many bits are set.", FIRST, |a, _| {
        a[0].as_i64().map_or(Value::Null, |x| Value::Long(i64::from(x.count_ones())))
    }),
    kernel(
        "tohex",
        &["(value: integer, [min_length: integer]) -> string"],
        "The number in hexadecimal digits.",
        FIRST,
        |args, cx| {
            let width = args.get(1).and_then(Value::as_i64).unwrap_or(0);
            let width = usize::try_from(width).unwrap_or(0).min(MOST_DIGITS);
            match &args[0] {
                Value::Int(n) => Value::String(format!("{n:0width$x}")),
                Value::Long(n) => Value::String(format!("{n:0width$x}")),
                _ => Value::missing(cx.returns),
            }
        },
    ),
];

fn two(args: &[Value], f: fn(i64, i64) -> Option<i64>) -> Value {
    let numbers = args[0].as_i64().zip(args[1].as_i64());
    numbers.and_then(|(x, y)| f(x, y)).map_or(Value::Null, Value::Long)
}
