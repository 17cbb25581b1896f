//! Where a chart is drawn: colours, text and shapes in pixels, over any backend of plotters.
//!
//! A pixel is several units of the backend, so that SVG has a decimal and PNG is sharp on dense screens.
//!
//! Trap: colours are roles. `INK` is the colour of the page's own text, a series' colour tells its number
//! (`series_of`); the SVG backend writes them so that a page can set its own. Fills of `PATTERN` opacity get the
//! series' pattern.

use plotters::coord::Shift;
use plotters::element::{Circle, PathElement, Polygon, Rectangle};
use plotters::prelude::{DrawingArea, DrawingBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{
    Color, FontStyle, FontTransform, IntoFont, RGBAColor, RGBColor, ShapeStyle, TextStyle, register_font,
};

pub const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
pub const PAPER: RGBColor = RGBColor(0xff, 0xff, 0xff);
/// What is told apart by all kinds of sight, at 3 to 1 against white and near black.
pub const SERIES: [RGBColor; 8] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x00, 0x94, 0x6c),
    RGBColor(0xc0, 0x62, 0x96),
    RGBColor(0xa0, 0x78, 0x00),
    RGBColor(0x3a, 0x95, 0xd6),
    RGBColor(0x7f, 0x7f, 0x7f),
    RGBColor(0x86, 0x5c, 0xc4),
];
pub const ANOMALY: RGBColor = RGBColor(0xd0, 0x1c, 0x1c);
/// Fills of this opacity have the pattern of their series.
pub const PATTERN: f64 = 0.9;

const FONT: &str = "sans-serif";

/// A place in pixels.
pub type At = (f64, f64);

pub fn colour(series: usize) -> RGBColor {
    SERIES[series % SERIES.len()]
}

/// The series that a colour stands for.
pub fn series_of(rgb: (u8, u8, u8)) -> Option<usize> {
    SERIES.iter().position(|c| (c.0, c.1, c.2) == rgb)
}

/// Makes the text of pictures independent of the machine's fonts.
pub fn use_own_font() -> Result<(), String> {
    register_font(FONT, FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT)
        .map_err(|_| "the font of pictures cannot be read".to_string())
}

/// About how wide a text is, in pixels.
pub fn text_width(text: &str, size: f64) -> f64 {
    let width = |c: char| match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.32,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | ' ' | '-' | '/' | '"' => 0.4,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' => 0.95,
        c if c.is_ascii_uppercase() => 0.7,
        c if u32::from(c) >= 0x1100 => 1.0,
        _ => 0.61,
    };
    text.chars().map(width).sum::<f64>() * size
}

/// As much of a text as has room, with a mark where it is cut.
pub fn fit(text: &str, size: f64, room: f64) -> String {
    if text_width(text, size) <= room {
        return text.to_string();
    }
    let (mut out, mut width) = (String::new(), text_width("…", size));
    for c in text.chars() {
        width += text_width(c.encode_utf8(&mut [0; 4]), size);
        if width > room {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

/// How a text stands to its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Left,
    Middle,
    Right,
}

pub struct Canvas<'a, B: DrawingBackend> {
    pub root: &'a DrawingArea<B, Shift>,
    /// Units of the backend in a pixel.
    pub unit: i32,
    /// Does the backend join the pieces of a line well? The one of pixels draws long spikes at sharp turns.
    pub joins: bool,
    /// In pixels.
    pub width: f64,
    pub height: f64,
}

impl<B: DrawingBackend> Canvas<'_, B> {
    fn at(&self, (x, y): At) -> (i32, i32) {
        ((x * f64::from(self.unit)).round() as i32, (y * f64::from(self.unit)).round() as i32)
    }

    pub fn stroke(&self, colour: impl Color, width: f64) -> ShapeStyle {
        let width = (width * f64::from(self.unit)).round().max(1.0) as u32;
        ShapeStyle { color: colour.to_rgba(), filled: false, stroke_width: width }
    }

    pub fn style(&self, size: f64, colour: RGBAColor) -> TextStyle<'static> {
        (FONT, size * f64::from(self.unit)).into_font().color(&colour)
    }

    pub fn text(&self, text: &str, at: At, size: f64, side: Side) -> Result<(), String> {
        self.turned(text, at, size, side, FontTransform::None)
    }

    /// A text whose middle line is at its place.
    pub fn turned(
        &self,
        text: &str,
        at: At,
        size: f64,
        side: Side,
        turn: FontTransform,
    ) -> Result<(), String> {
        let side = match side {
            Side::Left => HPos::Left,
            Side::Middle => HPos::Center,
            Side::Right => HPos::Right,
        };
        let style = self.style(size, INK.to_rgba()).pos(Pos::new(side, VPos::Center)).transform(turn);
        self.root.draw_text(text, &style, self.at(at)).map_err(|e| e.to_string())
    }

    pub fn path(&self, points: &[At], colour: impl Color, width: f64) -> Result<(), String> {
        let points: Vec<(i32, i32)> = points.iter().map(|at| self.at(*at)).collect();
        let style = self.stroke(colour, width);
        if self.joins || points.len() < 3 {
            return self.root.draw(&PathElement::new(points, style)).map_err(|e| e.to_string());
        }
        for pair in points.windows(2).filter(|pair| pair[0] != pair[1]) {
            self.root.draw(&PathElement::new(pair.to_vec(), style)).map_err(|e| e.to_string())?;
        }
        let joint = (style.stroke_width / 2) as i32;
        let mut joints = points.iter().filter(|_| joint > 1);
        joints
            .try_for_each(|at| self.root.draw(&Circle::new(*at, joint, style.color.filled())))
            .map_err(|e| e.to_string())
    }

    pub fn polygon(&self, points: &[At], colour: impl Color) -> Result<(), String> {
        let points: Vec<(i32, i32)> = points.iter().map(|at| self.at(*at)).collect();
        self.root.draw(&Polygon::new(points, colour.filled())).map_err(|e| e.to_string())
    }

    pub fn rect(&self, (from, to): (At, At), colour: impl Color) -> Result<(), String> {
        let corners = [self.at(from), self.at(to)];
        self.root.draw(&Rectangle::new(corners, colour.filled())).map_err(|e| e.to_string())
    }

    pub fn circle(&self, at: At, radius: f64, style: ShapeStyle) -> Result<(), String> {
        let radius = (radius * f64::from(self.unit)).round() as i32;
        self.root.draw(&Circle::new(self.at(at), radius, style)).map_err(|e| e.to_string())
    }

    /// The mark of a series: its shape differs, too.
    pub fn mark(&self, series: usize, (x, y): At, r: f64) -> Result<(), String> {
        let c = colour(series);
        let shape = |points: &[At]| {
            let points: Vec<At> = points.iter().map(|(dx, dy)| (x + dx * r, y + dy * r)).collect();
            self.polygon(&points, c)
        };
        match series % 6 {
            0 => self.circle((x, y), r, c.filled()),
            1 => shape(&[(0.0, -1.3), (1.2, 0.9), (-1.2, 0.9)]),
            2 => shape(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
            3 => shape(&[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)]),
            4 => shape(&[(0.0, 1.3), (1.2, -0.9), (-1.2, -0.9)]),
            _ => self.circle((x, y), r, self.stroke(c, 1.5)),
        }
    }
}
