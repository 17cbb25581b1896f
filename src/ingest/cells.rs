//! CSV: telling the dialect from the header, and taking a row apart.
//!
//! Syntax: RFC 4180 with `,`, `;` or tab; an optional first line `sep=;` (Excel) or `#TYPE …`
//! (PowerShell 5.1); quotes double inside quotes; newlines occur inside quotes.
//!
//! Trap: the order of columns is free, names are compared without case and outer blanks.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use super::ansi;
use super::blocks::mask16;
use super::dates::Order;
use super::formats::portal_steps::Steps;
use super::formats::unified_audit::Around;
use super::formats::{self, CsvFormat, custom, portal_shapes, workspace};
use super::powershell;
use super::tabular::{self, Mapped};

/// The first row of a CSV file, and the export route it belongs to.
pub struct Header {
    pub delimiter: u8,
    pub columns: Vec<String>,
    pub format: &'static CsvFormat,
    /// The columns that the format's dictionary knows.
    pub mapped: Vec<Mapped>,
    pub dates: Order,
    /// The table of the catalogue that its columns are of.
    pub table: Option<usize>,
    /// The file's name.
    pub name: String,
    /// Steps of sign-ins to join.
    pub steps: Option<Arc<Steps>>,
    /// What surrounds a record of the unified audit log.
    pub around: OnceLock<Around>,
}

impl Header {
    /// The members of records that the columns are, where a dictionary says so.
    pub fn members(&self) -> Option<Vec<String>> {
        if self.format.route == "E1" {
            return Some(workspace::names(self).into_iter().map(String::from).collect());
        }
        if self.format.route == "B3" {
            let top = |name: &String| powershell::path(name, true).split('.').next().map(String::from);
            return Some(self.columns.iter().filter_map(top).collect());
        }
        let first = |path: &str| path.split(['.', '[']).next().unwrap_or_default().to_string();
        (!self.format.fields.is_empty()).then(|| self.mapped.iter().map(|m| first(&m.path)).collect())
    }

    /// The column of that name.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.eq_ignore_ascii_case(name))
    }
}

/// A header longer than this is none.
const MAX_HEADER: usize = 64 * 1024;

/// Reads the header at the front of a text: it, and how many bytes it takes. Else why it is none. `any`
/// takes one that is of no known export.
pub fn header(text: &[u8], any: bool) -> Result<(Header, usize), String> {
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
    let (row, read) = ansi::read(row);
    let control = |c: char| c.is_control() && !matches!(c, '\t' | '\r' | '\n');
    if row.contains('\0')
        || read == ansi::Read::Damaged
        || read == ansi::Read::CodePage && row.contains(control)
    {
        return Err(not_text());
    }
    let count = |delimiter: u8| split(&row, delimiter).len();
    let delimiter = told.filter(|d| b",;\t".contains(d)).unwrap_or_else(|| {
        let best = [b',', b';', b'\t'].into_iter().rev().max_by_key(|d| count(*d));
        best.unwrap_or(b',')
    });
    let columns: Vec<String> = split(&row, delimiter).iter().map(|c| c.trim().to_string()).collect();
    let known = if any { Some(&custom::ANY) } else { formats::csv_format(&columns) };
    let length = at + end.map_or(rest.len(), |end| end + 1);
    let shapes = || portal_shapes::guess(&columns, &sample(text.get(length..)?, delimiter));
    let guessed = if known.is_none() { shapes() } else { None };
    let by_shape = guessed.as_ref().and_then(|_| formats::sign_ins_by_shape());
    let Some(format) = known.or(by_shape) else {
        if columns.len() < 2 {
            return Err("neither JSON nor CSV".into());
        }
        let names: Vec<&str> = columns.iter().take(6).map(String::as_str).collect();
        let names: String = names.join(", ").chars().filter(|c| !c.is_control()).take(120).collect();
        return Err(format!(
            "a CSV file, but not of an export that auk reads (columns: {names}, …); --table NAME makes it a table"
        ));
    };
    let mapped = guessed.unwrap_or_else(|| tabular::map(&columns, format.fields));
    let mut header = Header {
        delimiter,
        columns,
        format,
        mapped,
        dates: Order::default(),
        table: None,
        name: String::new(),
        steps: None,
        around: OnceLock::new(),
    };
    header.table = (format.route == "E1").then(|| workspace::table_of(&workspace::names(&header))).flatten();
    Ok((header, length))
}

/// The first rows of a text.
fn sample(text: &[u8], delimiter: u8) -> Vec<Vec<Cow<'_, str>>> {
    let text = &text[..text.len().min(MAX_HEADER)];
    let valid = std::str::from_utf8(text)
        .unwrap_or_else(|e| std::str::from_utf8(&text[..e.valid_up_to()]).unwrap_or_default());
    let whole = valid.rfind('\n').map_or("", |end| &valid[..end]);
    whole.lines().take(20).map(|line| split(line, delimiter)).collect()
}

fn first_line(text: &[u8]) -> &[u8] {
    let end = memchr::memchr(b'\n', text).unwrap_or(text.len());
    &text[..end]
}

/// The cells of a row.
pub fn split(row: &str, delimiter: u8) -> Vec<Cow<'_, str>> {
    let mut cells = Vec::with_capacity(16);
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
    let first = memchr::memchr(b'"', bytes).unwrap_or(bytes.len());
    let (cell, end) = if first < bytes.len() && bytes.get(first + 1) != Some(&b'"') {
        (Cow::Borrowed(&text[..first]), first)
    } else {
        let (cell, end) = unquote(bytes, first);
        let lossy = |e: std::string::FromUtf8Error| String::from_utf8_lossy(e.as_bytes()).into_owned();
        (Cow::Owned(String::from_utf8(cell).unwrap_or_else(lossy)), end)
    };
    let after = text.get(end + 1..).unwrap_or("");
    let skip = memchr::memchr(delimiter, after.as_bytes()).unwrap_or(after.len());
    (cell, &after[skip..])
}

/// Bytes copied at a time.
const STEP: usize = 16;
/// Bytes that are made room for at first.
const ROOM: usize = 2048;

/// Copies a cell whose first quote, at `first`, is a doubled one; and where the closing quote is.
/// A cell of JSON has a quote every few bytes, so what lies between two is copied by whole steps,
/// and what a step copies beyond a quote is written over by the next.
fn unquote(bytes: &[u8], first: usize) -> (Vec<u8>, usize) {
    let mut out = Vec::with_capacity(first + ROOM.max(first) + STEP);
    out.extend_from_slice(&bytes[..first]);
    let (mut at, mut to) = (first, first);
    while at < bytes.len() {
        if out.len() <= to + STEP {
            out.resize(to + ROOM.max(to) + STEP, 0);
        }
        let plain = match (bytes[at..].first_chunk(), out[to..].first_chunk_mut()) {
            (Some(from), Some(into)) => {
                *into = *from;
                quote(from)
            }
            _ => {
                let rest = &bytes[at..];
                let plain = rest.iter().position(|b| *b == b'"').unwrap_or(rest.len());
                out[to..to + plain].copy_from_slice(&rest[..plain]);
                plain
            }
        };
        (at, to) = (at + plain, to + plain);
        if bytes.get(at) != Some(&b'"') {
            continue;
        }
        if bytes.get(at + 1) != Some(&b'"') {
            break;
        }
        out[to] = b'"';
        (at, to) = (at + 2, to + 1);
    }
    out.truncate(to);
    (out, at)
}

/// Where the first quote of a step is, else its length.
fn quote(step: &[u8; STEP]) -> usize {
    (u32::from(mask16(step, |b| b == b'"')) | 1 << STEP).trailing_zeros() as usize
}
