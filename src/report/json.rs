//! A table as JSON: one array of objects, one object a line, or the rows of the batch protocol.
//!
//! Cells are those of the batch protocol, so that a `long` keeps every digit and a dynamic value is
//! itself, not text. Trap: column names are unique in a table, so no object holds a key twice.

use std::io::{self, Write};

use rayon::prelude::*;

use super::cell::kusto_cell;
use crate::json::write_string;
use crate::table::Table;
use crate::value::Value;

/// Text is handed on in pieces of about this many bytes.
const PIECE: usize = 1 << 16;

/// So many rows are written by one thread.
const ROWS: usize = 512;

/// `[`, an object a line, `]`.
pub fn write_array(table: &Table, out: &mut dyn Write) -> io::Result<()> {
    let (before, after) = if table.rows.is_empty() { ("[", "]\n") } else { ("[\n", "\n]\n") };
    objects(table, before, ",\n", after, out)
}

/// An object a line.
pub fn write_lines(table: &Table, out: &mut dyn Write) -> io::Result<()> {
    objects(table, "", "\n", if table.rows.is_empty() { "" } else { "\n" }, out)
}

fn objects(table: &Table, before: &str, between: &str, after: &str, out: &mut dyn Write) -> io::Result<()> {
    let keys: Vec<String> = table.schema.names().map(key).collect();
    let mut text = String::from(before);
    for (i, row) in table.rows.iter().enumerate() {
        if i > 0 {
            text.push_str(between);
        }
        object(row, table, &keys, &mut text);
        if text.len() >= PIECE {
            out.write_all(text.as_bytes())?;
            text.clear();
        }
    }
    text.push_str(after);
    out.write_all(text.as_bytes())
}

/// `"name":`
fn key(name: &str) -> String {
    let mut key = String::new();
    write_string(name, &mut key);
    key.push(':');
    key
}

fn object(row: &[Value], table: &Table, keys: &[String], text: &mut String) {
    text.push('{');
    for (i, ((value, column), key)) in row.iter().zip(&table.schema.columns).zip(keys).enumerate() {
        if i > 0 {
            text.push(',');
        }
        text.push_str(key);
        kusto_cell(value, column.ty, text);
    }
    text.push('}');
}

/// Appends the rows as lists of cells: `[[1,"a"],[2,"b"]]`.
pub fn rows(table: &Table, text: &mut String) {
    let piece = |rows: &[Vec<Value>]| {
        let mut text = String::new();
        for row in rows {
            text.push_str(if text.is_empty() { "[" } else { ",[" });
            for (i, (value, column)) in row.iter().zip(&table.schema.columns).enumerate() {
                if i > 0 {
                    text.push(',');
                }
                kusto_cell(value, column.ty, &mut text);
            }
            text.push(']');
        }
        text
    };
    let pieces: Vec<String> = table.rows.par_chunks(ROWS).map(piece).collect();
    text.push('[');
    text.push_str(&pieces.join(","));
    text.push(']');
}
