//! A sheet of a workbook, row by row: typed cells, a frozen header with a filter, widths, links within the book.
//!
//! Trap: text is written as text and never as a formula; where editing a cell would make it one, its format has the
//! quote prefix. Excel's text ends at 32,767 UTF-16 units, and its calendar begins in 1900 with a day that was none.
//! `rust_xlsxwriter` takes text from `<r>` to `</r>` for markup of its own: a space at the end keeps it text.

use std::borrow::Cow;
use std::fmt::Write;

use rust_xlsxwriter::{
    Color, Format, FormatAlign, FormatUnderline, IgnoreError, Url, Workbook, Worksheet, XlsxError,
};

use crate::report::csv;
use crate::report::escape::push_visible;
use crate::time::{TICKS_PER_DAY, TICKS_PER_SECOND, at};

/// So many UTF-16 units fit into a cell.
const TEXT: usize = 32_767;
/// So many rows fit into a sheet.
pub const ROWS: usize = 1_048_576;
/// So many links may a sheet have.
const LINKS: usize = 65_530;
const A4: u8 = 9;
/// The height of a row with a title, of a line of text, and of the highest row, in points.
const TITLE: f64 = 22.0;
const LINE: f64 = 15.0;
const HIGHEST: f64 = 409.0;
const HEADER: Color = Color::RGB(0x27_43_5a);
const LINK: Color = Color::RGB(0x0b_53_94);

/// How cells look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    Plain,
    Header,
    Moment,
    Date,
    Span,
    Title,
    /// Long text, wrapped.
    Words,
    Link,
    /// A whole number.
    Number,
}

impl Look {
    /// In the order of the type.
    const ALL: [Look; 9] = [
        Look::Plain,
        Look::Header,
        Look::Moment,
        Look::Date,
        Look::Span,
        Look::Title,
        Look::Words,
        Look::Link,
        Look::Number,
    ];

    fn format(self) -> Format {
        let top = Format::new().set_align(FormatAlign::Top);
        match self {
            Look::Plain => top,
            Look::Header => Format::new()
                .set_bold()
                .set_font_color(Color::White)
                .set_background_color(HEADER)
                .set_align(FormatAlign::VerticalCenter),
            Look::Moment => top.set_align(FormatAlign::Left).set_num_format("yyyy-mm-dd hh:mm:ss"),
            Look::Date => top.set_align(FormatAlign::Left).set_num_format("yyyy-mm-dd"),
            Look::Span => top.set_num_format("[h]:mm:ss"),
            Look::Title => Format::new().set_bold().set_font_size(16),
            Look::Words => top.set_text_wrap(),
            Look::Link => top.set_font_color(LINK).set_underline(FormatUnderline::Single),
            Look::Number => top.set_num_format("0"),
        }
    }
}

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

impl Cell {
    pub fn text(text: impl Into<String>) -> Cell {
        let text = text.into();
        match text.is_empty() {
            true => Cell::Empty,
            false => Cell::Text(text, Look::Plain),
        }
    }

    fn length(&self) -> usize {
        match self {
            Cell::Empty => 0,
            Cell::Text(text, _) | Cell::Link(text, _) => text.chars().count(),
            Cell::Number(_) | Cell::Span(_) => 10,
            Cell::Bool(_) => 5,
            Cell::Moment(_, true) => 10,
            Cell::Moment(_, false) => 19,
        }
    }
}

/// A workbook in the making. Its sheets are kept in memory, as the report is: the writer's other mode would put the
/// evidence into temporary files.
pub struct Book {
    pub workbook: Workbook,
    /// By `Look`.
    formats: [Format; 9],
}

impl Book {
    pub fn new() -> Book {
        Book { workbook: Workbook::new(), formats: Look::ALL.map(Look::format) }
    }

    /// Adds a sheet. With a header, its first row stays in view and has a filter. Widths are in characters; a column
    /// without one is as wide as its longest cell, within bounds.
    pub fn sheet(
        &mut self,
        name: &str,
        header: bool,
        widths: &'static [u32],
    ) -> Result<Sheet<'_>, XlsxError> {
        let sheet = self.workbook.add_worksheet();
        sheet.set_name(name)?;
        sheet.set_landscape().set_paper_size(A4).set_margins(0.5, 0.5, 0.6, 0.6, 0.3, 0.3);
        Ok(Sheet { sheet, formats: &self.formats, header, widths, rows: 0, links: 0, longest: Vec::new() })
    }
}

/// A sheet that is being written.
pub struct Sheet<'a> {
    sheet: &'a mut Worksheet,
    formats: &'a [Format; 9],
    header: bool,
    widths: &'static [u32],
    rows: u32,
    links: usize,
    /// The longest cell of each column, in characters.
    longest: Vec<usize>,
}

impl Sheet<'_> {
    /// Writes the next row.
    pub fn row(&mut self, cells: &[Cell]) -> Result<(), XlsxError> {
        if self.longest.len() < cells.len() {
            self.longest.resize(cells.len(), 0);
        }
        for (at, cell) in cells.iter().enumerate() {
            self.longest[at] = self.longest[at].max(cell.length());
            self.write(column(at)?, cell)?;
        }
        self.rows += 1;
        Ok(())
    }

    fn write(&mut self, column: u16, cell: &Cell) -> Result<(), XlsxError> {
        let (row, formats) = (self.rows, self.formats);
        let format = |look: Look| &formats[look as usize];
        match cell {
            Cell::Empty => {}
            Cell::Text(text, look) => {
                let text = fitted(text);
                let format = quoted(&text, format(*look));
                self.raise(column, &text, *look)?;
                self.sheet.write_string_with_format(row, column, text, &format)?;
            }
            Cell::Link(text, to) if self.links < LINKS => {
                self.links += 1;
                let text = fitted(text);
                let format = quoted(&text, format(Look::Link));
                let url = Url::new(format!("internal:'{}'!A1", to.replace('\'', "''"))).set_text(text);
                self.sheet.write_url_with_format(row, column, url, &format)?;
            }
            Cell::Link(text, _) => self.write(column, &Cell::text(text.as_str()))?,
            Cell::Number(x) => {
                let look = if x.fract() == 0.0 { Look::Number } else { Look::Plain };
                self.sheet.write_number_with_format(row, column, *x, format(look))?;
            }
            Cell::Bool(b) => {
                self.sheet.write_boolean_with_format(row, column, *b, format(Look::Plain))?;
            }
            Cell::Moment(ticks, date) => {
                let look = if *date { Look::Date } else { Look::Moment };
                // Whole seconds, so that what is shown is what is there.
                let days = (ticks - epoch()).div_euclid(TICKS_PER_SECOND) as f64 / 86_400.0;
                self.sheet.write_number_with_format(row, column, days, format(look))?;
            }
            Cell::Span(ticks) => {
                let days = *ticks as f64 / TICKS_PER_DAY as f64;
                self.sheet.write_number_with_format(row, column, days, format(Look::Span))?;
            }
        }
        Ok(())
    }

    /// Gives the row room for a title, or for wrapped text: not every program does when it opens a book.
    fn raise(&mut self, column: u16, text: &str, look: Look) -> Result<(), XlsxError> {
        let width = self.widths.get(usize::from(column)).map_or(usize::MAX, |width| *width as usize);
        let height = match look {
            Look::Title => TITLE,
            Look::Words => {
                text.lines().map(|line| line.chars().count().div_ceil(width)).sum::<usize>() as f64 * LINE
            }
            _ => 0.0,
        };
        if height > LINE {
            self.sheet.set_row_height(self.rows, height.min(HIGHEST))?;
        }
        Ok(())
    }

    /// Sets what is known when all rows are written.
    pub fn finish(self) -> Result<(), XlsxError> {
        for (at, longest) in self.longest.iter().enumerate() {
            let width =
                self.widths.get(at).copied().unwrap_or((*longest as u32).saturating_add(3).clamp(9, 60));
            self.sheet.set_column_width(column(at)?, width)?;
        }
        // Sheets of words print as wide as a page; a table of many columns would not be readable so.
        if !self.widths.is_empty() {
            self.sheet.set_print_fit_to_pages(1, 0);
        }
        if self.header && self.rows > 0 && !self.longest.is_empty() {
            let (row, column) = (self.rows - 1, column(self.longest.len() - 1)?);
            self.sheet.set_freeze_panes(1, 0)?.set_repeat_rows(0, 0)?;
            self.sheet.autofilter(0, 0, row, column)?;
            self.sheet.ignore_error_range(0, 0, row, column, IgnoreError::NumberStoredAsText)?;
        }
        Ok(())
    }
}

fn column(at: usize) -> Result<u16, XlsxError> {
    u16::try_from(at).map_err(|_| XlsxError::RowColumnLimitError)
}

/// The day that counts as 0.
fn epoch() -> i64 {
    at(1899, 12, 30, "").unwrap_or_default()
}

/// Does Excel's calendar have this moment, and have it right? It ends with the year 9999.
pub fn in_calendar(ticks: i64) -> bool {
    (61..2_958_466).contains(&ticks.saturating_sub(epoch()).div_euclid(TICKS_PER_DAY))
}

/// The format of a text: with the quote prefix, if editing the cell would make a formula of it.
fn quoted<'a>(text: &str, format: &'a Format) -> Cow<'a, Format> {
    match text.starts_with(csv::STARTS) {
        true => Cow::Owned(format.clone().set_quote_prefix()),
        false => Cow::Borrowed(format),
    }
}

/// Text as a cell can hold it: nothing that XML forbids or that hides, no markup of the writer's, not too long.
fn fitted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' | '\t' => out.push(c),
            '\u{fffe}' | '\u{ffff}' => _ = write!(out, "\\u{:04x}", u32::from(c)),
            c => push_visible(c, &mut out),
        }
    }
    if out.starts_with("<r>") && out.ends_with("</r>") {
        out.push(' ');
    }
    cut(out)
}

/// What fits into a cell; what is left out is said.
fn cut(text: String) -> String {
    if text.len() <= TEXT || text.encode_utf16().count() <= TEXT {
        return text;
    }
    const SAID: &str = "… (cut; CSV and JSON have all of it)";
    begin(&text, TEXT - SAID.encode_utf16().count()) + SAID
}

/// The beginning of a text, no longer than so many UTF-16 units.
pub fn begin(text: &str, units: usize) -> String {
    let mut room = units;
    let fits = |c: &char| {
        let fits = c.len_utf16() <= room;
        room = room.saturating_sub(c.len_utf16());
        fits
    };
    text.chars().take_while(fits).collect()
}
