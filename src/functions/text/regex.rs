//! Regular expressions in text: `extract`, `extract_all`, `trim`, `countof`, `indexof_regex`, …
//!
//! Trap: patterns are RE2-like, without look-around or back-references; one that is not valid ends the query.

use std::rc::Rc;

use regex::Regex;

use crate::functions::convert::{convert, text};
use crate::functions::rows::plain;
use crate::functions::text::build::{length, search_range};
use crate::functions::{Cx, Function};
use crate::value::Value;

pub const ROWS: &[Function] = &[
    plain(
        "extract",
        &[
            "(regex: string, captureGroup: long, source: string) -> string",
            "(regex: string, captureGroup: long, source: string, typeLiteral: type) -> typeLiteral",
        ],
        "What a capture group of the first match holds.",
        extract,
    ),
    plain(
        "extract_all",
        &[
            "(regex: string, source: string) -> dynamic",
            "(regex: string, captureGroups: array, source: string) -> dynamic",
        ],
        "What the capture groups of all matches hold: an array, of arrays when there are several groups.",
        extract_all,
    ),
    plain(
        "trim",
        &["(regex: string, source: string) -> string"],
        "The text without matches at its start and its end.",
        |a, cx| trim(a, cx, true, true),
    ),
    plain(
        "trim_start",
        &["(regex: string, source: string) -> string"],
        "The text without a match at its start.",
        |a, cx| trim(a, cx, true, false),
    ),
    plain(
        "trim_end",
        &["(regex: string, source: string) -> string"],
        "The text without a match at its end.",
        |a, cx| trim(a, cx, false, true),
    ),
    plain(
        "countof",
        &["(source: string, search: string, [kind: string]) -> long"],
        "How often a text (overlapping ones too) or a regular expression occurs.",
        countof,
    ),
    plain(
        "indexof_regex",
        &["(source: scalar, match: scalar, [start: long], [length: long], [occurrence: long]) -> long"],
        "The position of a match, -1 when there is none.",
        indexof_regex,
    ),
    plain(
        "regex_quote",
        &["(text: scalar) -> string"],
        "The text with all characters escaped that mean something in a regular expression.",
        |a, _| Value::String(regex::escape(&text(&a[0]))),
    ),
];

fn extract(args: &[Value], cx: &Cx) -> Value {
    let nothing = Value::missing(cx.returns);
    let (Some(regex), Some(group)) = (cx.regex(&text(&args[0])), args[1].as_i64()) else { return nothing };
    let source = text(&args[2]);
    let Ok(group) = usize::try_from(group) else { return nothing };
    let found = regex.captures(&source).and_then(|c| c.get(group));
    found.map_or(nothing, |m| convert(&Value::string(m.as_str()), cx.returns))
}

fn extract_all(args: &[Value], cx: &Cx) -> Value {
    let Some(regex) = cx.regex(&text(&args[0])) else { return Value::Null };
    let groups: Vec<usize> = match args {
        [_, groups, _] => {
            groups.as_array().unwrap_or_default().iter().filter_map(|g| group(&regex, g)).collect()
        }
        _ => (1..regex.captures_len()).collect(),
    };
    if groups.is_empty() {
        cx.fail("extract_all() needs a regular expression with at least one of the capture groups");
        return Value::Null;
    }
    let source = text(&args[args.len() - 1]);
    let mut matches = Vec::new();
    for captures in regex.captures_iter(&source) {
        let held = |g: &usize| Value::string(captures.get(*g).map_or("", |m| m.as_str()));
        matches.push(match groups.as_slice() {
            [one] => held(one),
            several => Value::Array(several.iter().map(held).collect()),
        });
    }
    if matches.is_empty() { Value::Null } else { Value::Array(matches) }
}

/// A capture group by its number or its name.
fn group(regex: &Regex, group: &Value) -> Option<usize> {
    match group {
        Value::String(name) => regex.capture_names().position(|n| n == Some(name)),
        Value::Int(_) | Value::Long(_) => {
            group.as_i64().and_then(|n| usize::try_from(n).ok()).filter(|n| *n < regex.captures_len())
        }
        _ => None,
    }
}

fn trim(args: &[Value], cx: &Cx, start: bool, end: bool) -> Value {
    let (pattern, source) = (text(&args[0]), text(&args[1]));
    let mut rest: &str = &source;
    if start && let Some(found) = anchored(cx, "\\A(?:", &pattern, ")").and_then(|r| r.find(rest)) {
        rest = &rest[found.end()..];
    }
    if end && let Some(found) = anchored(cx, "(?:", &pattern, ")\\z").and_then(|r| r.find(rest)) {
        rest = &rest[..found.start()];
    }
    Value::string(rest)
}

fn anchored(cx: &Cx, before: &str, pattern: &str, after: &str) -> Option<Rc<Regex>> {
    cx.regex(&format!("{before}{pattern}{after}"))
}

fn countof(args: &[Value], cx: &Cx) -> Value {
    let (source, search) = (text(&args[0]), text(&args[1]));
    match args.get(2).map(text).as_deref() {
        Some("regex") => {
            let regex = cx.regex(&search);
            regex.map_or(Value::Null, |regex| Value::Long(regex.find_iter(&source).count() as i64))
        }
        None | Some("" | "normal") if search.is_empty() => Value::Long(0),
        None | Some("" | "normal") => {
            let (source, search) = (source.as_bytes(), search.as_bytes());
            let (mut count, mut from) = (0, 0);
            while let Some(at) = memchr::memmem::find(&source[from..], search) {
                (count, from) = (count + 1, from + at + 1);
            }
            Value::Long(count)
        }
        Some(kind) => {
            cx.fail(format!("countof() takes the kinds 'normal' and 'regex', not '{kind}'"));
            Value::Null
        }
    }
}

fn indexof_regex(args: &[Value], cx: &Cx) -> Value {
    let (source, Some(regex)) = (text(&args[0]), cx.regex(&text(&args[1]))) else { return Value::Null };
    if args.get(2).and_then(Value::as_i64).is_some_and(|start| start < 0) {
        return Value::Null;
    }
    let Some((from, to, occurrence)) = search_range(&source, &args[2..]) else { return Value::Null };
    let found = regex.find_iter(&source[from..]).map(|m| from + m.start()).nth(occurrence - 1);
    Value::Long(found.filter(|at| *at < to).map_or(-1, |at| length(&source[..at])))
}
