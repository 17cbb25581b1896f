//! A report as a workbook: an overview with every figure, then a sheet for each table, numbered by section and part
//! (`3.1 Activations by role`), then the queries and the lines to sign.
//!
//! Tables have one header row that stays in view, a filter, and cells of their type, so they can be sorted, summed and
//! pivoted. Times are those of the report's time zone, as Excel knows none.
//!
//! Trap: a book keeps the date it was made; it is the end of the period, so that the same report gives the same bytes.

use std::io;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, XlsxError};

use super::cells::{Style, label, styles};
use super::sheet::{Book, Cell, Look, ROWS, begin, in_calendar};
use crate::monthly::pack::{Kind, Pack, Part, Section};
use crate::monthly::period::Period;
use crate::report::escape::visible;
use crate::table::Table;
use crate::time::{TICKS_PER_SECOND, UNIX_EPOCH};
use crate::types::Type;
use crate::value::Value;

/// Integers up to here are exact as doubles.
const EXACT: i64 = 1 << 53;
/// So many UTF-16 units may a sheet's name have.
const NAME: usize = 31;
/// The name of the first sheet, and of the one with the queries.
const OVERVIEW: &str = "Report";
const QUERIES: &str = "KQL";
/// The years that a book can be of, in seconds from 1970: 1900 to 9999.
const YEARS: (i64, i64) = (-2_208_988_800, 253_402_300_799);

pub fn bytes(pack: &Pack) -> io::Result<Vec<u8>> {
    workbook(pack)
        .map_err(|e| io::Error::other(format!("the workbook cannot be written ({e}); use --format csv")))
}

fn workbook(pack: &Pack) -> Result<Vec<u8>, XlsxError> {
    let names = Names::of(pack);
    let mut book = Book::new();
    overview(pack, &names, &mut book)?;
    for (part, (_, name)) in shown(pack).map(|(_, _, part)| part).zip(&names.parts) {
        table_sheet(part, &names, name, &pack.period, &mut book)?;
    }
    queries(pack, &names, &mut book)?;
    for (section, name) in pack.sections.iter().filter(|s| !s.signatures.is_empty()).zip(&names.signed) {
        sign_off(section, name, &mut book)?;
    }
    let seconds = (pack.period.to - UNIX_EPOCH).div_euclid(TICKS_PER_SECOND).clamp(YEARS.0, YEARS.1);
    let properties = DocProperties::new()
        .set_title(visible(&format!("{}: {}", pack.title, pack.period.name())))
        .set_author("auk")
        .set_creation_datetime(&ExcelDateTime::from_timestamp(seconds)?);
    book.workbook.set_properties(&properties);
    book.workbook.save_to_buffer()
}

/// The parts that have a sheet, with the numbers of their section and of their place in it.
fn shown(pack: &Pack) -> impl Iterator<Item = (usize, usize, &Part)> {
    pack.sections.iter().enumerate().flat_map(|(at, section)| {
        let parts = section.parts.iter().filter(|part| part.instead().is_none());
        parts.enumerate().map(move |(nth, part)| (at + 1, nth + 1, part))
    })
}

/// The names of the sheets: of parts, with the parts' ids, and of what is signed, in their order.
struct Names {
    parts: Vec<(String, String)>,
    signed: Vec<String>,
}

impl Names {
    fn of(pack: &Pack) -> Names {
        // Excel keeps one name for itself.
        let mut taken = ["History", OVERVIEW, QUERIES].map(str::to_lowercase).to_vec();
        let name = |(at, nth, part): (usize, usize, &Part)| {
            (part.id.clone(), sheet_name(&format!("{at}.{nth} {}", part.title), &mut taken))
        };
        let parts = shown(pack).map(name).collect();
        let signed = pack.sections.iter().filter(|section| !section.signatures.is_empty());
        Names { parts, signed: signed.map(|section| sheet_name(&section.title, &mut taken)).collect() }
    }

    fn part(&self, id: &str) -> Option<&str> {
        self.parts.iter().find(|(part, _)| part == id).map(|(_, name)| name.as_str())
    }

    /// A cell that leads to a part's sheet, if it has one.
    fn link(&self, text: &str, id: &str) -> Cell {
        match self.part(id) {
            Some(name) => Cell::Link(text.to_string(), name.to_string()),
            None => Cell::text(text),
        }
    }
}

/// A name that a sheet may have and that no other has; which are the same, Excel finds without regard to case.
fn sheet_name(text: &str, taken: &mut Vec<String>) -> String {
    let odd = ['[', ']', ':', '*', '?', '/', '\\', '\'', '\u{fffe}', '\u{ffff}'];
    let text = visible(text).replace(odd, " ");
    let text = if text.trim().is_empty() { "Sheet" } else { text.trim() };
    let mut name = begin(text, NAME).trim_end().to_string();
    for nth in 2.. {
        if !taken.contains(&name.to_lowercase()) {
            break;
        }
        let end = format!(" ({nth})");
        name = begin(text, NAME - end.len()) + &end;
    }
    taken.push(name.to_lowercase());
    name
}

fn words(text: &str) -> Cell {
    Cell::Text(visible(text).into_owned(), Look::Words)
}

fn header(text: impl Into<String>) -> Cell {
    Cell::Text(text.into(), Look::Header)
}

fn overview(pack: &Pack, names: &Names, book: &mut Book) -> Result<(), XlsxError> {
    let mut sheet = book.sheet(OVERVIEW, false, &[24, 100, 10])?;
    let title = format!("{}: {}", visible(&pack.title), pack.period.name());
    sheet.row(&[Cell::Text(title, Look::Title)])?;
    sheet.row(&[])?;
    for (name, text) in &pack.facts {
        sheet.row(&[Cell::text(visible(name)), words(text)])?;
    }
    for section in &pack.sections {
        sheet.row(&[])?;
        sheet.row(&[header(section.title.as_str()), header("")])?;
        sheet.row(&[Cell::Empty, words(&section.about)])?;
        for figure in &section.figures {
            let value = figure.value.as_i64().map_or(Cell::text("no data"), |n| Cell::Number(n as f64));
            sheet.row(&[value, names.link(&figure.label, &figure.of)])?;
        }
        for said in &section.words {
            let kind = match said.kind {
                Kind::Weighed(severity) => severity.name(),
                _ => "",
            };
            let to = said.to.as_deref().and_then(|id| names.part(id));
            let link = to.map_or(Cell::Empty, |name| Cell::Link("rows".to_string(), name.to_string()));
            sheet.row(&[Cell::text(kind), words(&said.text), link])?;
        }
        for part in &section.parts {
            sheet.row(&match part.instead() {
                None => [Cell::text("table"), names.link(&visible(&part.title), &part.id)],
                Some(why) => [Cell::text("no table"), words(&format!("{}: {why}", part.title))],
            })?;
        }
    }
    sheet.finish()
}

fn table_sheet(
    part: &Part,
    names: &Names,
    name: &str,
    period: &Period,
    book: &mut Book,
) -> Result<(), XlsxError> {
    let table = &part.table;
    let mut sheet = book.sheet(name, true, &[])?;
    let mut heads: Vec<Cell> = table.schema.columns.iter().map(|c| header(label(&c.name))).collect();
    if !part.evidence.is_empty() {
        heads.extend(["Evidence", "Evidence files"].map(header));
    }
    sheet.row(&heads)?;
    let styles = styles(table, period);
    // Below the header; where rows are left out, the last says so.
    let room = if table.rows.len() < ROWS { ROWS - 1 } else { ROWS - 2 };
    for (at, row) in table.rows.iter().take(room).enumerate() {
        let mut cells: Vec<Cell> = row.iter().zip(&styles).map(|(value, style)| cell(value, style)).collect();
        let to = part.links.get(at).and_then(Option::as_deref);
        link_row(table, to, names, &mut cells);
        if let Some(records) = part.evidence.get(at) {
            let ids: Vec<&str> = records.iter().map(|record| record.id.as_str()).collect();
            let mut files: Vec<&str> = records.iter().map(|record| record.source.as_str()).collect();
            files.sort_unstable();
            files.dedup();
            cells.push(Cell::text(visible(&ids.join(" "))));
            cells.push(Cell::text(visible(&files.join("; "))));
        }
        sheet.row(&cells)?;
    }
    if let Some(out @ 1..) = table.rows.len().checked_sub(room) {
        sheet.row(&[Cell::text(format!("… and {out} more rows; CSV and JSON have all of them"))])?;
    }
    sheet.finish()
}

fn link_row(table: &Table, to: Option<&str>, names: &Names, cells: &mut [Cell]) {
    let (Some(to), Some(at)) = (to, table.schema.index("Analysis")) else { return };
    if let Some(Cell::Text(text, _)) = cells.get(at).cloned() {
        cells[at] = names.link(&text, to);
    }
}

fn cell(value: &Value, style: &Style<'_>) -> Cell {
    if let Some(ticks) = style.moment(value) {
        return match in_calendar(ticks) {
            true => Cell::Moment(ticks, style.dates),
            false => Cell::text(style.text(value)),
        };
    }
    match value {
        Value::Null => Cell::Empty,
        Value::Bool(b) if style.ty == Type::Bool => Cell::Bool(*b),
        Value::Int(_) | Value::Long(_) if style.ty != Type::Dynamic => match value.as_i64() {
            Some(n) if n.abs() <= EXACT => Cell::Number(n as f64),
            _ => Cell::text(style.text(value)),
        },
        Value::Real(x) if x.is_finite() && style.ty != Type::Dynamic => Cell::Number(*x),
        Value::Timespan(ticks) if *ticks >= 0 && style.ty != Type::Dynamic => Cell::Span(*ticks),
        value => Cell::text(style.text(value)),
    }
}

fn queries(pack: &Pack, names: &Names, book: &mut Book) -> Result<(), XlsxError> {
    let mut sheet = book.sheet(QUERIES, true, &[28, 44, 34, 100])?;
    sheet.row(&["Section", "Table", "Analysis", "KQL"].map(header))?;
    for (section, part) in pack.parts() {
        if let Some(query) = &part.query {
            let lines: Vec<_> = query.text.split('\n').map(visible).collect();
            sheet.row(&[
                Cell::text(section.title.as_str()),
                names.link(&visible(&part.title), &part.id),
                Cell::text(query.name.as_str()),
                Cell::text(lines.join("\n")),
            ])?;
        }
    }
    sheet.finish()
}

fn sign_off(section: &Section, name: &str, book: &mut Book) -> Result<(), XlsxError> {
    let mut sheet = book.sheet(name, true, &[30, 30, 16, 40])?;
    sheet.row(&["Role", "Name", "Date", "Signature"].map(header))?;
    for (role, name) in &section.signatures {
        sheet.row(&[Cell::text(role.as_str()), Cell::text(visible(name))])?;
    }
    sheet.row(&[words(&section.about)])?;
    sheet.finish()
}
