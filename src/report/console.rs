//! A table for people: boxes, a bold header, numbers to the right; or a record a row when it is wide.
//!
//! On a terminal columns of text are narrowed until a row fits the width, long cells end in `…`, and
//! only so many rows are shown; what was left out is returned, for a notice. Into a pipe or a file
//! nothing is ever cut.
//!
//! Trap: rows are laid out a batch at a time under widths measured before, so that a result of
//! millions of rows needs no second copy of itself in memory.

use std::io::{self, Write};

use comfy_table::presets::NOTHING;
use comfy_table::{
    Attribute, Cell, CellAlignment, Color, ColumnConstraint, ContentArrangement, ContentLineStyle, LineStyle,
    Row, Table as Grid, TableStyle, Width,
};

use super::cell;
use super::escape::visible;
use crate::table::Table;
use crate::types::{Column, Type};
use crate::value::Value;

/// The terminal that a table goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    pub width: u16,
    /// Show at most so many rows.
    pub rows: usize,
    pub colour: bool,
}

/// What was left out to fit a terminal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    pub rows: usize,
    /// The columns in which cells were shortened.
    pub columns: Vec<String>,
}

/// Rows laid out at a time.
const BATCH: usize = 2_000;
/// A column of text is not made narrower than this; where that does not fit, a row becomes a record.
const NARROW: u16 = 12;
/// Without a terminal, a table wider than this becomes records.
const WIDE: usize = 600;
/// What stands around a cell: a line and two spaces.
const FRAME: usize = 3;

const STYLE: TableStyle = TableStyle::new()
    .top_border(LineStyle::new('╭', '─', '┬', '╮'))
    .header_lines(ContentLineStyle::new('│', '│', '│'))
    .header_separator(LineStyle::new('├', '─', '┼', '┤'))
    .content_lines(ContentLineStyle::new('│', '│', '│'))
    .bottom_border(LineStyle::new('╰', '─', '┴', '╯'));

pub fn write(table: &Table, screen: Option<Screen>, out: &mut dyn Write) -> io::Result<Cut> {
    let shown = screen.map_or(table.rows.len(), |s| s.rows.min(table.rows.len()));
    let mut cut = Cut { rows: table.rows.len() - shown, columns: Vec::new() };
    if table.schema.is_empty() {
        return Ok(cut);
    }
    let rows = &table.rows[..shown];
    let natural = measure(table, rows);
    match fit(&natural, &table.schema.columns, screen) {
        Some(widths) => {
            let narrowed = widths.iter().zip(&natural).zip(table.schema.names()).filter(|((w, n), _)| w < n);
            cut.columns = narrowed.map(|(_, name)| name.to_string()).collect();
            write_grid(table, rows, &widths, screen, out)?;
        }
        None => cut.columns = write_records(table, rows, screen, out)?,
    }
    Ok(cut)
}

/// The width of the widest cell of each column, the header among them.
fn measure(table: &Table, rows: &[Vec<Value>]) -> Vec<u16> {
    let mut grid = Grid::new();
    grid.add_row(table.schema.names().map(|n| visible(n).into_owned()));
    let mut widths = grid.column_max_content_widths();
    for batch in rows.chunks(BATCH) {
        let mut grid = Grid::new();
        grid.add_rows(batch.iter().map(|row| cells(row, &table.schema.columns)));
        for (width, w) in widths.iter_mut().zip(grid.column_max_content_widths()) {
            *width = (*width).max(w);
        }
    }
    widths
}

/// The width that each column gets; `None` when rows are better shown as records.
fn fit(natural: &[u16], columns: &[Column], screen: Option<Screen>) -> Option<Vec<u16>> {
    let frame = natural.len() * FRAME + 1;
    let total: usize = natural.iter().map(|w| usize::from(*w)).sum::<usize>() + frame;
    let available = screen.map_or(WIDE, |s| usize::from(s.width));
    if total <= available {
        return Some(natural.to_vec());
    }
    screen?;
    let text = |c: &Column| matches!(c.ty, Type::String | Type::Dynamic);
    let at = |limit: u16| -> Vec<u16> {
        natural.iter().zip(columns).map(|(w, c)| if text(c) { (*w).min(limit) } else { *w }).collect()
    };
    let fits = |widths: &[u16]| widths.iter().map(|w| usize::from(*w)).sum::<usize>() + frame <= available;
    let limit =
        (NARROW..=available.min(usize::from(u16::MAX)) as u16).rev().find(|limit| fits(&at(*limit)))?;
    let mut widths = at(limit);
    let mut rest = available - frame - widths.iter().map(|w| usize::from(*w)).sum::<usize>();
    for (width, full) in widths.iter_mut().zip(natural) {
        if rest > 0 && *width < *full {
            *width += 1;
            rest -= 1;
        }
    }
    Some(widths)
}

/// The cells of a row as visible text.
fn cells(row: &[Value], columns: &[Column]) -> Vec<String> {
    row.iter().zip(columns).map(|(value, column)| cell_text(value, column.ty)).collect()
}

fn cell_text(value: &Value, ty: Type) -> String {
    let mut text = String::new();
    cell::text(value, ty, &mut text);
    match visible(&text) {
        std::borrow::Cow::Owned(shown) => shown,
        std::borrow::Cow::Borrowed(_) => text,
    }
}

fn write_grid(
    table: &Table,
    rows: &[Vec<Value>],
    widths: &[u16],
    screen: Option<Screen>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let empty: &[Vec<Value>] = &[];
    let batches: Vec<&[Vec<Value>]> =
        if rows.is_empty() { vec![empty] } else { rows.chunks(BATCH).collect() };
    for (i, batch) in batches.iter().enumerate() {
        let mut grid = new_grid(screen);
        let mut style = STYLE;
        if i == 0 {
            grid.set_header(header(table, screen));
        } else {
            style.top_border = LineStyle::none();
        }
        if i + 1 < batches.len() {
            style.bottom_border = LineStyle::none();
        }
        grid.load_style(style);
        for row in *batch {
            let mut row = Row::from(cells(row, &table.schema.columns));
            if screen.is_some() {
                row.max_height(1);
            }
            grid.add_row(row);
        }
        for ((column, width), of) in grid.column_iter_mut().zip(widths).zip(&table.schema.columns) {
            let padded = width.saturating_add(column.padding_width());
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(padded)));
            let right = of.ty.is_number() || of.ty == Type::Timespan;
            column.set_cell_alignment(if right { CellAlignment::Right } else { CellAlignment::Left });
        }
        writeln!(out, "{grid}")?;
    }
    Ok(())
}

/// An empty grid that breaks cells anywhere and never asks for the terminal itself.
fn new_grid(screen: Option<Screen>) -> Grid {
    let mut grid = Grid::new();
    grid.set_content_arrangement(ContentArrangement::Disabled)
        .set_delimiter('\u{0}')
        .set_truncation_indicator("…");
    match screen {
        Some(screen) if screen.colour => grid.enforce_styling(),
        _ => grid.force_no_tty(),
    };
    grid
}

fn header(table: &Table, screen: Option<Screen>) -> Row {
    let mut row = Row::new();
    for name in table.schema.names() {
        row.add_cell(title(&visible(name), screen));
    }
    row
}

fn title(text: &str, screen: Option<Screen>) -> Cell {
    let cell = Cell::new(text);
    if screen.is_some_and(|s| s.colour) { cell.fg(Color::Cyan).add_attribute(Attribute::Bold) } else { cell }
}

/// Each row as lines of `name  value` under a numbered rule; the columns in which cells were cut.
fn write_records(
    table: &Table,
    rows: &[Vec<Value>],
    screen: Option<Screen>,
    out: &mut dyn Write,
) -> io::Result<Vec<String>> {
    let columns = &table.schema.columns;
    let names: Vec<String> = table.schema.names().map(|n| visible(n).into_owned()).collect();
    let name_width = names.iter().map(|n| n.chars().count()).max().unwrap_or_default();
    let width = screen.map_or(80, |s| usize::from(s.width));
    let room = width.saturating_sub(name_width + 2).max(usize::from(NARROW));
    let mut cut = vec![false; columns.len()];
    for (number, row) in rows.iter().enumerate() {
        let label = format!("── {} ", number + 1);
        writeln!(out, "{label}{}", "─".repeat(width.saturating_sub(label.chars().count())))?;
        let mut grid = new_grid(screen);
        grid.load_style(NOTHING);
        for ((name, text), cut) in names.iter().zip(cells(row, columns)).zip(&mut cut) {
            *cut |= screen.is_some() && text.chars().count() > room;
            let mut line = Row::from(vec![title(name, screen), Cell::new(text)]);
            if screen.is_some() {
                line.max_height(1);
            }
            grid.add_row(line);
        }
        if let Some(column) = grid.column_mut(0) {
            column.set_padding((0, 2));
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(
                name_width.saturating_add(2) as u16
            )));
        }
        if let Some(column) = grid.column_mut(1) {
            column.set_padding((0, 0));
            if screen.is_some() {
                column.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(room as u16)));
            }
        }
        grid.lines().try_for_each(|line| writeln!(out, "{}", line.trim_end()))?;
    }
    Ok(names.into_iter().zip(cut).filter(|(_, cut)| *cut).map(|(name, _)| name).collect())
}
