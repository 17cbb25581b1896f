//! The pattern of `parse`: `* "text" column: type …` as one regular expression, and its captures.
//!
//! `*` is `.*?`; a column is `(.*?)`, of a whole number `(-?\d+)`; a pattern that does not begin or end
//! with `*` is tied to the beginning or the end of the text; a column at the end takes all that is left.
//!
//! Trap: strict kinds (`simple`, `regex`) take a row only if every typed column converts; `relaxed`
//! leaves just the column that does not convert empty.

use super::{Body, Cx, Function, Naming, convert};
use crate::types::Type;
use crate::value::Value;

/// One piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatternPiece {
    Star,
    Text(String),
    Column(Type),
}

/// The regular expression of a pattern; `regex` says that the texts are expressions themselves.
pub fn pattern_regex(pieces: &[PatternPiece], regex: bool, flags: &str) -> String {
    let case = flags.contains('i');
    let multiline = flags.contains('m');
    let ungreedy = flags.contains('U');
    let mut out = String::from("(?s");
    for (on, flag) in [(case, 'i'), (multiline, 'm'), (ungreedy, 'U')] {
        if on {
            out.push(flag);
        }
    }
    out.push_str(r")\A");
    let last = pieces.len().saturating_sub(1);
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            PatternPiece::Star => out.push_str(".*?"),
            PatternPiece::Text(text) if regex => {
                out.push_str("(?:");
                out.push_str(text);
                out.push(')');
            }
            PatternPiece::Text(text) => out.push_str(&regex::escape(text)),
            PatternPiece::Column(Type::Int | Type::Long) => out.push_str(r"\s*(-?\d+)"),
            PatternPiece::Column(_) if at == last => out.push_str("(.*)"),
            PatternPiece::Column(_) => out.push_str("(.*?)"),
        }
    }
    if !matches!(pieces.last(), Some(PatternPiece::Star)) {
        out.push_str(r"\z");
    }
    out
}

/// `parse_captures(text, regex, types, strict)`: the captures in order, null when there is no match.
fn parse_captures(args: &[Value], cx: &Cx) -> Value {
    let [Value::String(text), Value::String(pattern), Value::Array(types), Value::Bool(strict)] = args else {
        return Value::Null;
    };
    let Some(regex) = cx.regex(pattern) else { return Value::Null };
    let Some(found) = regex.captures(text) else { return Value::Null };
    let mut captured = Vec::new();
    let columns = types.iter().filter_map(|t| t.as_str().and_then(Type::from_name));
    // Groups of the reader's own expressions come between; only ours are unnamed and counted first to last.
    for (ty, group) in columns.zip(found.iter().skip(1)) {
        let text = Value::string(group.map_or("", |g| g.as_str()));
        if *strict && ty != Type::String && convert(&text, ty).is_null() {
            return Value::Null;
        }
        captured.push(text);
    }
    Value::Array(captured)
}

/// Rows that queries cannot name: the binder calls them.
pub const ROWS: &[Function] = &[Function {
    name: "parse_captures",
    aliases: &[],
    signatures: &["(text: string, regex: string, types: array, strict: bool) -> dynamic"],
    doc: "The captures of a pattern of parse, in order.",
    naming: Naming::None,
    body: Body::Kernel(parse_captures),
    volatile: false,
}];
