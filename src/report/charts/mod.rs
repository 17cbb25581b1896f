//! A `render` drawn as a picture: the table's points, the frame around them, the marks of each kind.
//!
//! `asked` reads the query's wishes, `points` the table, `axis` makes scales; `frame` lays out title, legend,
//! axes and notes; `marks` and `pie` draw. plotters maps and draws, over a backend of the caller: `svg` or `png`.
//!
//! Trap: names come from logs. They are bounded and made visible in `points`, escaped by the backend.

pub mod asked;
pub mod axis;
pub mod canvas;
mod frame;
mod marks;
mod pie;
pub mod points;

use plotters::prelude::DrawingBackend;

use self::asked::{Asked, Kind, Visual};
use self::canvas::Canvas;
use self::points::Points;
use crate::table::Table;

/// A picture's size in pixels.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

impl Default for Size {
    fn default() -> Size {
        Size { width: 900, height: 420 }
    }
}

/// What there is to draw.
pub struct Chart {
    asked: Asked,
    points: Points,
    /// Of a card: what it says and below that its name.
    cards: Vec<(String, String)>,
}

/// Reads a table for drawing; a reason if it cannot be drawn.
pub fn read(table: &Table, visual: &Visual<'_>) -> Result<Chart, String> {
    let asked = asked::read(visual)?;
    if table.rows.is_empty() {
        return Err("there are no rows to draw".into());
    }
    if asked.kind == Kind::Card {
        let first = table.rows.first().into_iter().flatten().zip(&table.schema.columns);
        let cards = first.map(|(value, c)| (points::label(value, c.ty), points::short(&c.name)));
        let mut points = points::none();
        if table.rows.len() > 1 {
            points.notes.push(format!(
                "a card shows the first row; further rows, not shown: {}",
                table.rows.len() - 1
            ));
        }
        return Ok(Chart { asked, points, cards: cards.collect() });
    }
    let points = points::read(table, &asked)?;
    if points.series.iter().all(|s| s.points.iter().all(|(_, y)| y.is_none())) {
        return Err("there are no values to draw: all are null or not finite".into());
    }
    Ok(Chart { asked, points, cards: Vec::new() })
}

impl Chart {
    pub fn points(&self) -> &Points {
        &self.points
    }

    pub fn kind(&self) -> Kind {
        self.asked.kind
    }

    /// Its name: the query's title, or what is drawn over what.
    pub fn title(&self) -> String {
        match &self.asked.title {
            Some(title) => points::short(title),
            None if self.asked.kind == Kind::Card => "card".into(),
            None => format!("{} of {} by {}", self.asked.name, self.points.y_name, self.points.x_name),
        }
    }

    /// What a reader who does not see it needs to know.
    pub fn description(&self) -> String {
        let mut said: Vec<String> =
            self.cards.iter().map(|(value, name)| format!("{name}: {value}")).collect();
        if self.cards.is_empty() {
            said.push(format!("{}, {} series", self.asked.name, self.points.series.len()));
        }
        for series in self.points.series.iter().take(8) {
            let values = || series.points.iter().filter_map(|(_, y)| *y);
            let (least, most) = values().fold((f64::MAX, f64::MIN), |(a, b), y| (a.min(y), b.max(y)));
            if least <= most {
                let text = |y: f64| axis::place_text(y, self.points.y);
                let odd = match series.anomalies.len() {
                    0 => String::new(),
                    n => format!(", anomalies: {n}"),
                };
                let points = series.points.len();
                said.push(format!(
                    "{}: {points} points from {} to {}{odd}",
                    series.name,
                    text(least),
                    text(most)
                ));
            }
        }
        if self.points.series.len() > 8 {
            said.push(format!("and {} more series", self.points.series.len() - 8));
        }
        said.extend(self.points.notes.iter().cloned());
        said.join("; ")
    }

    /// Draws it.
    pub fn paint<B: DrawingBackend>(&self, canvas: &Canvas<'_, B>) -> Result<(), String> {
        match self.asked.kind {
            Kind::Card => pie::cards(canvas, self.asked.title.as_deref(), &self.cards, &self.points.notes),
            Kind::Pie => pie::draw(canvas, self.asked.title.as_deref(), self.asked.legend, &self.points),
            _ => frame::draw(canvas, &self.asked, &self.points),
        }
    }
}
