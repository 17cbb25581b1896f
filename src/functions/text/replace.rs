//! Replacing in text: `replace_string`, `replace_strings`, `replace_regex`.
//!
//! Trap: in a rewrite pattern `\1` is the first capture group and `\0` the whole match; `$1` means nothing.

use crate::functions::convert::text;
use crate::functions::rows::{plain, row};
use crate::functions::{Cx, Function, Naming};
use crate::value::Value;

pub const ROWS: &[Function] = &[
    plain(
        "replace_string",
        &["(text: string, lookup: string, rewrite: string) -> string"],
        "The text with all occurrences of one text replaced by another.",
        replace_string,
    ),
    plain(
        "replace_strings",
        &["(text: string, lookups: array, rewrites: array) -> string"],
        "The text with all occurrences of several texts replaced; earlier lookups come first.",
        replace_strings,
    ),
    row(
        "replace_regex",
        &["replace"],
        &["(source: string, lookup_regex: string, rewrite_pattern: string) -> string"],
        "The text with all matches of a regular expression replaced.",
        Naming::None,
        replace_regex,
    ),
];

fn replaced(source: &str, lookup: &str, rewrite: &str) -> String {
    if lookup.is_empty() { source.to_string() } else { source.replace(lookup, rewrite) }
}

fn replace_string(args: &[Value], _: &Cx) -> Value {
    Value::String(replaced(&text(&args[0]), &text(&args[1]), &text(&args[2])))
}

fn replace_strings(args: &[Value], cx: &Cx) -> Value {
    let (Some(lookups), Some(rewrites)) = (args[1].as_array(), args[2].as_array()) else {
        return Value::String(text(&args[0]).into_owned());
    };
    if lookups.len() != rewrites.len() {
        cx.fail("replace_strings() needs as many rewrites as lookups");
    }
    let source = text(&args[0]);
    let mut pieces = vec![Piece::Text(source.into_owned())];
    for (lookup, rewrite) in lookups.iter().zip(rewrites) {
        let lookup = text(lookup);
        // A rewrite that is no text leaves what it was to replace.
        let rewrite = rewrite.as_str().unwrap_or(&lookup);
        if !lookup.is_empty() {
            pieces = pieces.into_iter().flat_map(|piece| piece.replaced(&lookup, rewrite)).collect();
        }
    }
    Value::String(pieces.into_iter().map(|(Piece::Text(s) | Piece::Done(s))| s).collect())
}

/// A part of a text while several lookups are replaced in it: what was put in is not looked at again.
enum Piece {
    Text(String),
    Done(String),
}

impl Piece {
    fn replaced(self, lookup: &str, rewrite: &str) -> Vec<Piece> {
        let Piece::Text(source) = self else { return vec![self] };
        let mut pieces = Vec::new();
        for (i, part) in source.split(lookup).enumerate() {
            if i > 0 {
                pieces.push(Piece::Done(rewrite.to_string()));
            }
            pieces.push(Piece::Text(part.to_string()));
        }
        pieces
    }
}

fn replace_regex(args: &[Value], cx: &Cx) -> Value {
    let source = text(&args[0]);
    let Some(regex) = cx.regex(&text(&args[1])) else { return Value::string("") };
    let rewrite = text(&args[2]);
    if !rewrite.contains('\\') {
        return Value::String(regex.replace_all(&source, regex::NoExpand(&rewrite)).into_owned());
    }
    let expand = |captures: &regex::Captures<'_>| expanded(&rewrite, captures);
    Value::String(regex.replace_all(&source, expand).into_owned())
}

/// The rewrite pattern with its `\0` … `\9` filled in.
fn expanded(rewrite: &str, captures: &regex::Captures<'_>) -> String {
    let mut out = String::new();
    let mut chars = rewrite.chars();
    while let Some(c) = chars.next() {
        match (c, chars.clone().next()) {
            ('\\', Some(next)) => {
                chars.next();
                match next.to_digit(10) {
                    Some(group) => out.push_str(captures.get(group as usize).map_or("", |m| m.as_str())),
                    None => out.push(next),
                }
            }
            (c, _) => out.push(c),
        }
    }
    out
}
