//! KQL's regular expressions are RE2's; this brings a pattern to the spelling of the `regex` crate.
//!
//! Both read the same language but for character classes: inside `[…]` RE2 takes `[`, `&&`, `--` and
//! `~~` as they are, where the crate sees nested classes and set operations.
//!
//! Trap: `[[:alpha:]]` is a class in both.

use std::borrow::Cow;

/// The pattern as the `regex` crate reads it.
pub fn to_crate(pattern: &str) -> Cow<'_, str> {
    if !pattern.contains('[') {
        return Cow::Borrowed(pattern);
    }
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern.char_indices().peekable();
    let mut class = false;
    // How many characters of the class have been read, but for a leading `^`.
    let mut inside = 0;
    while let Some((at, c)) = rest.next() {
        match c {
            '\\' => {
                out.push(c);
                if let Some((_, escaped)) = rest.next() {
                    out.push(escaped);
                }
                inside += 1;
            }
            '[' if !class => {
                class = true;
                inside = 0;
                out.push(c);
                if rest.peek().is_some_and(|(_, next)| *next == '^') {
                    rest.next();
                    out.push('^');
                }
            }
            // A `]` that comes first in a class is one of its characters.
            ']' if class && inside == 0 => {
                out.push_str("\\]");
                inside += 1;
            }
            ']' if class => {
                class = false;
                out.push(c);
            }
            '[' if pattern[at..].starts_with("[:") && pattern[at..].contains(":]") => {
                for (_, named) in rest.by_ref() {
                    if named == ']' {
                        break;
                    }
                }
                let end = at + pattern[at..].find(":]").map_or(1, |n| n + 2);
                out.push_str(&pattern[at..end]);
                inside += 1;
            }
            '[' => {
                out.push_str("\\[");
                inside += 1;
            }
            '&' | '-' | '~' if class && rest.peek().is_some_and(|(_, next)| *next == c) => {
                out.push('\\');
                out.push(c);
                inside += 1;
            }
            other => {
                out.push(other);
                inside += 1;
            }
        }
    }
    Cow::Owned(out)
}
