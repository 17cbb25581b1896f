//! What has no axes: `piechart` and `card`.
//!
//! Trap: a share has no meaning for what is null or below zero; such rows are counted in a note.

use std::f64::consts::TAU;

use plotters::prelude::DrawingBackend;
use plotters::style::Color;

use super::axis::{number_text, place_text};
use super::canvas::{At, Canvas, INK, PAPER, PATTERN, Side, colour, fit};
use super::frame::{self, TEXT, notes};
use super::points::{Points, short};

/// Slices; the smallest of more are put together.
const SLICES: usize = 12;
/// Of a turn, between points of an arc.
const STEP: f64 = TAU / 180.0;

pub fn draw<B: DrawingBackend>(
    canvas: &Canvas<'_, B>,
    title: Option<&str>,
    legend: bool,
    points: &Points,
) -> Result<(), String> {
    let mut said = points.notes.clone();
    let (slices, sum) = slices(points, &mut said)?;
    let top = frame::title(canvas, title)?;
    let bottom = notes(canvas, &said)?;
    let radius = ((bottom - top) / 2.0 - 8.0).min(canvas.width / 4.0).max(10.0);
    let middle = (radius + 24.0, (top + bottom) / 2.0);
    let mut from = 0.0;
    for (at, (_, value)) in slices.iter().enumerate() {
        let to = from + value / sum;
        let around = wedge(middle, radius, from, to);
        canvas.polygon(&around, colour(at).mix(PATTERN))?;
        let mut edge = around.clone();
        edge.push(around[0]);
        canvas.path(&edge, PAPER, 1.5)?;
        from = to;
    }
    if !legend {
        return Ok(());
    }
    let row = ((bottom - top) / slices.len() as f64).clamp(14.0, 22.0);
    let left = middle.0 + radius + 32.0;
    let mut y = middle.1 - row * (slices.len() as f64 - 1.0) / 2.0;
    for (at, (name, value)) in slices.iter().enumerate() {
        canvas.rect(((left, y - 6.0), (left + 20.0, y + 6.0)), colour(at).mix(PATTERN))?;
        let text = format!(
            "{} ({}%)",
            place_text(*value, points.y),
            number_text((value / sum * 1000.0).round() / 10.0)
        );
        let room = canvas.width - left - 40.0 - super::canvas::text_width(&text, TEXT);
        let name = fit(name, TEXT, room.max(40.0));
        canvas.text(&format!("{name}: {text}"), (left + 28.0, y), TEXT, Side::Left)?;
        y += row;
    }
    Ok(())
}

/// The slices in the order of the rows, and their sum.
fn slices(points: &Points, said: &mut Vec<String>) -> Result<(Vec<(String, f64)>, f64), String> {
    let values = points.series.first().map(|s| s.points.as_slice()).unwrap_or_default();
    let named = values.iter().filter_map(|(x, y)| Some((points.categories.get(*x as usize)?.clone(), (*y)?)));
    let (mut slices, below): (Vec<_>, Vec<_>) = named.partition(|(_, y)| *y >= 0.0);
    if !below.is_empty() {
        said.push(format!("values below zero, without a share: {}", below.len()));
    }
    slices.retain(|(_, y)| *y > 0.0);
    let sum: f64 = slices.iter().map(|(_, y)| y).sum();
    if sum <= 0.0 {
        return Err("there are no values above zero to draw shares of".into());
    }
    if slices.len() > SLICES {
        let mut order: Vec<usize> = (0..slices.len()).collect();
        order.sort_by(|a, b| slices[*b].1.total_cmp(&slices[*a].1));
        let mut kept = order[..SLICES - 1].to_vec();
        kept.sort_unstable();
        let rest: Vec<usize> = order[SLICES - 1..].to_vec();
        let other = rest.iter().map(|at| slices[*at].1).sum();
        let name = format!("(other: {})", rest.len());
        slices = kept.iter().map(|at| slices[*at].clone()).chain([(name, other)]).collect();
    }
    Ok((slices, sum))
}

fn wedge(middle: At, radius: f64, from: f64, to: f64) -> Vec<At> {
    let point = |part: f64| {
        let angle = part * TAU - TAU / 4.0;
        (middle.0 + radius * angle.cos(), middle.1 + radius * angle.sin())
    };
    let steps = ((to - from) * TAU / STEP).ceil().max(1.0) as usize;
    let arc = (0..=steps).map(|at| point(from + (to - from) * at as f64 / steps as f64));
    if to - from > 0.9999 { arc.collect() } else { std::iter::once(middle).chain(arc).collect() }
}

/// A row's values, large, each over its name.
pub fn cards<B: DrawingBackend>(
    canvas: &Canvas<'_, B>,
    title: Option<&str>,
    cards: &[(String, String)],
    said: &[String],
) -> Result<(), String> {
    const SHOWN: usize = 12;
    let mut said = said.to_vec();
    if cards.len() > SHOWN {
        said.push(format!("further columns, not shown: {}", cards.len() - SHOWN));
    }
    let top = frame::title(canvas, title)?;
    let bottom = notes(canvas, &said)?;
    let shown = cards.len().clamp(1, SHOWN);
    let across = shown.min(4);
    let down = shown.div_ceil(across);
    let (width, height) = ((canvas.width - 20.0) / across as f64, ((bottom - top) / down as f64).min(170.0));
    let top = top + ((bottom - top) - height * down as f64) / 2.0;
    for (at, (value, name)) in cards.iter().take(SHOWN).enumerate() {
        let x = 10.0 + width * (at % across) as f64;
        let y = top + height * (at / across) as f64;
        let large = (height / 4.0).clamp(14.0, 40.0);
        let large =
            (large * (width - 24.0) / super::canvas::text_width(value, large).max(1.0)).clamp(14.0, large);
        let frame = [
            (x + 6.0, y + 4.0),
            (x + width - 6.0, y + 4.0),
            (x + width - 6.0, y + height - 4.0),
            (x + 6.0, y + height - 4.0),
            (x + 6.0, y + 4.0),
        ];
        canvas.path(&frame, INK.mix(0.3), 1.0)?;
        let middle = x + width / 2.0;
        canvas.text(
            &fit(&short(value), large, width - 24.0),
            (middle, y + height / 2.0 - 6.0),
            large,
            Side::Middle,
        )?;
        canvas.text(
            &fit(name, TEXT, width - 24.0),
            (middle, y + height / 2.0 + large * 0.6 + 8.0),
            TEXT,
            Side::Middle,
        )?;
    }
    Ok(())
}
