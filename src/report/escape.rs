//! Control characters made visible: `\n`, `\t`, `\u001b`, `\u202e`, ….
//!
//! What counts: the C0 and C1 controls (terminal escapes start with one), line and paragraph
//! separators, the marks that turn the direction of text, invisible spaces, and tag characters.
//!
//! Trap: joiners (U+200C, U+200D) are part of real scripts and emoji and stay as they are.

use std::borrow::Cow;
use std::fmt::Write;

/// Would this character change a terminal or hide in a text?
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{00ad}' | '\u{feff}' | '\u{180e}'
        )
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}')
        || matches!(c, '\u{e0000}'..='\u{e007f}')
}

/// Appends `c`, as an escape if it is hidden.
pub fn push_visible(c: char, out: &mut String) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if is_hidden(c) => _ = write!(out, "\\u{:04x}", u32::from(c)),
        c => out.push(c),
    }
}

/// `text` with every hidden character as an escape.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    text.chars().for_each(|c| push_visible(c, &mut out));
    Cow::Owned(out)
}
