//! The marks of a chart with axes: lines, areas, bars, columns, points, anomalies.
//!
//! Trap: a line of many points is thinned to the least and the greatest of each pixel, which looks the same; a
//! bar is at least a pixel, so that a small value differs from none.

use std::collections::BTreeMap;

use plotters::prelude::DrawingBackend;
use plotters::style::Color;

use super::asked::{Asked, Kind, Stack};
use super::axis::{Axis, place_text};
use super::canvas::{ANOMALY, At, Canvas, PATTERN, Side, colour, text_width};
use super::frame::is_stacked;
use super::points::{Points, Scale};

/// Points of one series that are marked each.
const MARKED: usize = 40;
/// Marks of a scatterchart.
const SCATTERED: usize = 20_000;
const BAR_TEXT: f64 = 11.0;

/// Where marks go.
pub struct Plane<'a> {
    /// The pixel of a place and a value.
    pub at: &'a dyn Fn(f64, f64) -> At,
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
    pub values: &'a Axis,
    /// Do values run from left to right?
    pub across: bool,
}

/// By series, place (its bits) and where the value begins and ends. Empty if nothing is stacked.
pub type Stacked = Vec<BTreeMap<i64, (f64, f64, f64)>>;

/// Sorts like the number.
fn order(x: f64) -> i64 {
    let bits = x.to_bits() as i64;
    if bits < 0 { bits ^ i64::MAX } else { bits }
}

/// Stacks the values of each place.
pub fn stacked(asked: &Asked, points: &Points) -> Result<Stacked, String> {
    if !is_stacked(asked) {
        return Ok(Vec::new());
    }
    let mut sums: BTreeMap<i64, (f64, f64, f64)> = BTreeMap::new();
    for (x, y) in points.series.iter().flat_map(|s| &s.points) {
        let sum = sums.entry(order(*x)).or_insert((*x, 0.0, 0.0));
        let y = y.unwrap_or(0.0);
        if y < 0.0 && (asked.stack == Stack::Share || asked.kind == Kind::Area) {
            return Err(format!("{} cannot stack values below zero: kind=unstacked draws them", asked.name));
        }
        sum.1 += y.max(0.0);
    }
    let whole = |order: &i64| match asked.stack {
        Stack::Share => sums.get(order).map_or(1.0, |s| if s.1 > 0.0 { s.1 / 100.0 } else { 1.0 }),
        _ => 1.0,
    };
    let mut reached: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
    let mut all = Vec::new();
    for series in &points.series {
        let own: BTreeMap<i64, f64> =
            series.points.iter().map(|(x, y)| (order(*x), y.unwrap_or(0.0))).collect();
        let mut layers = BTreeMap::new();
        for (place, (x, ..)) in &sums {
            let value = own.get(place).copied().unwrap_or(0.0) / whole(place);
            let (above, below) = reached.entry(*place).or_default();
            let from = if value < 0.0 { below } else { above };
            let start = *from;
            *from += value;
            layers.insert(*place, (*x, start, *from));
        }
        all.push(layers);
    }
    Ok(all)
}

/// The least and the greatest value to show.
pub fn extent(asked: &Asked, points: &Points, stacked: &Stacked, shown: &[usize]) -> (f64, f64) {
    let bounds = |(a, b): (f64, f64), y: f64| (a.min(y), b.max(y));
    if is_stacked(asked) {
        let ends = shown.iter().flat_map(|at| stacked[*at].values()).flat_map(|(_, from, to)| [*from, *to]);
        return ends.fold((f64::MAX, f64::MIN), bounds);
    }
    let values = shown.iter().flat_map(|at| &points.series[*at].points).filter_map(|(_, y)| *y);
    values.filter(|y| !asked.y_log || *y > 0.0).fold((f64::MAX, f64::MIN), bounds)
}

/// How wide the place of a column is on the axis.
pub fn slot(points: &Points) -> f64 {
    if points.x == Scale::Category {
        return 1.0;
    }
    let mut places: Vec<f64> = points.series.iter().flat_map(|s| s.points.iter().map(|(x, _)| *x)).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    let least = places.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::MAX, f64::min);
    if least == f64::MAX { crate::time::TICKS_PER_DAY as f64 } else { least }
}

/// Says when not every point has a mark of its own.
pub fn note_thinned(asked: &Asked, points: &Points, width: f64, notes: &mut Vec<String>) {
    let most = points.series.iter().map(|s| s.points.len()).max().unwrap_or(0);
    let all: usize = points.series.iter().map(|s| s.points.len()).sum();
    match asked.kind {
        Kind::Scatter if all > SCATTERED => {
            notes.push(format!(
                "of {all} points those at the same pixel are drawn once, and at most {SCATTERED}"
            ));
        }
        Kind::Line | Kind::Time | Kind::Anomaly | Kind::Area if most as f64 > width * 4.0 => {
            notes.push(format!(
                "a series has {most} points; of each pixel's the least and the greatest are drawn"
            ));
        }
        Kind::Column if most as f64 > width => {
            notes.push(format!("{most} columns are wider than their time"))
        }
        _ => {}
    }
}

pub fn draw<B: DrawingBackend>(
    canvas: &Canvas<'_, B>,
    plane: &Plane<'_>,
    asked: &Asked,
    points: &Points,
    series: &[usize],
    stacked: &Stacked,
) -> Result<(), String> {
    match asked.kind {
        Kind::Bar | Kind::Column => bars(canvas, plane, asked, points, series, stacked),
        Kind::Scatter => scatter(canvas, plane, asked, points, series),
        Kind::Area if is_stacked(asked) => layers(canvas, plane, series, stacked),
        _ => series.iter().try_for_each(|at| line(canvas, plane, asked, points, *at)),
    }
}

/// Whether a place and a value exist on the axes.
fn exists(asked: &Asked, x: f64, y: f64) -> bool {
    (!asked.x_log || x > 0.0) && (!asked.y_log || y > 0.0)
}

fn line<B: DrawingBackend>(
    canvas: &Canvas<'_, B>,
    plane: &Plane<'_>,
    asked: &Asked,
    points: &Points,
    at: usize,
) -> Result<(), String> {
    let series = &points.series[at];
    let mut runs: Vec<Vec<At>> = vec![Vec::new()];
    for (x, y) in &series.points {
        match y.filter(|y| exists(asked, *x, *y)) {
            Some(y) => runs.last_mut().into_iter().for_each(|run| run.push((plane.at)(*x, y))),
            None => runs.push(Vec::new()),
        }
    }
    let floor = (plane.at)(
        series.points.first().map_or(0.0, |p| p.0),
        plane.values.least.max(0.0).min(plane.values.most),
    )
    .1;
    let count = series.points.len();
    for run in runs.iter().filter(|run| !run.is_empty()) {
        let run = thinned(run);
        if asked.kind == Kind::Area {
            let inside = run.iter().map(|(x, y)| (*x, y.clamp(plane.top, plane.bottom)));
            let mut around: Vec<At> = inside.collect();
            around.push((run[run.len() - 1].0, floor));
            around.push((run[0].0, floor));
            canvas.polygon(&around, colour(at).mix(0.25))?;
        }
        for piece in clipped(&run, plane) {
            canvas.path(&piece, colour(at), 2.0)?;
        }
        let every = if count <= MARKED { 1 } else { (run.len() / 12).max(1) };
        let single = run.len() == 1;
        let marked = run.iter().skip((at * 3) % every).step_by(every);
        for place in marked.filter(|p| p.1 >= plane.top - 0.5 && p.1 <= plane.bottom + 0.5) {
            if single || points.series.len() > 1 || count <= MARKED {
                canvas.mark(at, *place, 3.0)?;
            }
        }
    }
    for (x, y) in series.anomalies.iter().filter(|(x, y)| exists(asked, *x, *y)) {
        let place = (plane.at)(*x, *y);
        if place.1 >= plane.top - 0.5 && place.1 <= plane.bottom + 0.5 {
            anomaly(canvas, place)?;
        }
    }
    Ok(())
}

/// A ring with a point in it.
pub fn anomaly<B: DrawingBackend>(canvas: &Canvas<'_, B>, at: At) -> Result<(), String> {
    canvas.circle(at, 3.0, ANOMALY.filled())?;
    canvas.circle(at, 6.5, canvas.stroke(ANOMALY, 1.6))
}

/// Of many points at one pixel the first, the least, the greatest and the last.
fn thinned(run: &[At]) -> Vec<At> {
    let mut out: Vec<At> = Vec::new();
    let mut rest = run;
    while let Some(first) = rest.first() {
        let pixel = first.0.round();
        let (own, after) = rest.split_at(rest.partition_point(|p| p.0.round() <= pixel).max(1));
        rest = after;
        if own.len() <= 4 {
            out.extend_from_slice(own);
            continue;
        }
        let by = |a: &&At, b: &&At| a.1.total_cmp(&b.1);
        let (least, most) = (own.iter().min_by(by), own.iter().max_by(by));
        out.push(own[0]);
        out.extend(least.into_iter().chain(most).copied());
        out.push(own[own.len() - 1]);
    }
    out
}

/// The pieces of a line between the top and the bottom of the plane.
fn clipped(run: &[At], plane: &Plane<'_>) -> Vec<Vec<At>> {
    let inside = |p: &At| p.1 >= plane.top - 0.5 && p.1 <= plane.bottom + 0.5;
    if run.iter().all(inside) {
        return vec![run.to_vec()];
    }
    let mut pieces: Vec<Vec<At>> = vec![Vec::new()];
    for pair in run.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let part = |y: f64| if b.1 == a.1 { 0.0 } else { ((y - a.1) / (b.1 - a.1)).clamp(0.0, 1.0) };
        let (mut from, mut to) = (part(plane.top), part(plane.bottom));
        if from > to {
            (from, to) = (to, from);
        }
        if inside(&a) {
            from = 0.0;
        }
        if inside(&b) {
            to = 1.0;
        }
        let point = |t: f64| (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t);
        let outside = from >= to && !(inside(&a) && inside(&b));
        if outside {
            pieces.push(Vec::new());
            continue;
        }
        let Some(piece) = pieces.last_mut() else { continue };
        if piece.is_empty() {
            piece.push(point(from));
        }
        piece.push(point(to));
        if to < 1.0 {
            pieces.push(Vec::new());
        }
    }
    pieces.retain(|piece| piece.len() > 1);
    pieces
}

fn layers<B: DrawingBackend>(
    canvas: &Canvas<'_, B>,
    plane: &Plane<'_>,
    series: &[usize],
    stacked: &Stacked,
) -> Result<(), String> {
    for at in series {
        let clamp = |(x, y): At| (x, y.clamp(plane.top, plane.bottom));
        let above: Vec<At> = stacked[*at].values().map(|(x, _, to)| clamp((plane.at)(*x, *to))).collect();
        let below: Vec<At> =
            stacked[*at].values().rev().map(|(x, from, _)| clamp((plane.at)(*x, *from))).collect();
        let (above, below) = (thinned(&above), below.into_iter());
        let step = (stacked[*at].len() / 4000).max(1);
        let around: Vec<At> = above.iter().copied().chain(below.step_by(step)).collect();
        canvas.polygon(&around, colour(*at).mix(PATTERN))?;
        canvas.path(&above, colour(*at), 1.0)?;
    }
    Ok(())
}

fn bars<B: DrawingBackend>(
    canvas: &Canvas<'_, B>,
    plane: &Plane<'_>,
    asked: &Asked,
    points: &Points,
    series: &[usize],
    stacked: &Stacked,
) -> Result<(), String> {
    let width = slot(points) * 0.8;
    let count = if is_stacked(asked) { 1.0 } else { series.len() as f64 };
    let floor = if asked.y_log { plane.values.least } else { 0.0 };
    let few =
        series.iter().map(|at| points.series[*at].points.len()).sum::<usize>() <= 60 && !is_stacked(asked);
    for (n, at) in series.iter().enumerate() {
        let ends: Vec<(f64, f64, f64)> = match is_stacked(asked) {
            true => stacked[*at].values().copied().collect(),
            false => points.series[*at].points.iter().filter_map(|(x, y)| Some((*x, floor, (*y)?))).collect(),
        };
        for (x, from, to) in
            ends.into_iter().filter(|(_, from, to)| (from != to || few) && exists(asked, 1.0, *to))
        {
            let offset = if is_stacked(asked) { 0.0 } else { n as f64 / count * width };
            let start = x - width / 2.0 + offset;
            let clamp = |v: f64| v.clamp(plane.values.least, plane.values.most);
            let (a, b) = ((plane.at)(start, clamp(from)), (plane.at)(start + width / count, clamp(to)));
            let (mut a, mut b) = ((a.0.min(b.0), a.1.min(b.1)), (a.0.max(b.0), a.1.max(b.1)));
            if b.0 - a.0 < 1.0 && from != to {
                b.0 = a.0 + 1.0;
            }
            if b.1 - a.1 < 1.0 && from != to {
                a.1 = b.1 - 1.0;
            }
            if from != to {
                canvas.rect((a, b), colour(*at).mix(PATTERN))?;
            }
            if few {
                value_text(canvas, plane, (a, b), &place_text(to, points.y), to < floor)?;
            }
        }
    }
    let base = plane.values.least.max(floor).min(plane.values.most);
    if plane.values.least < base {
        let (a, b) = ((plane.at)(0.0, base), (plane.at)(0.0, base));
        let ends = match plane.across {
            true => [(a.0, plane.top), (b.0, plane.bottom)],
            false => [(plane.left, a.1), (plane.right, b.1)],
        };
        canvas.path(&ends, super::canvas::INK.mix(0.6), 1.0)?;
    }
    Ok(())
}

/// The value at the end of its bar, where it has room.
fn value_text<B: DrawingBackend>(
    canvas: &Canvas<'_, B>,
    plane: &Plane<'_>,
    (a, b): (At, At),
    text: &str,
    negative: bool,
) -> Result<(), String> {
    let width = text_width(text, BAR_TEXT);
    if plane.across {
        let room = b.1 - a.1 >= BAR_TEXT - 1.0;
        let y = (a.1 + b.1) / 2.0;
        return match room {
            true if negative && a.0 - width - 6.0 > plane.left => {
                canvas.text(text, (a.0 - 4.0, y), BAR_TEXT, Side::Right)
            }
            true if !negative && b.0 + width + 6.0 < plane.right + 20.0 => {
                canvas.text(text, (b.0 + 4.0, y), BAR_TEXT, Side::Left)
            }
            _ => Ok(()),
        };
    }
    let y = if negative { b.1 + 8.0 } else { a.1 - 8.0 };
    if b.0 - a.0 < width || y < plane.top || y > plane.bottom {
        return Ok(());
    }
    canvas.text(text, ((a.0 + b.0) / 2.0, y), BAR_TEXT, Side::Middle)
}

fn scatter<B: DrawingBackend>(
    canvas: &Canvas<'_, B>,
    plane: &Plane<'_>,
    asked: &Asked,
    points: &Points,
    series: &[usize],
) -> Result<(), String> {
    let mut drawn = 0;
    for at in series {
        let mut seen = std::collections::HashSet::new();
        for (x, y) in &points.series[*at].points {
            let Some(y) = y.filter(|y| exists(asked, *x, *y)) else { continue };
            let place = (plane.at)(*x, y);
            let shown = place.1 >= plane.top - 0.5 && place.1 <= plane.bottom + 0.5;
            if shown && seen.insert((place.0.round() as i32, place.1.round() as i32)) && drawn < SCATTERED {
                canvas.mark(*at, place, 3.0)?;
                drawn += 1;
            }
        }
    }
    Ok(())
}
