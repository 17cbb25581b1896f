//! A `render` as a drawing in text, for a terminal: a bar a row, or a line of blocks for each series.
//!
//! What is drawn is what the picture has (`charts`): the same columns, series and notes. Each line of blocks has
//! its own scale, from zero to its greatest value, which stands beside it; `_` is zero or below, a blank is no
//! value, `▲` an anomaly. Below are the first and the last place.
//!
//! Trap: it stands beside a table and never in place of one; what it leaves out, it says.

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, CellAlignment, Color, Table as Grid};

use super::charts::asked::{Kind, Visual};
use super::charts::axis::{number_text, place_text};
use super::charts::points::{Points, Scale, Series};
use super::charts::{self, Chart};
use super::console::Screen;
use crate::table::Table;

/// Lines drawn.
const DRAWN: usize = 24;
/// The most that a label takes of the width.
const LABEL: usize = 32;
/// What the number beside a line takes.
const NUMBER: usize = 18;
const EIGHTHS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// One line of a drawing.
struct Line {
    label: String,
    drawing: String,
    number: String,
}

/// The table drawn as its query asks, or why it is not; nothing where the table itself is the view.
pub fn draw(table: &Table, visual: &Visual<'_>, screen: Screen) -> Option<String> {
    if ["table", "card"].iter().any(|name| visual.chart.eq_ignore_ascii_case(name)) {
        return None;
    }
    match charts::read(table, visual) {
        Ok(chart) => Some(drawing(&chart, screen)),
        Err(why) => Some(format!("No chart: {why}.\n")),
    }
}

fn drawing(chart: &Chart, screen: Screen) -> String {
    let points = chart.points();
    let labels = points.categories.iter().chain(points.series.iter().map(|s| &s.name));
    let label = labels.map(|l| l.chars().count()).max().unwrap_or(0).clamp(4, LABEL);
    let width = usize::from(screen.width).saturating_sub(label + NUMBER + 5).clamp(10, 160);
    let bars = points.x == Scale::Category;
    let mut lines = if bars { bar_lines(chart, width) } else { series_lines(points, width) };
    let more = lines.len().saturating_sub(DRAWN);
    lines.truncate(DRAWN);
    let mut grid = Grid::new();
    grid.load_style(NOTHING);
    match screen.colour {
        true => grid.enforce_styling(),
        false => grid.force_no_tty(),
    };
    for line in lines {
        let cell = Cell::new(line.drawing);
        let cell = if screen.colour { cell.fg(Color::Cyan) } else { cell };
        let number = Cell::new(line.number).set_alignment(CellAlignment::Right);
        grid.add_row(vec![Cell::new(cut(&line.label)), cell, number]);
    }
    let mut out = format!(" {}\n", chart.title());
    grid.lines().for_each(|line| out.push_str(&format!("{}\n", line.trim_end())));
    if more > 0 {
        out.push_str(&format!(" further lines, not drawn: {more}\n"));
    }
    points.notes.iter().for_each(|note| out.push_str(&format!(" {note}\n")));
    out
}

fn cut(text: &str) -> String {
    if text.chars().count() <= LABEL {
        return text.to_string();
    }
    text.chars().take(LABEL - 1).chain(['…']).collect()
}

/// A bar for each value of each category.
fn bar_lines(chart: &Chart, width: usize) -> Vec<Line> {
    let points = chart.points();
    let values = points.series.iter().flat_map(|s| &s.points).filter_map(|(_, y)| *y);
    let most = values.clone().fold(0.0, f64::max);
    let sum: f64 = values.filter(|y| *y > 0.0).sum();
    let mut lines = Vec::new();
    for (at, category) in points.categories.iter().enumerate() {
        for series in &points.series {
            let Some(value) = series.points.iter().find(|(x, _)| *x == at as f64).and_then(|(_, y)| *y)
            else {
                continue;
            };
            let name = if points.series.len() > 1 {
                format!("{category}, {}", series.name)
            } else {
                category.clone()
            };
            let number = match chart.kind() {
                Kind::Pie if sum > 0.0 => {
                    let share = number_text((value / sum * 1000.0).round() / 10.0);
                    format!("{} ({share}%)", place_text(value, points.y))
                }
                _ => place_text(value, points.y),
            };
            lines.push(Line { label: name, drawing: bar(value, most, width), number });
        }
    }
    lines
}

fn bar(value: f64, most: f64, width: usize) -> String {
    let eighths = if most > 0.0 { (value.max(0.0) / most * (width * 8) as f64).round() as usize } else { 0 };
    let mut bar = "█".repeat(eighths / 8);
    if eighths % 8 > 0 {
        bar.push(EIGHTHS[eighths % 8 - 1]);
    }
    bar
}

/// A line of blocks a series, one of anomalies below, and the ends of the axis.
fn series_lines(points: &Points, width: usize) -> Vec<Line> {
    let mut places: Vec<f64> = points.series.iter().flat_map(|s| s.points.iter().map(|(x, _)| *x)).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    let (Some(first), Some(last)) = (places.first().copied(), places.last().copied()) else {
        return Vec::new();
    };
    // So many blocks that points at even steps leave no gap.
    let step = places.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::MAX, f64::min);
    let steps = if step > 0.0 && step < f64::MAX { ((last - first) / step).round() + 1.0 } else { 1.0 };
    let blocks = (steps.min(width as f64) as usize).max(1);
    let wide = (width / blocks).clamp(1, 4);
    let block = |x: f64| {
        let part = if last > first { (x - first) / (last - first) } else { 0.0 };
        ((part * blocks as f64) as usize).min(blocks - 1)
    };
    let mut lines = Vec::new();
    for series in &points.series {
        let most = series.points.iter().filter_map(|(_, y)| *y).fold(f64::MIN, f64::max);
        let number =
            if most > f64::MIN { format!("max {}", place_text(most, points.y)) } else { "no value".into() };
        let drawing = line_of_blocks(series, most, blocks, wide, &block);
        lines.push(Line { label: series.name.clone(), drawing, number });
        if !series.anomalies.is_empty() {
            let mut marks = vec![' '; blocks * wide];
            series.anomalies.iter().for_each(|(x, _)| marks[block(*x) * wide] = '▲');
            let drawing: String = marks.into_iter().collect();
            let number = format!("anomalies: {}", series.anomalies.len());
            lines.push(Line { label: String::new(), drawing: drawing.trim_end().to_string(), number });
        }
    }
    let (from, to) = (place_text(first, points.x), place_text(last, points.x));
    let between = (blocks * wide).saturating_sub(from.chars().count() + to.chars().count()).max(3);
    let drawing = format!("{from}{}{to}", " ".repeat(between));
    lines.insert(
        lines.len().min(DRAWN - 1),
        Line { label: points.x_name.clone(), drawing, number: String::new() },
    );
    lines
}

/// Blocks of eight heights, the greatest value of each stretch.
fn line_of_blocks(
    series: &Series,
    most: f64,
    blocks: usize,
    wide: usize,
    block: &dyn Fn(f64) -> usize,
) -> String {
    let mut tops: Vec<Option<f64>> = vec![None; blocks];
    for (x, y) in &series.points {
        let top = &mut tops[block(*x)];
        *top = (*y).into_iter().chain(*top).reduce(f64::max);
    }
    let level = |top: &Option<f64>| match top {
        None => ' ',
        Some(top) if *top <= 0.0 || most <= 0.0 => '_',
        Some(top) => LEVELS[((top / most * 8.0).ceil() as usize).clamp(1, 8) - 1],
    };
    tops.iter().flat_map(|top| std::iter::repeat_n(level(top), wide)).collect()
}
