//! Text in lines, broken at blanks.
//!
//! Trap: a word that is longer than a line stays whole; a link must.

use std::fmt::Write;

use super::escape::visible;

/// The width of a line of text.
const WIDTH: usize = 100;

/// Goes on with `line`, and appends it and the lines that follow, which begin with `indent`.
pub fn wrap(text: &str, indent: &str, line: &mut String, out: &mut String) {
    for word in visible(text).split(' ') {
        if line.chars().count() + word.chars().count() + 1 > WIDTH && !line.trim().is_empty() {
            _ = writeln!(out, "{line}");
            *line = indent.to_string();
        }
        if !line.ends_with(indent) || (indent.is_empty() && !line.is_empty()) {
            line.push(' ');
        }
        line.push_str(word);
    }
    _ = writeln!(out, "{line}");
}

/// A paragraph, each line so far in.
pub fn wrapped(text: &str, indent: usize) -> String {
    let indent = " ".repeat(indent);
    let mut out = String::new();
    wrap(text, &indent, &mut indent.clone(), &mut out);
    out
}
