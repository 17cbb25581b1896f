//! Choosing a value: `iff`, `case`, `coalesce`, `max_of`, and asking what a value is: `isnull`, `isempty`.
//!
//! Trap: strings are never null, so `isnull("")` is false and `coalesce` takes `""` for missing.

use super::convert::text;
use super::rows::{plain, row, special};
use super::{Cx, Function, Naming};
use crate::value::Value;

pub const ROWS: &[Function] = &[
    row(
        "iff",
        &["iif"],
        &["(if: bool, then: T, else: T) -> T"],
        "One of two values, by a condition; null counts as false.",
        Naming::None,
        |a, _| a[if a[0].as_bool() == Some(true) { 1 } else { 2 }].clone(),
    ),
    plain(
        "case",
        &["(predicate: bool..., then: T..., else: T) -> T"],
        "The value after the first condition that is true, else the last.",
        case,
    ),
    plain(
        "coalesce",
        &["(arg: T, more: T...) -> T"],
        "The first value that is not null (or empty text).",
        coalesce,
    ),
    plain(
        "max_of",
        &["(arg: T, [more: T...]) -> T"],
        "The greatest of the values, leaving out nulls.",
        |a, _| {
            a.iter()
                .filter(|v| !v.is_null())
                .reduce(|x, y| if y.total_cmp(x).is_gt() { y } else { x })
                .cloned()
                .unwrap_or(Value::Null)
        },
    ),
    plain(
        "min_of",
        &["(arg: T, [more: T...]) -> T"],
        "The least of the values, leaving out nulls.",
        |a, _| {
            a.iter()
                .filter(|v| !v.is_null())
                .reduce(|x, y| if y.total_cmp(x).is_lt() { y } else { x })
                .cloned()
                .unwrap_or(Value::Null)
        },
    ),
    plain("isnull", &["(value: scalar) -> bool"], "Is the value null? Text never is.", |a, _| {
        Value::Bool(a[0].is_null())
    }),
    row(
        "isnotnull",
        &["notnull"],
        &["(value: scalar) -> bool"],
        "Is the value not null? Text never is null.",
        Naming::None,
        |a, _| Value::Bool(!a[0].is_null()),
    ),
    plain("isempty", &["(value: scalar) -> bool"], "Is the value null or empty text?", |a, _| {
        Value::Bool(a[0].is_empty())
    }),
    row(
        "isnotempty",
        &["notempty"],
        &["(value: scalar) -> bool"],
        "Is the value neither null nor empty text?",
        Naming::None,
        |a, _| Value::Bool(!a[0].is_empty()),
    ),
    plain("isascii", &["(value: scalar) -> bool"], "Has the text ASCII characters only?", |a, _| {
        Value::Bool(text(&a[0]).is_ascii())
    }),
    plain("isutf8", &["(value: scalar) -> bool"], "Is the text valid UTF-8? Text here always is.", |_, _| {
        Value::Bool(true)
    }),
    plain(
        "assert",
        &["(predicate: bool, message: string) -> bool"],
        "True, or the end of the query with the message when the condition is not true.",
        assert,
    ),
    special(
        "column_ifexists",
        &["columnifexists"],
        &["(column_name: string, default: scalar) -> default"],
        "The column of that name, or the default when there is none.",
        Naming::FirstArgument,
    ),
    special(
        "ingestion_time",
        &[],
        &["() -> datetime"],
        "When the record was ingested.",
        Naming::Always("$IngestionTime"),
    ),
];

fn case(args: &[Value], _: &Cx) -> Value {
    let (pairs, rest) = args.split_at(args.len() & !1);
    let chosen = pairs.chunks_exact(2).find(|pair| pair[0].as_bool() == Some(true)).map(|pair| &pair[1]);
    chosen.or(rest.first()).cloned().unwrap_or(Value::Null)
}

fn coalesce(args: &[Value], cx: &Cx) -> Value {
    present(args).next().cloned().unwrap_or_else(|| Value::missing(cx.returns))
}

/// The values that are there: neither null nor `""`.
fn present(args: &[Value]) -> impl Iterator<Item = &Value> {
    args.iter().filter(|v| !v.is_empty())
}

fn assert(args: &[Value], cx: &Cx) -> Value {
    if args[0].as_bool() != Some(true) {
        cx.fail(text(&args[1]));
    }
    args[0].clone()
}
