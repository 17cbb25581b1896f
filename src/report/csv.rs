//! A table as CSV by RFC 4180: a header, CRLF after each line, quotes where a cell needs them.
//!
//! Trap: a spreadsheet runs a cell that begins with `=`, `+`, `-`, `@`, a tab or a line end as a
//! formula, and log text is an attacker's. With `excel_safe` such text gets a `'` in front. Numbers
//! and times are written by auk itself and stay as they are.

use std::io::{self, Write};

use super::cell;
use crate::table::Table;
use crate::types::Type;

pub fn write(table: &Table, excel_safe: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut csv = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(out);
    let mut text = String::new();
    for name in table.schema.names() {
        text.clear();
        text.push_str(name);
        csv.write_field(harmless(&mut text, excel_safe))?;
    }
    csv.write_record(None::<&[u8]>)?;
    for row in &table.rows {
        for (value, column) in row.iter().zip(&table.schema.columns) {
            text.clear();
            cell::text(value, column.ty, &mut text);
            let from_data = matches!(column.ty, Type::String | Type::Dynamic);
            csv.write_field(harmless(&mut text, excel_safe && from_data))?;
        }
        csv.write_record(None::<&[u8]>)?;
    }
    csv.flush()
}

/// What a spreadsheet takes for the beginning of a formula.
pub(super) const STARTS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The text, with a `'` in front where a spreadsheet would take it for a formula.
fn harmless(text: &mut String, guard: bool) -> &str {
    if guard && text.starts_with(STARTS) {
        text.insert(0, '\'');
    }
    text
}
