//! A sheet of a workbook as SpreadsheetML: typed cells, a frozen header with a filter, widths, links within the book.
//!
//! Trap: text is always an inline string and never a formula; where editing a cell would make it one, its style has
//! the quote prefix. Excel's text ends at 32,767 UTF-16 units, and its calendar begins in 1900 with a day that was none.

use std::fmt::Write;

use crate::time::{TICKS_PER_DAY, at};

/// So many UTF-16 units fit into a cell.
const TEXT: usize = 32_767;
/// So many rows fit into a sheet.
pub const ROWS: usize = 1_048_576;
/// A longer text may be run as a formula when it begins so.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// How cells look: the place of each in `cellXfs` of `styles`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    Plain = 0,
    Header = 1,
    Moment = 2,
    Date = 3,
    Span = 4,
    /// Text that begins like a formula.
    Quoted = 5,
    Title = 6,
    /// Long text, wrapped.
    Words = 7,
    Link = 8,
    Number = 9,
}

pub const STYLES: &str = r##"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="3"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/><numFmt numFmtId="165" formatCode="yyyy\-mm\-dd"/><numFmt numFmtId="166" formatCode="[h]:mm:ss"/></numFmts><fonts count="4"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font><font><b/><sz val="11"/><color rgb="FFFFFFFF"/><name val="Calibri"/><family val="2"/></font><font><b/><sz val="16"/><name val="Calibri"/><family val="2"/></font><font><u/><sz val="11"/><color rgb="FF0B5394"/><name val="Calibri"/><family val="2"/></font></fonts><fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FF27435A"/><bgColor indexed="64"/></patternFill></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="10"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1"><alignment vertical="top"/></xf><xf numFmtId="0" fontId="1" fillId="2" borderId="0" xfId="0" applyFont="1" applyFill="1" applyAlignment="1"><alignment vertical="center"/></xf><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1"><alignment horizontal="left" vertical="top"/></xf><xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1"><alignment horizontal="left" vertical="top"/></xf><xf numFmtId="166" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top"/></xf><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyAlignment="1"><alignment vertical="top"/></xf><xf numFmtId="0" fontId="2" fillId="0" borderId="0" xfId="0" applyFont="1"/><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf><xf numFmtId="0" fontId="3" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1"><alignment vertical="top"/></xf><xf numFmtId="1" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top"/></xf></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>
"##;

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Empty,
    Text(String, Look),
    /// Text that leads to a sheet.
    Link(String, String),
    Number(f64),
    Bool(bool),
    /// A time as a clock shows it, in ticks; the date alone.
    Moment(i64, bool),
    Span(i64),
}

/// A sheet: its rows, the first of which may be a header that stays in view.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    pub name: String,
    pub header: bool,
    pub rows: Vec<Vec<Cell>>,
    /// In characters; a column without one is as wide as its longest cell, within bounds.
    pub widths: Vec<u32>,
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Cell {
        let text = text.into();
        match text.is_empty() {
            true => Cell::Empty,
            false if text.starts_with(FORMULA) => Cell::Text(text, Look::Quoted),
            false => Cell::Text(text, Look::Plain),
        }
    }

    fn length(&self) -> usize {
        match self {
            Cell::Empty => 0,
            Cell::Text(text, _) | Cell::Link(text, _) => text.chars().count(),
            Cell::Number(_) | Cell::Span(_) => 10,
            Cell::Bool(_) => 5,
            Cell::Moment(_, date) => {
                if *date {
                    10
                } else {
                    19
                }
            }
        }
    }
}

impl Sheet {
    pub fn xml(&self) -> String {
        let mut out = String::from(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetViews><sheetView workbookViewId=\"0\">",
        );
        if self.header {
            out.push_str(
                "<pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>",
            );
        }
        out.push_str("</sheetView></sheetViews><cols>");
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0).max(1);
        for at in 0..columns {
            let longest = self.rows.iter().filter_map(|row| row.get(at)).map(Cell::length).max().unwrap_or(0);
            let width = self.widths.get(at).copied().unwrap_or((longest as u32 + 3).clamp(9, 60));
            _ = write!(out, "<col min=\"{0}\" max=\"{0}\" width=\"{width}\" customWidth=\"1\"/>", at + 1);
        }
        out.push_str("</cols><sheetData>");
        let mut links = String::new();
        for (at, row) in self.rows.iter().take(ROWS).enumerate() {
            _ = write!(out, "<row r=\"{}\">", at + 1);
            for (column, cell) in row.iter().enumerate() {
                let place = format!("{}{}", letters(column), at + 1);
                push_cell(cell, &place, &mut out);
                if let Cell::Link(_, sheet) = cell {
                    let location = format!("'{}'!A1", sheet.replace('\'', "''"));
                    _ = write!(links, "<hyperlink ref=\"{place}\" location=\"{}\"/>", escaped(&location));
                }
            }
            out.push_str("</row>");
        }
        out.push_str("</sheetData>");
        if self.header {
            let last = format!("{}{}", letters(columns - 1), self.rows.len().min(ROWS));
            _ = write!(out, "<autoFilter ref=\"A1:{last}\"/>");
        }
        if !links.is_empty() {
            _ = write!(out, "<hyperlinks>{links}</hyperlinks>");
        }
        out.push_str(
            "<pageMargins left=\"0.5\" right=\"0.5\" top=\"0.6\" bottom=\"0.6\" header=\"0.3\" footer=\"0.3\"/><pageSetup paperSize=\"9\" orientation=\"landscape\" fitToHeight=\"0\"/></worksheet>\n",
        );
        out
    }

    /// The range that the filter covers, as a name of the book must say it, too.
    pub fn range(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0).max(1);
        let name = self.name.replace('\'', "''");
        format!("'{name}'!$A$1:${}${}", letters(columns - 1), self.rows.len().clamp(1, ROWS))
    }
}

fn push_cell(cell: &Cell, place: &str, out: &mut String) {
    let mut text = |text: &str, look: Look| {
        _ = write!(
            out,
            "<c r=\"{place}\" s=\"{}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">",
            look as u8
        );
        out.push_str(&escaped(&cut(text)));
        out.push_str("</t></is></c>");
    };
    match cell {
        Cell::Empty => {}
        Cell::Text(content, look) => text(content, *look),
        Cell::Link(content, _) => text(content, Look::Link),
        Cell::Number(x) => {
            let look = if x.fract() == 0.0 { Look::Number } else { Look::Plain };
            _ = write!(out, "<c r=\"{place}\" s=\"{}\"><v>{x}</v></c>", look as u8);
        }
        Cell::Bool(b) => _ = write!(out, "<c r=\"{place}\" s=\"0\" t=\"b\"><v>{}</v></c>", u8::from(*b)),
        Cell::Moment(ticks, date) => {
            let look = if *date { Look::Date } else { Look::Moment };
            // Whole seconds, so that what is shown is what is there.
            let days = (ticks - epoch()).div_euclid(10_000_000) as f64 / 86_400.0;
            _ = write!(out, "<c r=\"{place}\" s=\"{}\"><v>{days}</v></c>", look as u8);
        }
        Cell::Span(ticks) => {
            let days = *ticks as f64 / TICKS_PER_DAY as f64;
            _ = write!(out, "<c r=\"{place}\" s=\"{}\"><v>{days}</v></c>", Look::Span as u8);
        }
    }
}

/// The day that counts as 0.
pub fn epoch() -> i64 {
    at(1899, 12, 30, "").unwrap_or_default()
}

/// The first moment that Excel's calendar has right.
pub fn first() -> i64 {
    epoch() + 61 * TICKS_PER_DAY
}

/// `A`, …, `Z`, `AA`, ….
fn letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

/// What fits into a cell; what is left out is said.
fn cut(text: &str) -> String {
    let units: usize = text.chars().map(char::len_utf16).sum();
    if units <= TEXT {
        return text.to_string();
    }
    const SAID: &str = "… (cut; CSV and JSON have all of it)";
    let mut room = TEXT - SAID.encode_utf16().count();
    let fits = |c: &char| {
        let fits = c.len_utf16() <= room;
        room = room.saturating_sub(c.len_utf16());
        fits
    };
    let mut out: String = text.chars().take_while(fits).collect();
    out.push_str(SAID);
    out
}

/// Text for XML 1.0, in an element or an attribute. `_x0041_` is how Excel writes a character: it is escaped, too.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for (at, c) in text.char_indices() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '_' if is_escape(&text[at..]) => out.push_str("_x005F_"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

fn is_escape(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 7
        && matches!(bytes[1], b'x' | b'X')
        && bytes[2..6].iter().all(u8::is_ascii_hexdigit)
        && bytes[6] == b'_'
}
