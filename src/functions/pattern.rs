//! The pattern of `parse`: `* "text" column: type …` as one regular expression, and its captures.
//!
//! `*` is `.*?`; a column is `(.*?)` up to the next text (with `kind=regex` the greedy `(.*)`), of a whole
//! number `(-?\d+)`, of a real before a `*` its digits, fraction and exponent; a pattern that does not begin or
//! end with `*` is tied to the beginning or the end of the text; a column at the end takes all that is left.
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

/// The regular expression of a pattern. `kind` is that of `parse`: with `regex` the texts are expressions
/// themselves, with `relaxed` the column of a whole number takes any text where there is no number.
pub fn pattern_regex(pieces: &[PatternPiece], kind: &str, flags: &str) -> String {
    let regex = kind == "regex";
    let whole = |ty: &Type| matches!(ty, Type::Int | Type::Long);
    let mut out = String::from(if regex { "" } else { "(?s)" });
    let known: String = flags.chars().filter(|f| "imsU".contains(*f)).collect();
    if !known.is_empty() {
        out.push_str(&format!("(?{known})"));
    }
    out.push_str(r"\A");
    let last = pieces.len().saturating_sub(1);
    let mut columns = 0;
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            PatternPiece::Star => out.push_str(".*?"),
            PatternPiece::Text(text) if regex => out.push_str(&format!("(?:{text})")),
            PatternPiece::Text(text) => out.push_str(&regex::escape(text)),
            PatternPiece::Column(ty) => {
                let any = if at == last || regex { ".*" } else { ".*?" };
                let what = match ty {
                    ty if whole(ty) && kind == "relaxed" => format!(r"-?\d+|{any}"),
                    ty if whole(ty) => r"-?\d+".to_string(),
                    // Before a `*` only its own form says where a number ends.
                    Type::Real | Type::Decimal if pieces.get(at + 1) == Some(&PatternPiece::Star) => {
                        format!(
                            r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?{}",
                            if kind == "relaxed" { "|" } else { "" }
                        )
                    }
                    _ => any.to_string(),
                };
                let space = if whole(ty) { r"\s*" } else { "" };
                out.push_str(&format!("{space}(?P<{GROUP}{columns}>{what})"));
                columns += 1;
            }
        }
    }
    if !matches!(pieces.last(), Some(PatternPiece::Star)) {
        out.push_str(r"\z");
    }
    out
}

/// Columns are named groups, for a pattern's own expressions may hold groups too.
const GROUP: &str = "auk_column_";

/// `parse_captures(text, regex, types, strict)`: the captures in order, null when there is no match.
fn parse_captures(args: &[Value], cx: &Cx) -> Value {
    let [Value::String(text), Value::String(pattern), Value::Array(types), Value::Bool(strict)] = args else {
        return Value::Null;
    };
    let Some(regex) = cx.regex(pattern) else { return Value::Null };
    let Some(found) = regex.captures(text) else { return Value::Null };
    let mut captured = Vec::new();
    let columns = types.iter().filter_map(|t| t.as_str().and_then(Type::from_name));
    for (at, ty) in columns.enumerate() {
        let text = found.name(&format!("{GROUP}{at}")).map_or("", |g| g.as_str());
        let text = if ty == Type::Datetime { text.trim_matches([',', ';', ' ']) } else { text };
        let text = Value::string(text);
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
