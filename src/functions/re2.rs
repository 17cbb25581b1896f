//! KQL's regular expressions are RE2's; this brings a pattern to the spelling of the `regex` crate.
//!
//! Both read the same language but for two things. Inside `[…]` RE2 takes `[`, `&&`, `--` and `~~` as they
//! are, where the crate sees nested classes and set operations; and a `{` that begins no count (`{2}`, `{2,}`,
//! `{2,5}`) is that character, where the crate sees an error.
//!
//! Trap: `[[:alpha:]]` is a class in both, and the braces of `\p{Greek}` and `\x{1F600}` belong to the escape.

use std::borrow::Cow;

/// The pattern as the `regex` crate reads it.
pub fn to_crate(pattern: &str) -> Cow<'_, str> {
    if !pattern.contains(['[', '{']) {
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
                if let Some((at, escaped)) = rest.next() {
                    out.push(escaped);
                    if matches!(escaped, 'p' | 'P' | 'x') && pattern[at + 1..].starts_with('{') {
                        copy_until('}', &mut rest, &mut out);
                    }
                }
                inside += 1;
            }
            '{' if !class && !begins_count(&pattern[at + 1..]) => out.push_str("\\{"),
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
                out.push(c);
                copy_until(']', &mut rest, &mut out);
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

/// Copies up to and with `end`.
fn copy_until(end: char, rest: &mut impl Iterator<Item = (usize, char)>, out: &mut String) {
    for (_, c) in rest {
        out.push(c);
        if c == end {
            return;
        }
    }
}

/// Whether what follows a `{` is a count: `2}`, `2,}`, `2,5}`.
fn begins_count(rest: &str) -> bool {
    let Some((count, _)) = rest.split_once('}') else { return false };
    let (least, most) = count.split_once(',').unwrap_or((count, "0"));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    !least.is_empty() && digits(least) && digits(most)
}
