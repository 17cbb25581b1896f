//! Title, legend, axes and notes: what stands around the marks of a chart.
//!
//! Trap: a panel has its own y axis and shares the x axis, so that times stand below each other.

use plotters::chart::ChartBuilder;
use plotters::prelude::DrawingBackend;
use plotters::style::{Color, FontTransform};

use super::asked::{Asked, Kind, Stack};
use super::axis::{Axis, number_text, place_text};
use super::canvas::{At, Canvas, INK, PATTERN, Side, colour, fit, text_width};
use super::marks::{self, Plane, Stacked};
use super::points::{Points, Scale, Series};

pub const TITLE: f64 = 16.0;
pub const TEXT: f64 = 12.0;
const SMALL: f64 = 11.0;
const ROW: f64 = 18.0;
const MARGIN: f64 = 10.0;
/// Panels of `ysplit=panels`.
const PANELS: usize = 5;

pub fn draw<B: DrawingBackend>(canvas: &Canvas<'_, B>, asked: &Asked, points: &Points) -> Result<(), String> {
    let mut notes = points.notes.clone();
    let panels = panels(asked, points, &mut notes);
    let shown: Vec<usize> = panels.iter().flat_map(|(_, series)| series.clone()).collect();
    let stacked = marks::stacked(asked, points)?;
    let (x, y_all) = axes(canvas, asked, points, &stacked, &shown, panels.len())?;
    let undrawn = points.series.iter().flat_map(|s| &s.points);
    let not_positive =
        undrawn.filter(|(x, y)| asked.x_log && *x <= 0.0 || asked.y_log && y.is_some_and(|y| y <= 0.0));
    match not_positive.count() {
        0 => {}
        n => notes.push(format!("values not above zero, without a place on a log axis: {n}")),
    }
    marks::note_thinned(asked, points, canvas.width, &mut notes);
    let mut top = title(canvas, asked.title.as_deref())?;
    if asked.legend && (points.series.len() > 1 || asked.kind == Kind::Anomaly) {
        top = legend(canvas, asked, points, &shown, top, &mut notes)?;
    }
    let bottom = self::notes(canvas, &notes)?;
    let height = (bottom - top) / panels.len() as f64;
    let mut scales = vec![y_all];
    if panels.len() > 1 {
        let own =
            |(_, series): &(_, Vec<usize>)| y_axis(canvas, asked, points, &stacked, series, panels.len());
        scales = panels.iter().map(own).collect::<Result<_, String>>()?;
    }
    let beside = if asked.kind == Kind::Bar { std::slice::from_ref(&x) } else { &scales };
    let widest = beside.iter().flat_map(|axis| &axis.marks).map(|(_, text)| text_width(text, TEXT));
    let left = widest.fold(0.0, f64::max).min(canvas.width * 0.4) + 34.0;
    for (at, ((name, series), y)) in panels.iter().zip(&scales).enumerate() {
        let last = at + 1 == panels.len();
        let y_title = match (&asked.y_title, name) {
            (_, Some(name)) => name.clone(),
            (Some(title), None) => super::points::short(title),
            (None, None) => points.y_name.clone(),
        };
        let place = Place { left, top: top + height * at as f64, height, last };
        panel(canvas, asked, points, (&x, y, &y_title), &place, series, &stacked)?;
    }
    Ok(())
}

struct Place {
    /// What names and title of the axis beside it take; the same in all panels.
    left: f64,
    top: f64,
    height: f64,
    last: bool,
}

/// The series of each panel: of each measured column, or, of one column, each series.
fn panels(asked: &Asked, points: &Points, notes: &mut Vec<String>) -> Vec<(Option<String>, Vec<usize>)> {
    let all: Vec<usize> = (0..points.series.len()).collect();
    if !asked.panels || all.len() < 2 {
        return vec![(None, all)];
    }
    let mut columns: Vec<&String> = points.series.iter().map(|s| &s.column).collect();
    columns.dedup();
    let several = columns.iter().any(|c| *c != columns[0]);
    let mut panels: Vec<(Option<String>, Vec<usize>)> = Vec::new();
    for at in all {
        let series = &points.series[at];
        let name = if several { &series.column } else { &series.name };
        match panels.iter_mut().find(|(known, _)| several && known.as_ref() == Some(name)) {
            Some((_, inside)) => inside.push(at),
            None => panels.push((Some(name.clone()), vec![at])),
        }
    }
    if panels.len() > PANELS {
        notes.push(format!("further panels, not drawn: {}", panels.len() - PANELS));
        panels.truncate(PANELS);
    }
    panels
}

/// The axis of places and the axis of values.
fn axes<B: DrawingBackend>(
    canvas: &Canvas<'_, B>,
    asked: &Asked,
    points: &Points,
    stacked: &Stacked,
    shown: &[usize],
    panels: usize,
) -> Result<(Axis, Axis), String> {
    let y = y_axis(canvas, asked, points, stacked, shown, panels)?;
    if points.x == Scale::Category {
        let mut x = Axis::categories(&points.categories);
        x.reversed = asked.kind == Kind::Bar;
        return Ok((x, y));
    }
    let places = points.series.iter().flat_map(|s| s.points.iter().map(|(x, _)| *x));
    let places = places.filter(|x| !asked.x_log || *x > 0.0);
    let (mut least, mut most) = places.fold((f64::MAX, f64::MIN), |(a, b), x| (a.min(x), b.max(x)));
    if least > most {
        return Err("there are no places above zero for a log axis".into());
    }
    if !(most - least).is_finite() {
        return Err("the places are too far apart to draw on one axis".into());
    }
    if asked.kind == Kind::Column {
        let half = marks::slot(points) / 2.0;
        (least, most) = (least - half, most + half);
    }
    let count = (canvas.width / 95.0) as usize;
    Ok((Axis::new(points.x, least, most, asked.x_log, count), y))
}

fn y_axis<B: DrawingBackend>(
    canvas: &Canvas<'_, B>,
    asked: &Asked,
    points: &Points,
    stacked: &Stacked,
    shown: &[usize],
    panels: usize,
) -> Result<Axis, String> {
    let (least, greatest) = marks::extent(asked, points, stacked, shown);
    let mut most = greatest;
    if least > most {
        return Err("there are no values above zero for a log axis".into());
    }
    let room =
        if asked.kind == Kind::Bar { canvas.width / 90.0 } else { canvas.height / panels as f64 / 55.0 };
    // The number at the end of a bar needs room.
    if matches!(asked.kind, Kind::Bar | Kind::Column) && !asked.y_log && !is_stacked(asked) && most > 0.0 {
        most *= 1.05;
    }
    if !(most - least).is_finite() {
        return Err("the values are too far apart to draw on one axis".into());
    }
    let bounds = (asked.y_min.unwrap_or(least), asked.y_max.unwrap_or(most));
    if bounds.0 >= bounds.1 && (asked.y_min.is_some() || asked.y_max.is_some()) {
        return Err(format!(
            "no value lies between ymin and ymax: they are from {} to {}",
            place_text(least, points.y),
            place_text(greatest, points.y)
        ));
    }
    if asked.y_log {
        if bounds.0 <= 0.0 {
            return Err("ymin must be above zero on a log axis".into());
        }
        let low = asked.y_min.unwrap_or(10f64.powf(least.log10().floor()));
        let high = asked.y_max.unwrap_or(10f64.powf(most.log10().ceil()));
        return Ok(Axis::new(points.y, low, high, true, room as usize));
    }
    if asked.stack == Stack::Share {
        let mut axis = Axis::new(
            points.y,
            asked.y_min.unwrap_or(0.0),
            asked.y_max.unwrap_or(100.0),
            false,
            room as usize,
        );
        axis.marks = axis.marks.iter().map(|(at, _)| (*at, format!("{}%", number_text(*at)))).collect();
        return Ok(axis);
    }
    // From zero, unless the values are below it or the query says otherwise.
    let low = asked.y_min.unwrap_or(least.min(0.0));
    let high = asked.y_max.unwrap_or(if asked.y_min.is_none() { most.max(0.0) } else { most });
    let fixed = asked.y_min.is_some() || asked.y_max.is_some();
    let axis = if fixed { Axis::new } else { |s, a, b, _: bool, n| Axis::rounded(s, a, b, n) };
    let (low, high) = if low < high { (low, high) } else { (low, low + 1.0) };
    Ok(axis(points.y, low, high, false, room as usize))
}

/// The title at the top; where the next thing has room.
pub fn title<B: DrawingBackend>(canvas: &Canvas<'_, B>, title: Option<&str>) -> Result<f64, String> {
    let Some(title) = title else { return Ok(MARGIN) };
    let title = fit(&super::points::short(title), TITLE, canvas.width - 2.0 * MARGIN);
    canvas.text(&title, (MARGIN, MARGIN + 10.0), TITLE, Side::Left)?;
    Ok(MARGIN + 28.0)
}

/// The names of the series in rows; where the next thing has room.
fn legend<B: DrawingBackend>(
    canvas: &Canvas<'_, B>,
    asked: &Asked,
    points: &Points,
    shown: &[usize],
    top: f64,
    notes: &mut Vec<String>,
) -> Result<f64, String> {
    let (mut x, mut y) = (MARGIN, top + ROW / 2.0);
    let lowest = canvas.height / 2.0;
    let anomalies = asked.kind == Kind::Anomaly && points.series.iter().any(|s| !s.anomalies.is_empty());
    let entries = shown.iter().map(|at| Some(*at)).chain(anomalies.then_some(None));
    let entries: Vec<Option<usize>> = entries.collect();
    for (n, entry) in entries.iter().enumerate() {
        let name = entry.map_or("anomaly", |at| points.series[at].name.as_str());
        let name = fit(name, TEXT, (canvas.width / 2.0 - 40.0).max(60.0));
        let width = 30.0 + text_width(&name, TEXT) + 12.0;
        if x > MARGIN && x + width > canvas.width - MARGIN {
            (x, y) = (MARGIN, y + ROW);
        }
        if y > lowest {
            notes.push(format!(
                "series without room in the legend: {} of {}",
                entries.len() - n,
                entries.len()
            ));
            return Ok(y);
        }
        match entry {
            Some(at) => swatch(canvas, asked, *at, (x, y))?,
            None => marks::anomaly(canvas, (x + 12.0, y))?,
        }
        canvas.text(&name, (x + 30.0, y), TEXT, Side::Left)?;
        x += width;
    }
    Ok(y + ROW)
}

fn swatch<B: DrawingBackend>(
    canvas: &Canvas<'_, B>,
    asked: &Asked,
    series: usize,
    (x, y): At,
) -> Result<(), String> {
    match asked.kind {
        Kind::Bar | Kind::Column | Kind::Area => {
            canvas.rect(((x + 4.0, y - 6.0), (x + 24.0, y + 6.0)), colour(series).mix(PATTERN))
        }
        Kind::Scatter => canvas.mark(series, (x + 14.0, y), 4.0),
        _ => {
            canvas.path(&[(x, y), (x + 24.0, y)], colour(series), 2.0)?;
            canvas.mark(series, (x + 12.0, y), 3.2)
        }
    }
}

/// What is not drawn, at the bottom; where it begins.
pub fn notes<B: DrawingBackend>(canvas: &Canvas<'_, B>, notes: &[String]) -> Result<f64, String> {
    let mut y = canvas.height - MARGIN;
    for note in notes.iter().rev() {
        let note = fit(&format!("Note: {note}."), SMALL, canvas.width - 2.0 * MARGIN);
        canvas.text(&note, (MARGIN, y - 4.0), SMALL, Side::Left)?;
        y -= 15.0;
    }
    Ok(y)
}

/// One plane of axes, with its marks.
fn panel<B: DrawingBackend>(
    canvas: &Canvas<'_, B>,
    asked: &Asked,
    points: &Points,
    (x, y, y_title): (&Axis, &Axis, &str),
    place: &Place,
    series: &[usize],
    stacked: &Stacked,
) -> Result<(), String> {
    let unit = canvas.unit;
    let px = |pixels: f64| (pixels * f64::from(unit)).round() as i32;
    let across = asked.kind == Kind::Bar;
    let (below, beside) = if across { (y, x) } else { (x, y) };
    let left = place.left;
    let slot = (canvas.width - left - 24.0) / points.categories.len().max(1) as f64;
    let turned = below_turned(points, across, slot);
    let names = match (points.x, across) {
        (Scale::Category, false) if turned => 110.0,
        _ => 20.0,
    };
    let foot = if place.last { names + 28.0 } else { 8.0 };
    let area = canvas.root.clone().shrink((0, px(place.top)), (px(canvas.width), px(place.height)));
    let mut chart = ChartBuilder::on(&area)
        .margin_top(px(8.0))
        .margin_right(px(24.0))
        .x_label_area_size(px(foot))
        .y_label_area_size(px(left))
        .build_cartesian_2d(below.clone(), beside.clone())
        .map_err(|e| e.to_string())?;
    let own_names = points.x == Scale::Category;
    let hidden = !place.last || own_names && !across;
    let below_text = |at: &f64| if hidden { String::new() } else { mark_text(below, *at, 200.0) };
    let beside_text = |at: &f64| mark_text(beside, *at, left - 30.0);
    let mut mesh = chart.configure_mesh();
    mesh.axis_style(canvas.stroke(INK.mix(0.6), 0.8))
        .bold_line_style(canvas.stroke(INK.mix(0.16), 0.8))
        .light_line_style(canvas.stroke(INK.mix(0.0), 1.0))
        .max_light_lines(0)
        .label_style(canvas.style(TEXT, INK.to_rgba()))
        .set_all_tick_mark_size(px(4.0))
        .x_label_formatter(&below_text)
        .y_label_formatter(&beside_text);
    if own_names && across {
        mesh.disable_y_mesh();
    } else if own_names {
        mesh.disable_x_mesh();
    }
    mesh.draw().map_err(|e| e.to_string())?;
    let pixel = |x: f64, y: f64| {
        let (x, y) = chart.backend_coord(&(x, y));
        (f64::from(x) / f64::from(unit), f64::from(y) / f64::from(unit))
    };
    let (across_range, down_range) = chart.plotting_area().get_pixel_range();
    let real = |n: i32| f64::from(n) / f64::from(unit);
    let plane = Plane {
        at: &|x, y| if across { pixel(y, x) } else { pixel(x, y) },
        left: real(across_range.start),
        right: real(across_range.end),
        top: real(down_range.start),
        bottom: real(down_range.end),
        values: y,
        across,
    };
    marks::draw(canvas, &plane, asked, points, series, stacked)?;
    if own_names && !across && place.last {
        category_names(canvas, points, &plane, slot, turned)?;
    }
    titles(canvas, asked, points, y_title, place, &plane)
}

/// The titles of both axes.
fn titles<B: DrawingBackend>(
    canvas: &Canvas<'_, B>,
    asked: &Asked,
    points: &Points,
    y_title: &str,
    place: &Place,
    plane: &Plane<'_>,
) -> Result<(), String> {
    let (x_title, y_title) = (x_title(asked, points), y_title.to_string());
    let (below, beside) = if plane.across { (y_title, x_title) } else { (x_title, y_title) };
    if place.last {
        let text = fit(&below, TEXT, plane.right - plane.left);
        let at = ((plane.left + plane.right) / 2.0, place.top + place.height - 10.0);
        canvas.text(&text, at, TEXT, Side::Middle)?;
    }
    let text = fit(&beside, TEXT, plane.bottom - plane.top);
    let middle = ((plane.top + plane.bottom) / 2.0).round();
    canvas.turned(&text, (12.0, middle), TEXT, Side::Middle, FontTransform::Rotate270)
}

fn mark_text(axis: &Axis, at: f64, room: f64) -> String {
    let text = axis.marks.iter().find(|(mark, _)| *mark == at).map_or("", |(_, text)| text.as_str());
    fit(text, TEXT, room)
}

fn below_turned(points: &Points, across: bool, slot: f64) -> bool {
    !across && points.categories.iter().any(|name| text_width(name, TEXT) > slot - 6.0)
}

/// The names of categories below their columns; turned where they are wider than those.
fn category_names<B: DrawingBackend>(
    canvas: &Canvas<'_, B>,
    points: &Points,
    plane: &Plane<'_>,
    slot: f64,
    turned: bool,
) -> Result<(), String> {
    let skip = if turned { (13.0 / slot).ceil().max(1.0) as usize } else { 1 };
    for (at, name) in points.categories.iter().enumerate().step_by(skip) {
        let (x, _) = (plane.at)(at as f64, plane.values.least);
        if turned {
            let name = fit(name, TEXT, 104.0);
            canvas.turned(&name, (x, plane.bottom + 8.0), TEXT, Side::Right, FontTransform::Rotate270)?;
        } else {
            canvas.text(name, (x, plane.bottom + 14.0), TEXT, Side::Middle)?;
        }
    }
    Ok(())
}

/// The title of the x axis; of time with the first and the last one.
fn x_title(asked: &Asked, points: &Points) -> String {
    let name = asked.x_title.as_deref().map(super::points::short);
    let places = points.series.iter().flat_map(|s: &Series| s.points.iter().map(|(x, _)| *x));
    let (least, most) = places.fold((f64::MAX, f64::MIN), |(a, b), x| (a.min(x), b.max(x)));
    match points.x {
        Scale::Datetime if least <= most => {
            let text = |x: f64| {
                let text = place_text(x, Scale::Datetime);
                text.split('.').next().unwrap_or_default().trim_end_matches('Z').replace('T', " ")
            };
            let name = name.unwrap_or_else(|| points.x_name.clone());
            let zone = if asked.calendar { "" } else { "UTC, " };
            format!("{name} ({zone}{} to {})", text(least), text(most))
        }
        _ => name.unwrap_or_else(|| points.x_name.clone()),
    }
}

/// Are values stacked?
pub fn is_stacked(asked: &Asked) -> bool {
    asked.stack != Stack::No
}
