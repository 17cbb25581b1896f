//! Results as bytes: tables (text, CSV, JSON, NDJSON, Markdown, Parquet, the cells of the batch protocol), charts
//! (SVG, PNG, text), pages, an audit's findings, and the monthly report (`pack`).
//!
//! Nothing here knows of KQL or of where the bytes go. Of tables only `console` takes the width of a terminal, and
//! only then may it cut a cell.
//!
//! Trap: cells hold what an attacker wrote into a log. `console` and `markdown` make every control
//! character visible (`escape`); CSV and JSON are exact, and CSV has `excel_safe` for spreadsheets.

mod cell;
mod chart;
mod charts;
mod console;
mod csv;
mod escape;
pub mod findings;
pub mod html;
mod json;
mod markdown;
pub mod pack;
mod parquet;
pub mod png;
pub mod svg;
mod wrap;

use std::io::{self, Write};

pub use cell::{dynamic, kusto_cell, text};
pub use chart::draw;
pub use charts::Size;
pub use charts::asked::Visual;
pub use console::{Cut, Screen};
pub use escape::{push_visible, visible};
pub use json::rows as json_rows;
pub use parquet::write as write_parquet;
pub use wrap::wrapped;

use crate::table::Table;

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Boxes and lines, for people.
    Table,
    /// RFC 4180: a header, CRLF, quotes where needed.
    Csv,
    /// One array of objects.
    Json,
    /// One object a line.
    Ndjson,
    /// A pipe table.
    Markdown,
}

/// Writes `table` to `out`. `screen` is the terminal it goes to, if it is one; `excel_safe` makes CSV
/// text cells that a spreadsheet would run as formulas harmless. What was left out to fit is returned.
pub fn write(
    table: &Table,
    format: Format,
    screen: Option<Screen>,
    excel_safe: bool,
    out: &mut dyn Write,
) -> io::Result<Cut> {
    match format {
        Format::Table => return console::write(table, screen, out),
        Format::Csv => csv::write(table, excel_safe, out)?,
        Format::Json => json::write_array(table, out)?,
        Format::Ndjson => json::write_lines(table, out)?,
        Format::Markdown => markdown::write(table, out)?,
    }
    Ok(Cut::default())
}
