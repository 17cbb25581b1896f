//! Building and cutting text: `strcat`, `substring`, `split`, `indexof`, `toupper`, …
//!
//! Positions and lengths count Unicode code points.
//!
//! Trap: text that an expression builds is bounded (`MAX_TEXT`), so that nested `strrep` cannot exhaust memory.

use crate::functions::convert::text;
use crate::functions::rows::{plain, row};
use crate::functions::{Cx, Function, Naming};
use crate::value::Value;

/// The longest text that a function builds.
const MAX_TEXT: usize = 64 << 20;
const MAX_REPEATS: i64 = 1024;

const FIRST: Naming = Naming::FirstArgument;

pub const ROWS: &[Function] = &[
    plain(
        "strcat",
        &["(arg: scalar...) -> string"],
        "The texts of the arguments, one after the other.",
        strcat,
    ),
    plain(
        "strcat_delim",
        &["(delimiter: scalar, arg: scalar...) -> string"],
        "The texts of the arguments with the delimiter between them.",
        |a, cx| join(a[1..].iter(), &text(&a[0]), cx),
    ),
    row(
        "strcat_array",
        &["array_strcat"],
        &["(array: array, delimiter: scalar) -> string"],
        "The texts of an array's elements with the delimiter between them.",
        Naming::None,
        |a, cx| join(a[0].as_array().unwrap_or_default().iter(), &text(&a[1]), cx),
    ),
    row(
        "strlen",
        &[],
        &["(text: text) -> long"],
        "How many characters a text has.",
        Naming::Prefix("strlen"),
        |a, _| Value::Long(length(&text(&a[0]))),
    ),
    row(
        "string_size",
        &[],
        &["(text: text) -> long"],
        "How many bytes a text has in UTF-8.",
        Naming::Prefix("string_size"),
        |a, _| Value::Long(text(&a[0]).len() as i64),
    ),
    plain(
        "substring",
        &["(source: scalar, start: long, [length: long]) -> string"],
        "The part of a text from a position on (from the end when negative).",
        substring,
    ),
    row(
        "split",
        &[],
        &["(source: scalar, delimiter: string, [index: long]) -> dynamic"],
        "The parts of a text between delimiters, or an array of the one asked for.",
        FIRST,
        split,
    ),
    plain("toupper", &["(text: scalar) -> string"], "The text in upper case.", |a, _| {
        Value::String(text(&a[0]).to_uppercase())
    }),
    plain("tolower", &["(text: scalar) -> string"], "The text in lower case.", |a, _| {
        Value::String(text(&a[0]).to_lowercase())
    }),
    plain(
        "reverse",
        &["(text: scalar) -> string"],
        "The characters of the text from last to first.",
        |a, _| Value::String(text(&a[0]).chars().rev().collect()),
    ),
    plain(
        "strrep",
        &["(value: scalar, multiplier: long, [delimiter: scalar]) -> string"],
        "The text repeated, with a delimiter between (1,024 times at most).",
        strrep,
    ),
    plain("strcmp", &["(a: scalar, b: scalar) -> long"], "-1, 0 or 1: how two texts are ordered.", |a, _| {
        Value::Long(text(&a[0]).cmp(&text(&a[1])) as i64)
    }),
    plain(
        "indexof",
        &["(source: scalar, match: scalar, [start: long], [length: long], [occurrence: long]) -> long"],
        "The position of a text in another, -1 when it is not there.",
        indexof,
    ),
    plain(
        "translate",
        &["(search: string, replacement: string, source: string) -> string"],
        "The text with each character of one list replaced by the one at its place in another.",
        translate,
    ),
];

/// The number of characters.
pub fn length(text: &str) -> i64 {
    if text.is_ascii() { text.len() as i64 } else { text.chars().count() as i64 }
}

/// The byte offset of character `at`, the end of the text when it has fewer.
pub fn offset(text: &str, at: i64) -> usize {
    let Ok(at) = usize::try_from(at) else { return 0 };
    if text.is_ascii() {
        return at.min(text.len());
    }
    text.char_indices().nth(at).map_or(text.len(), |(i, _)| i)
}

/// The text, or a failure of the query when it is too long.
fn bounded(text: String, cx: &Cx) -> Value {
    if text.len() > MAX_TEXT {
        cx.fail(format!("a text longer than {MAX_TEXT} bytes was built"));
        return Value::string("");
    }
    Value::String(text)
}

fn strcat(args: &[Value], cx: &Cx) -> Value {
    join(args.iter(), "", cx)
}

fn join<'a>(values: impl Iterator<Item = &'a Value>, delimiter: &str, cx: &Cx) -> Value {
    let mut out = String::new();
    for (i, value) in values.enumerate() {
        if i > 0 {
            out.push_str(delimiter);
        }
        out.push_str(&text(value));
        if out.len() > MAX_TEXT {
            break;
        }
    }
    bounded(out, cx)
}

fn substring(args: &[Value], _: &Cx) -> Value {
    let source = text(&args[0]);
    let Some(start) = args[1].as_i64() else { return Value::string("") };
    let start = if start < 0 { (length(&source).saturating_add(start)).max(0) } else { start };
    let rest = &source[offset(&source, start)..];
    let taken = match args.get(2).and_then(Value::as_i64) {
        Some(n) if n < 0 => "",
        Some(n) => &rest[..offset(rest, n)],
        None => rest,
    };
    Value::string(taken)
}

fn split(args: &[Value], _: &Cx) -> Value {
    let (source, delimiter) = (text(&args[0]), text(&args[1]));
    let part = |s: &str| Value::string(s);
    let parts: Vec<Value> = if delimiter.is_empty() {
        vec![part(&source)]
    } else {
        source.split(&*delimiter).map(part).collect()
    };
    let Some(index) = args.get(2) else { return Value::Array(parts) };
    let index = index.as_i64().and_then(|i| usize::try_from(i).ok());
    let wanted = index.and_then(|i| parts.into_iter().nth(i));
    wanted.map_or(Value::Null, |part| Value::Array(vec![part]))
}

fn strrep(args: &[Value], cx: &Cx) -> Value {
    let (value, delimiter) = (text(&args[0]), args.get(2).map(text).unwrap_or_default());
    let times = args[1].as_i64().unwrap_or(0).clamp(0, MAX_REPEATS) as usize;
    if (value.len() + delimiter.len()).saturating_mul(times) > MAX_TEXT {
        cx.fail(format!("strrep() would build a text longer than {MAX_TEXT} bytes"));
        return Value::string("");
    }
    bounded(vec![&*value; times].join(&delimiter), cx)
}

/// Where a search starts (a byte), the byte that a match must start before, and which match is wanted:
/// what `indexof` and `indexof_regex` have in common. `None` when the arguments mean nothing.
pub fn search_range(source: &str, options: &[Value]) -> Option<(usize, usize, usize)> {
    let option = |at: usize, default: i64| options.get(at).map_or(Some(default), Value::as_i64);
    let (start, count, occurrence) = (option(0, 0)?, option(1, -1)?, option(2, 1)?);
    if count < -1 || occurrence < 1 {
        return None;
    }
    let start = if start < 0 { length(source).saturating_add(start).max(0) } else { start };
    let from = offset(source, start);
    let to = if count < 0 { source.len() + 1 } else { from + offset(&source[from..], count) };
    Some((from, to, occurrence as usize))
}

fn indexof(args: &[Value], _: &Cx) -> Value {
    let (source, wanted) = (text(&args[0]), text(&args[1]));
    let Some((from, to, occurrence)) = search_range(&source, &args[2..]) else { return Value::Null };
    let mut at = from;
    for nth in 1.. {
        let Some(found) = source.get(at..).and_then(|rest| rest.find(&*wanted)).map(|i| at + i) else {
            break;
        };
        if found >= to {
            break;
        }
        if nth == occurrence {
            return Value::Long(length(&source[..found]));
        }
        at = found + source[found..].chars().next().map_or(1, char::len_utf8);
    }
    Value::Long(-1)
}

fn translate(args: &[Value], _: &Cx) -> Value {
    let search: Vec<char> = text(&args[0]).chars().collect();
    let replacement: Vec<char> = text(&args[1]).chars().collect();
    let replaced = |c: char| match search.iter().position(|s| *s == c) {
        None => Some(c),
        Some(at) => replacement.get(at).or(replacement.last()).copied(),
    };
    Value::String(text(&args[2]).chars().filter_map(replaced).collect())
}
