//! Code points: `unicode_codepoints_from_string`, `unicode_codepoints_to_string`.
//!
//! Trap: a number that is no code point (surrogates too) makes the whole text empty.

use crate::functions::convert::text;
use crate::functions::operators::text::expanded;
use crate::functions::rows::row;
use crate::functions::{Function, Naming};
use crate::value::Value;

pub const ROWS: &[Function] = &[
    row(
        "unicode_codepoints_from_string",
        &["to_utf8"],
        &["(value: scalar) -> dynamic"],
        "The code points of a text as an array of numbers.",
        Naming::None,
        |a, _| Value::Array(text(&a[0]).chars().map(|c| Value::Long(i64::from(u32::from(c)))).collect()),
    ),
    row(
        "unicode_codepoints_to_string",
        &["make_string"],
        &["(values: scalar...) -> string"],
        "The text of the code points; arrays stand for their elements.",
        Naming::None,
        |a, _| {
            let point = |v: &Value| v.as_i64().and_then(|n| u32::try_from(n).ok()).and_then(char::from_u32);
            let text: Option<String> = expanded(a).map(point).collect();
            Value::String(text.unwrap_or_default())
        },
    ),
];
