//! Dynamic paths (`a.b[0]`) over JSON text: walked without parsing what lies beside the path.
//!
//! A path stays a path until it is known what is wanted of it: its text, a number, the JSON. So
//! `tostring(a.b)` reads the text between the quotes and builds no value.
//!
//! Trap: a dynamic column holds normal-form JSON, but `parse_json(x)` over a string may hold anything:
//! text that is not one whole JSON document is a string, and has no members.

use std::borrow::Cow;

use polars::prelude as pl;
use polars::prelude::IntoColumn;
use serde::de::IgnoredAny;
use sonic_rs::PointerNode;

use super::kernel::{elementwise, name};
use crate::functions::convert::parse_dynamic;
use crate::json;
use crate::plan::expr::Step;
use crate::types::Type;
use crate::value::Value;

/// What the text below a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// A dynamic column: normal form.
    Dynamic,
    /// A string that is parsed.
    Text,
    /// A dynamic column whose text is parsed: `parse_json(tostring(x))`.
    TextOfDynamic,
}

/// A path down from an expression.
#[derive(Clone, Debug)]
pub struct Path {
    pub expr: pl::Expr,
    pub base: Base,
    pub steps: Vec<Step>,
}

impl Path {
    /// The value as dynamic.
    pub fn dynamic(&self) -> pl::Expr {
        self.each(Type::Dynamic, |found, normal| match found {
            "null" => None,
            found if normal => Some(Cow::Borrowed(found)),
            found => json::parse(found).map(|v| Cow::Owned(json::to_text(&v))),
        })
    }

    /// The value as text, as `tostring()` gives it.
    pub fn text(&self) -> pl::Expr {
        self.each(Type::String, |found, normal| Some(text_of(found, normal)))
    }

    fn each(&self, returns: Type, of: fn(&str, bool) -> Option<Cow<'_, str>>) -> pl::Expr {
        let (base, pointer) = (self.base, pointer(&self.steps));
        let run = move |columns: &mut [pl::Column]| {
            let series = columns[0].as_materialized_series();
            let cells = series.str()?;
            let mut out = pl::StringChunkedBuilder::new(name(columns).into(), cells.len());
            for cell in cells.iter() {
                let value = cell.and_then(|text| walk(text, base, &pointer, of));
                match value {
                    None if returns == Type::String => out.append_value(""),
                    value => out.append_option(value),
                }
            }
            Ok(out.finish().into_column())
        };
        elementwise(vec![self.expr.clone()], returns, run)
    }
}

/// The steps as sonic-rs takes them; `None` for steps from the end of an array.
pub fn walkable(steps: &[Step]) -> bool {
    steps.iter().all(|s| !matches!(s, Step::Index(i) if *i < 0))
}

fn pointer(steps: &[Step]) -> Vec<PointerNode> {
    let node = |step: &Step| match step {
        Step::Member(key) => PointerNode::Key(key.clone().into()),
        Step::Index(at) => PointerNode::Index(usize::try_from(*at).unwrap_or(usize::MAX)),
        // Stored or not at all: no element has this index.
        Step::Each => PointerNode::Index(usize::MAX),
    };
    steps.iter().map(node).collect()
}

/// What `of` makes of the JSON at the end of the path.
fn walk<'t>(
    text: &'t str,
    base: Base,
    pointer: &[PointerNode],
    of: fn(&str, bool) -> Option<Cow<'_, str>>,
) -> Option<Cow<'t, str>> {
    let owned = |text: &str, normal: bool| {
        let found = sonic_rs::get_from_str(text, pointer).ok()?;
        of(found.as_raw_str(), normal).map(Cow::into_owned)
    };
    match base {
        Base::Dynamic => of_normal(text, pointer, of),
        Base::TextOfDynamic if text.starts_with(['{', '[']) => of_normal(text, pointer, of),
        Base::TextOfDynamic => {
            let Value::String(inner) = json::parse(text)? else { return None };
            if is_document(&inner) { owned(&inner, false).map(Cow::Owned) } else { None }
        }
        Base::Text => {
            if is_document(text) {
                owned(text, false).map(Cow::Owned)
            } else {
                None
            }
        }
    }
}

fn of_normal<'t>(
    text: &'t str,
    pointer: &[PointerNode],
    of: fn(&str, bool) -> Option<Cow<'_, str>>,
) -> Option<Cow<'t, str>> {
    of(found(text, pointer)?, true)
}

/// Is the text one whole JSON container? Nothing else has members.
fn is_document(text: &str) -> bool {
    text.trim_start_matches([' ', '\t', '\r', '\n']).starts_with(['{', '['])
        && sonic_rs::from_str::<IgnoredAny>(text).is_ok()
}

/// The text of a JSON value, as `tostring()` gives it.
pub fn text_of(raw: &str, normal: bool) -> Cow<'_, str> {
    match raw.as_bytes().first() {
        Some(b'"') => {
            let inner = raw.get(1..raw.len() - 1).unwrap_or("");
            if inner.contains('\\') { Cow::Owned(parsed_text(raw)) } else { Cow::Borrowed(inner) }
        }
        Some(b'n') | None => Cow::Borrowed(""),
        _ if normal && has_plain_numbers(raw.as_bytes()) => Cow::Borrowed(raw),
        _ => Cow::Owned(parsed_text(raw)),
    }
}

/// Is every number in the JSON an integer that surely is a `long`? Others are written in more than one way: `1e3`.
fn has_plain_numbers(json: &[u8]) -> bool {
    let mut at = 0;
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => match end_of_string(json, at + 1) {
                Some(end) => at = end,
                None => return false,
            },
            b'-' | b'0'..=b'9' => {
                let digits = at + usize::from(*byte == b'-');
                let end = digits + json[digits..].iter().take_while(|b| b.is_ascii_digit()).count();
                let minus_zero = digits > at && json.get(digits) == Some(&b'0');
                if end - digits > 18 || minus_zero || matches!(json.get(end), Some(b'.' | b'e' | b'E')) {
                    return false;
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    true
}

/// So many bytes of a string are looked at one by one before it is searched.
const NEAR: usize = 16;
/// JSON nested deeper than this is none (`json::parse`).
const DEEPEST: usize = 255;

/// How many elements a JSON array in normal form has; `None` for anything else.
pub fn array_length(json: &str) -> Option<i64> {
    let json = json.as_bytes();
    let empty = *json.get(1).filter(|_| json[0] == b'[')? == b']';
    let (mut at, mut depth, mut commas) = (1, 1, 0);
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => {
                at = end_of_string(json, at + 1)?;
                continue;
            }
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth -= 1,
            b',' => commas += i64::from(depth == 1),
            _ => {}
        }
        if depth > DEEPEST {
            return None;
        }
        at += 1;
    }
    Some(if empty { 0 } else { commas + 1 })
}

/// The JSON at the end of a path through normal form: of members with the same key the first.
fn found<'t>(text: &'t str, pointer: &[PointerNode]) -> Option<&'t str> {
    let json = text.as_bytes();
    let mut at = 0;
    for node in pointer {
        at = match node {
            PointerNode::Key(key) => member(json, at, key)?,
            PointerNode::Index(index) => element(json, at, *index)?,
        };
    }
    text.get(at..end_of_value(json, at)?)
}

/// Where the value of a bag's member begins.
fn member(json: &[u8], bag: usize, key: &str) -> Option<usize> {
    let mut at = bag + 1;
    if json.get(bag) != Some(&b'{') || json.get(at) == Some(&b'}') {
        return None;
    }
    loop {
        if json.get(at) != Some(&b'"') {
            return None;
        }
        let end = end_of_string(json, at + 1)?;
        let (name, value) = (json.get(at + 1..end - 1)?, end + 1);
        let escaped = name.contains(&b'\\');
        if !escaped && name == key.as_bytes() || escaped && is_text(&json[at..end], key) {
            return Some(value);
        }
        let end = end_of_value(json, value)?;
        if json.get(end) != Some(&b',') {
            return None;
        }
        at = end + 1;
    }
}

/// Does a JSON string stand for this text?
fn is_text(string: &[u8], text: &str) -> bool {
    std::str::from_utf8(string).is_ok_and(|string| parsed_text(string) == text)
}

/// Where an element of an array begins.
fn element(json: &[u8], array: usize, index: usize) -> Option<usize> {
    let mut at = array + 1;
    if json.get(array) != Some(&b'[') || json.get(at) == Some(&b']') {
        return None;
    }
    for _ in 0..index {
        let end = end_of_value(json, at)?;
        if json.get(end) != Some(&b',') {
            return None;
        }
        at = end + 1;
    }
    Some(at)
}

/// The place after the value that begins at `at`.
fn end_of_value(json: &[u8], at: usize) -> Option<usize> {
    let (mut at, mut depth) = (at, 0_usize);
    loop {
        match json.get(at)? {
            b'"' => at = end_of_string(json, at + 1)?,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
                continue;
            }
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                at += 1;
            }
            b',' | b':' => {
                at += 1;
                continue;
            }
            _ => at += json[at..].iter().take_while(|b| !matches!(b, b',' | b'}' | b']')).count(),
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

/// The place after the quote that ends a string.
fn end_of_string(json: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let rest = json.get(at..)?;
        let near = rest.iter().take(NEAR).position(|b| matches!(b, b'"' | b'\\'));
        at += match near {
            Some(near) => near,
            None => NEAR + memchr::memchr2(b'"', b'\\', rest.get(NEAR..)?)?,
        };
        match json[at] {
            b'"' => return Some(at + 1),
            _ => at += 2,
        }
    }
}

fn parsed_text(raw: &str) -> String {
    json::parse(raw).unwrap_or(Value::Null).to_text()
}

/// What `parse_json(tostring(x))` makes of a dynamic column: only a string is something else than before.
pub fn parsed_text_of(expr: pl::Expr) -> pl::Expr {
    let run = |columns: &mut [pl::Column]| {
        let series = columns[0].as_materialized_series();
        let texts = series.str()?.iter().map(|cell| match cell {
            Some(raw) if raw.starts_with('"') => match parse_dynamic(&text_of(raw, true)) {
                Value::Null => None,
                value => Some(Cow::Owned(json::to_text(&value))),
            },
            cell => cell.map(Cow::Borrowed),
        });
        Ok(pl::StringChunked::from_iter_options(name(columns).into(), texts).into_column())
    };
    elementwise(vec![expr], Type::Dynamic, run)
}

/// What the text of a number may have beside digits: `-1E+20`, `NaN`, `Infinity`.
const OF_NUMBERS: &[u8] = b"aefinty+-.";

/// Is this text in JSON as it stands wherever it is in what `tostring()` makes of it? It is within one string then, as it
/// has nothing that JSON escapes or has between values, and something that no number has.
pub fn stands_in_json(text: &str) -> bool {
    let bytes = text.as_bytes();
    let of_number = |b: &u8| b.is_ascii_digit() || OF_NUMBERS.contains(&b.to_ascii_lowercase());
    let is_no_number = !bytes.iter().all(of_number) || bytes.iter().filter(|b| **b == b'.').count() > 1;
    // After a member's name there is a colon, too, but before that a quote.
    let in_string = |b: &u8| matches!(b, b' '..=b'~') && !br#""\,[]{}"#.contains(b);
    is_no_number && bytes.iter().all(in_string) && !text.starts_with(':')
}

/// A dynamic column as text in which something is looked for that stands in JSON as it is.
pub fn searchable(expr: pl::Expr) -> pl::Expr {
    let run = |columns: &mut [pl::Column]| {
        let series = columns[0].as_materialized_series();
        let cells = series.str()?;
        let is_text = |raw: &str| !raw.starts_with(['"', 'n']);
        if cells.iter().all(|cell| cell.is_some_and(is_text)) {
            return Ok(columns[0].clone());
        }
        let texts = cells.iter().map(|cell| match cell {
            Some(raw) if is_text(raw) => Cow::Borrowed(raw),
            cell => cell.map_or(Cow::Borrowed(""), |raw| text_of(raw, true)),
        });
        Ok(pl::StringChunked::from_iter_values(name(columns).into(), texts).into_column())
    };
    elementwise(vec![expr], Type::String, run)
}

/// A dynamic column as text, as `tostring()` gives it.
pub fn text_of_dynamic(expr: pl::Expr) -> pl::Expr {
    let run = |columns: &mut [pl::Column]| {
        let series = columns[0].as_materialized_series();
        let texts = series.str()?.iter().map(|cell| cell.map_or(Cow::Borrowed(""), |raw| text_of(raw, true)));
        Ok(pl::StringChunked::from_iter_values(name(columns).into(), texts).into_column())
    };
    elementwise(vec![expr], Type::String, run)
}

use pl::NewChunkedArray;
