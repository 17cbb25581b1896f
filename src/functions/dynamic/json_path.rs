//! JSONPath, as far as KQL has it: `$`, `.key`, `['key']`, `[0]`; and `extract_json`.
//!
//! Trap: there are no wildcards, filters or recursion; such a path finds nothing.

use crate::functions::convert::{convert, text};
use crate::functions::rows::row;
use crate::functions::{Cx, Function, Naming};
use crate::json;
use crate::value::Value;

pub const ROWS: &[Function] = &[row(
    "extract_json",
    &["extractjson"],
    &[
        "(jsonPath: string, jsonText: string) -> string",
        "(jsonPath: string, jsonText: string, type: type) -> type",
    ],
    "What a JSON text holds at a path.",
    Naming::None,
    extract_json,
)];

/// A step of a path.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Key(String),
    Index(i64),
}

/// The steps of a path that starts with `$`; `None` when it is not one.
pub fn parse(path: &str) -> Option<Vec<Step>> {
    let mut rest = path.trim().strip_prefix('$')?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(r) = rest.strip_prefix('.') {
            let end = r.find(['.', '[']).unwrap_or(r.len());
            if end == 0 || &r[..end] == "*" {
                return None;
            }
            steps.push(Step::Key(r[..end].to_string()));
            rest = &r[end..];
            continue;
        }
        let r = rest.strip_prefix('[')?;
        let quote = r.chars().next()?;
        if quote == '\'' || quote == '"' {
            let (key, after) = r[1..].split_once(quote)?;
            steps.push(Step::Key(key.to_string()));
            rest = after.strip_prefix(']')?;
        } else {
            let (index, after) = r.split_once(']')?;
            steps.push(Step::Index(index.trim().parse().ok()?));
            rest = after;
        }
    }
    Some(steps)
}

/// What is at the end of the path; `None` when nothing is.
pub fn walk<'a>(value: &'a Value, steps: &[Step]) -> Option<&'a Value> {
    steps.iter().try_fold(value, |at, step| match step {
        Step::Key(key) => at.as_bag()?.iter().find(|(k, _)| k == key).map(|(_, v)| v),
        Step::Index(index) => at.as_array()?.get(usize::try_from(*index).ok()?),
    })
}

fn extract_json(args: &[Value], cx: &Cx) -> Value {
    let nothing = Value::missing(cx.returns);
    let Some(document) = json::parse(&text(&args[1])) else { return nothing };
    let found = parse(&text(&args[0])).and_then(|steps| walk(&document, &steps).cloned());
    found.map_or(nothing, |value| convert(&value, cx.returns))
}
