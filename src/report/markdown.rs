//! A table as a Markdown pipe table, numbers aligned to the right.
//!
//! Trap: cells are data, not Markdown: whatever would start markup, HTML, a link or a new cell is
//! escaped, control characters are shown as escapes.

use std::io::{self, Write};

use super::cell;
use super::escape::push_visible;
use crate::table::Table;

pub fn write(table: &Table, out: &mut dyn Write) -> io::Result<()> {
    let mut text = String::from("|");
    for name in table.schema.names() {
        push_cell(name, &mut text);
    }
    text.push_str("\n|");
    for column in &table.schema.columns {
        text.push_str(if column.ty.is_number() { "---:|" } else { "---|" });
    }
    text.push('\n');
    let mut plain = String::new();
    for row in &table.rows {
        text.push('|');
        for (value, column) in row.iter().zip(&table.schema.columns) {
            plain.clear();
            cell::text(value, column.ty, &mut plain);
            push_cell(&plain, &mut text);
        }
        text.push('\n');
        out.write_all(text.as_bytes())?;
        text.clear();
    }
    out.write_all(text.as_bytes())
}

/// Appends ` text |`, escaped.
fn push_cell(text: &str, out: &mut String) {
    out.push(' ');
    push_text(text, out);
    out.push_str(" |");
}

/// Appends text, escaped.
pub fn push_text(text: &str, out: &mut String) {
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let inside_word = before.is_alphanumeric() && rest.peek().is_some_and(|n| n.is_alphanumeric());
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '_' if inside_word => out.push('_'),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            // `https://` and `www.` would become links.
            '/' if before == ':' => out.push_str("\\/"),
            '.' if before == 'w' || before == 'W' => out.push_str("\\."),
            c => push_visible(c, out),
        }
        before = c;
    }
}
