//! CSV: telling the dialect from the header, and taking a row apart.
//!
//! Syntax: RFC 4180 with `,`, `;` or tab; an optional first line `sep=;` (Excel) or `#TYPE …`
//! (PowerShell 5.1); quotes double inside quotes; newlines occur inside quotes.
//!
//! Trap: the order of columns is free, names are compared without case and outer blanks.

use std::borrow::Cow;

use super::formats::{self, CsvFormat};

/// The first row of a CSV file, and the export route it belongs to.
pub struct Header {
    pub delimiter: u8,
    pub columns: Vec<String>,
    pub format: &'static CsvFormat,
}

impl Header {
    /// The column of that name.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.eq_ignore_ascii_case(name))
    }
}

/// A header longer than this is none.
const MAX_HEADER: usize = 64 * 1024;

/// Reads the header at the front of a text: it, and how many bytes it takes. Else why it is none.
pub fn header(text: &[u8]) -> Result<(Header, usize), String> {
    let mut at = 0;
    let mut told = None;
    for _ in 0..2 {
        let line = first_line(&text[at..]);
        let lower = line[..line.len().min(8)].to_ascii_lowercase();
        if lower.starts_with(b"sep=") {
            told = line.get(4).copied();
        } else if !lower.starts_with(b"#type") {
            break;
        }
        at = (at + line.len() + 1).min(text.len());
    }
    let rest = &text[at..text.len().min(at + MAX_HEADER)];
    let mut inside = false;
    let end = rest.iter().position(|b| {
        inside ^= *b == b'"';
        *b == b'\n' && !inside
    });
    let row = &rest[..end.unwrap_or(rest.len())];
    let not_text = || "not text, or of an encoding that auk does not read".to_string();
    let row = std::str::from_utf8(row).map_err(|_| not_text())?;
    if row.contains('\0') {
        return Err(not_text());
    }
    let count = |delimiter: u8| split(row, delimiter).len();
    let delimiter = told.filter(|d| b",;\t".contains(d)).unwrap_or_else(|| {
        let best = [b',', b';', b'\t'].into_iter().rev().max_by_key(|d| count(*d));
        best.unwrap_or(b',')
    });
    let columns: Vec<String> = split(row, delimiter).iter().map(|c| c.trim().to_string()).collect();
    let Some(format) = formats::csv_format(&columns) else {
        if columns.len() < 2 {
            return Err("neither JSON nor CSV".into());
        }
        let names: Vec<&str> = columns.iter().take(6).map(String::as_str).collect();
        let names: String = names.join(", ").chars().filter(|c| !c.is_control()).take(120).collect();
        return Err(format!("a CSV file, but not of an export that auk reads (columns: {names}, …)"));
    };
    let length = at + end.map_or(rest.len(), |end| end + 1);
    Ok((Header { delimiter, columns, format }, length))
}

fn first_line(text: &[u8]) -> &[u8] {
    let end = memchr::memchr(b'\n', text).unwrap_or(text.len());
    &text[..end]
}

/// The cells of a row.
pub fn split(row: &str, delimiter: u8) -> Vec<Cow<'_, str>> {
    let mut cells = Vec::new();
    split_into(row, delimiter, &mut cells);
    cells
}

/// The cells of a row, into a reused list.
pub fn split_into<'a>(row: &'a str, delimiter: u8, cells: &mut Vec<Cow<'a, str>>) {
    cells.clear();
    let row = row.strip_suffix('\r').unwrap_or(row);
    let mut rest = row;
    loop {
        let (cell, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_cell(quoted, delimiter),
            None => {
                let end = memchr::memchr(delimiter, rest.as_bytes());
                let end = end.unwrap_or(rest.len());
                (Cow::Borrowed(&rest[..end]), &rest[end..])
            }
        };
        cells.push(cell);
        let Some(next) = after.get(1..) else { return };
        rest = next;
    }
}

/// What follows an opening quote: the cell, and the rest from the delimiter on.
fn quoted_cell(text: &str, delimiter: u8) -> (Cow<'_, str>, &str) {
    let bytes = text.as_bytes();
    let mut plain: Option<String> = None;
    let mut from = 0;
    let mut quotes = memchr::memchr_iter(b'"', bytes);
    while let Some(quote) = quotes.next() {
        if bytes.get(quote + 1) != Some(&b'"') {
            let cell = match plain {
                Some(mut plain) => {
                    plain.push_str(&text[from..quote]);
                    Cow::Owned(plain)
                }
                None => Cow::Borrowed(&text[from..quote]),
            };
            let after = &text[quote + 1..];
            let skip = memchr::memchr(delimiter, after.as_bytes()).unwrap_or(after.len());
            return (cell, &after[skip..]);
        }
        let plain = plain.get_or_insert_with(|| String::with_capacity(text.len()));
        plain.push_str(&text[from..=quote]);
        from = quote + 2;
        quotes.next();
    }
    let mut plain = plain.unwrap_or_default();
    plain.push_str(&text[from..]);
    (Cow::Owned(plain), "")
}
