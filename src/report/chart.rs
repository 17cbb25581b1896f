//! A `render` as a drawing in text: bars, or a line of blocks for each series over time.
//!
//! - `barchart`, `columnchart`, `piechart`: a bar a row, from the first column that is no number;
//! - `timechart`, `linechart`, `areachart`, `anomalychart`, …: a line a series, each to its own scale, over the
//!   first column of time (or number), split by the text columns; the arrays of `make-series` are series as they
//!   stand.
//!
//! Trap: it stands beside a table and never in place of one; what it cannot draw, it leaves out.

use std::collections::BTreeMap;

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, CellAlignment, Color, Table as Grid};

use super::cell;
use super::console::Screen;
use super::escape::visible;
use crate::table::Table;
use crate::types::Type;
use crate::value::Value;

/// Rows or series drawn.
const DRAWN: usize = 24;
/// The most that a label takes of the width.
const LABEL: usize = 32;
/// What the number beside a bar takes.
const NUMBER: usize = 14;
const EIGHTHS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// One line of a drawing.
struct Line {
    label: String,
    drawing: String,
    number: String,
}

/// The table drawn as `chart`, if that can be done.
pub fn draw(table: &Table, chart: &str, screen: Screen) -> Option<String> {
    let width = usize::from(screen.width).saturating_sub(LABEL + NUMBER).max(10);
    let (lines, below) = match chart {
        "barchart" | "columnchart" | "piechart" => (bars(table, width)?, String::new()),
        "timechart" | "linechart" | "areachart" | "stackedareachart" | "anomalychart" => {
            series(table, width)?
        }
        _ => return None,
    };
    let mut grid = Grid::new();
    grid.load_style(NOTHING);
    match screen.colour {
        true => grid.enforce_styling(),
        false => grid.force_no_tty(),
    };
    for line in lines {
        let drawing = Cell::new(line.drawing);
        let drawing = if screen.colour { drawing.fg(Color::Cyan) } else { drawing };
        let number = Cell::new(line.number).set_alignment(CellAlignment::Right);
        grid.add_row(vec![Cell::new(line.label), drawing, number]);
    }
    let mut out: String = grid.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    out.push_str(&below);
    Some(out)
}

fn label(text: &str) -> String {
    let text = visible(text);
    if text.chars().count() <= LABEL - 2 {
        return text.into_owned();
    }
    text.chars().take(LABEL - 3).chain(['…']).collect()
}

fn plain(value: &Value, ty: Type) -> String {
    let mut text = String::new();
    cell::text(value, ty, &mut text);
    text
}

fn short(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 { format!("{number}") } else { format!("{number:.2}") }
}

fn bars(table: &Table, width: usize) -> Option<Vec<Line>> {
    let columns = &table.schema.columns;
    let number = columns.iter().rposition(|c| c.ty.is_number())?;
    let name = columns.iter().position(|c| !c.ty.is_number()).unwrap_or(0);
    let numbers = table.rows.iter().map(|row| row[number].as_f64().filter(|x| x.is_finite()).unwrap_or(0.0));
    let most = numbers.clone().fold(0.0, f64::max);
    let line = |(row, value): (&Vec<Value>, f64)| Line {
        label: label(&plain(&row[name], columns[name].ty)),
        drawing: bar(value, most, width),
        number: plain(&row[number], columns[number].ty),
    };
    Some(table.rows.iter().zip(numbers).take(DRAWN).map(line).collect())
}

fn bar(value: f64, most: f64, width: usize) -> String {
    let eighths = if most > 0.0 { (value.max(0.0) / most * (width * 8) as f64).round() as usize } else { 0 };
    let mut bar = "█".repeat(eighths / 8);
    if eighths % 8 > 0 {
        bar.push(EIGHTHS[eighths % 8 - 1]);
    }
    bar
}

/// The series of a table: by label, their values in the order of the axis; and the ends of the axis.
type AllSeries = (Vec<(String, Vec<f64>)>, Option<(String, String)>);

fn series(table: &Table, width: usize) -> Option<(Vec<Line>, String)> {
    let arrays = table.schema.columns.iter().any(|c| c.ty == Type::Dynamic);
    let (mut all, ends) = if arrays { array_series(table) } else { row_series(table)? };
    all.retain(|(_, values)| !values.is_empty());
    all.truncate(DRAWN);
    let line = |(name, values): &(String, Vec<f64>)| {
        let most = values.iter().copied().fold(0.0, f64::max);
        let number = format!("max {}", short(most));
        Line { label: label(name), drawing: blocks(values, most, width), number }
    };
    let below = ends.map(|(from, to)| format!(" {from} … {to}\n")).unwrap_or_default();
    Some((all.iter().map(line).collect(), below))
}

/// A row is a point: its place on the axis, its series by the text columns, its value.
fn row_series(table: &Table) -> Option<AllSeries> {
    let columns = &table.schema.columns;
    let axis = columns
        .iter()
        .position(|c| c.ty == Type::Datetime)
        .or_else(|| columns.iter().position(|c| c.ty.is_number()))?;
    let numbers: Vec<usize> =
        (0..columns.len()).filter(|i| *i != axis && columns[*i].ty.is_number()).collect();
    let texts: Vec<usize> = (0..columns.len()).filter(|i| columns[*i].ty == Type::String).collect();
    let mut rows: Vec<&Vec<Value>> = table.rows.iter().collect();
    rows.sort_by(|a, b| a[axis].total_cmp(&b[axis]));
    let mut places: Vec<&Value> = rows.iter().map(|row| &row[axis]).collect();
    places.dedup();
    let mut all: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for row in &rows {
        let at = places.partition_point(|place| place.total_cmp(&row[axis]).is_lt());
        let split: Vec<String> = texts.iter().map(|i| plain(&row[*i], Type::String)).collect();
        for number in &numbers {
            let mut name = split.clone();
            if numbers.len() > 1 || texts.is_empty() {
                name.push(columns[*number].name.clone());
            }
            let values = all.entry(name.join(", ")).or_insert_with(|| vec![0.0; places.len()]);
            values[at] = row[*number].as_f64().filter(|x| x.is_finite()).unwrap_or(0.0);
        }
    }
    let end = |place: Option<&&Value>| place.map(|value| plain(value, columns[axis].ty));
    Some((all.into_iter().collect(), end(places.first()).zip(end(places.last()))))
}

/// A row is a series, or several: arrays of numbers; an array of times is the axis.
fn array_series(table: &Table) -> AllSeries {
    let columns = &table.schema.columns;
    let mut all = Vec::new();
    let mut ends = None;
    for row in &table.rows {
        let names = row.iter().zip(columns).filter(|(_, c)| c.ty != Type::Dynamic);
        let names: Vec<String> = names.map(|(value, c)| plain(value, c.ty)).collect();
        for (value, column) in row.iter().zip(columns).filter(|(_, c)| c.ty == Type::Dynamic) {
            let items = value.as_array().unwrap_or_default();
            let numbers: Vec<f64> = items.iter().filter_map(Value::as_f64).collect();
            if !items.is_empty() && numbers.len() == items.len() {
                let name: Vec<String> = names.iter().cloned().chain([column.name.clone()]).collect();
                all.push((name.join(", "), numbers));
            } else if let (Some(first), Some(last)) = (items.first(), items.last()) {
                ends = Some((plain(first, Type::Datetime), plain(last, Type::Datetime)));
            }
        }
    }
    (all, ends)
}

/// Values as blocks of eight heights, the greatest of each stretch where there is not room for all.
fn blocks(values: &[f64], most: f64, width: usize) -> String {
    let stretch = values.len().div_ceil(width).max(1);
    let tops = values.chunks(stretch).map(|some| some.iter().copied().fold(0.0, f64::max));
    tops.map(|top| match top {
        top if top <= 0.0 || most <= 0.0 => ' ',
        top => LEVELS[((top / most * 8.0).ceil() as usize).clamp(1, 8) - 1],
    })
    .collect()
}
