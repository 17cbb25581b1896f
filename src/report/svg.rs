//! A chart as SVG: an `<svg>` element for a page, or a file.
//!
//! Text and lines have the page's own colour (`currentColor`); a page sets the colours of series with
//! `--auk-series-1` … `--auk-series-8`, what lies between slices with `--auk-paper`, that of anomalies with
//! `--auk-anomaly`. Series differ by pattern, mark and dashes, too.
//!
//! Trap: SVG is XML, which has no way to write some characters at all; `push_escaped` shows them as escapes. Ids
//! begin with the caller's own, so that one page can hold many charts.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fmt::Write;

use plotters::prelude::IntoDrawingArea;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontTransform,
};

use super::charts::asked::Visual;
use super::charts::canvas::{ANOMALY, Canvas, PAPER, PATTERN, SERIES, series_of, text_width, use_own_font};
use super::charts::{self, Size};
use super::escape::push_visible;
use crate::table::Table;

/// Units of the drawing in a pixel.
const UNIT: i32 = 10;
/// Dashes of lines, by series.
const DASHES: [&str; 8] = ["", "7 3", "2 3", "9 3 2 3", "4 2", "12 4", "1 2", "6 2 1 2 1 2"];
/// Strokes of a pattern, by series; the first has none.
const PATTERNS: [&str; 8] = [
    "",
    "M0 8L8 0M-2 2L2 -2M6 10L10 6",
    "M0 4H8",
    "M0 0L8 8M-2 6L2 10M6 -2L10 2",
    "M4 0V8",
    "M0 4H8M4 0V8",
    "M0 8L8 0M0 0L8 8",
    "M3 3H5V5H3Z",
];

/// Draws a table as an `<svg>` element for a page; `id` begins all ids in it. A reason if it cannot be drawn.
pub fn draw(table: &Table, visual: &Visual<'_>, size: Size, id: &str) -> Result<String, String> {
    element(table, visual, size, id, "")
}

/// A file of its own, in the colours of its reader.
pub fn file(table: &Table, visual: &Visual<'_>, size: Size) -> Result<String, String> {
    const OWN: &str = "color-scheme:light dark;color:CanvasText;background:Canvas;";
    element(table, visual, size, "chart", OWN).map(|svg| svg + "\n")
}

fn element(table: &Table, visual: &Visual<'_>, size: Size, id: &str, style: &str) -> Result<String, String> {
    let chart = charts::read(table, visual)?;
    use_own_font()?;
    let (width, height) = (size.width.clamp(240, 4000), size.height.clamp(160, 4000));
    let id: String =
        id.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    let (mut body, mut patterns) = (String::new(), BTreeSet::new());
    {
        let backend = Svg { width, height, id: &id, body: &mut body, patterns: &mut patterns };
        let root = backend.into_drawing_area();
        let canvas = Canvas {
            root: &root,
            unit: UNIT,
            joins: true,
            width: f64::from(width),
            height: f64::from(height),
        };
        chart.paint(&canvas)?;
    }
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\" \
         font-family=\"system-ui,sans-serif\" style=\"{style}max-width:100%;height:auto\">\n"
    );
    _ = write!(out, "<title id=\"{id}-title\">");
    push_escaped(&chart.title(), &mut out);
    _ = write!(out, "</title>\n<desc id=\"{id}-desc\">");
    push_escaped(&chart.description(), &mut out);
    out.push_str("</desc>\n");
    push_patterns(&patterns, &id, &mut out);
    out.push_str(&body);
    out.push_str("</svg>");
    Ok(out)
}

/// Appends text for XML and HTML: markup as entities, hidden characters and those that XML forbids as escapes.
pub fn push_escaped(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => _ = write!(out, "\\u{:04x}", u32::from(c)),
            c => push_visible(c, out),
        }
    }
}

/// The backend: shapes as elements.
struct Svg<'a> {
    width: u32,
    height: u32,
    id: &'a str,
    body: &'a mut String,
    /// Of which series there are patterns.
    patterns: &'a mut BTreeSet<usize>,
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// A length in units as pixels.
fn px(units: i32) -> String {
    let (sign, size) = (if units < 0 { "-" } else { "" }, units.abs());
    match size % UNIT {
        0 => format!("{sign}{}", size / UNIT),
        rest => format!("{sign}{}.{rest}", size / UNIT),
    }
}

fn hex((r, g, b): (u8, u8, u8)) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// ` fill="…" style="fill:var(…)"`: the colour for every reader, and what a page makes of it.
fn painted(what: &str, colour: BackendColor) -> String {
    let hex = hex(colour.rgb);
    let paper = (PAPER.0, PAPER.1, PAPER.2);
    let anomaly = (ANOMALY.0, ANOMALY.1, ANOMALY.2);
    let mut out = match series_of(colour.rgb) {
        Some(at) => format!(" {what}=\"{hex}\" style=\"{what}:var(--auk-series-{},{hex})\"", at + 1),
        None if colour.rgb == paper => format!(" {what}=\"{hex}\" style=\"{what}:var(--auk-paper,Canvas)\""),
        None if colour.rgb == anomaly => {
            format!(" {what}=\"{hex}\" style=\"{what}:var(--auk-anomaly,{hex})\"")
        }
        None => format!(" {what}=\"currentColor\""),
    };
    if colour.alpha < 1.0 {
        _ = write!(out, " {what}-opacity=\"{:.2}\"", colour.alpha);
    }
    out
}

fn push_patterns(patterns: &BTreeSet<usize>, id: &str, out: &mut String) {
    if patterns.is_empty() {
        return;
    }
    out.push_str("<defs>\n");
    for at in patterns {
        let c = SERIES[*at];
        let fill = painted("fill", BackendColor { alpha: 1.0, rgb: (c.0, c.1, c.2) });
        _ = writeln!(
            out,
            "<pattern id=\"{}-p{}\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\"><path{fill} \
             d=\"M0 0H8V8H0Z\"/><path fill=\"none\" stroke=\"#fff\" stroke-opacity=\"0.55\" stroke-width=\"1.4\" \
             d=\"{}\"/></pattern>",
            id,
            at + 1,
            PATTERNS[*at]
        );
    }
    out.push_str("</defs>\n");
}

impl Svg<'_> {
    /// The attributes of a shape's inside.
    fn fill(&mut self, colour: BackendColor) -> String {
        match series_of(colour.rgb) {
            Some(at) if colour.alpha == PATTERN && at > 0 => {
                self.patterns.insert(at);
                format!(" fill=\"url(#{}-p{})\"", self.id, at + 1)
            }
            Some(_) if colour.alpha == PATTERN => painted("fill", BackendColor { alpha: 1.0, ..colour }),
            _ => painted("fill", colour),
        }
    }

    fn stroke<S: BackendStyle>(style: &S) -> String {
        let width = px(style.stroke_width() as i32);
        format!(" fill=\"none\"{} stroke-width=\"{width}\"", painted("stroke", style.color()))
    }

    fn shape(&mut self, points: impl IntoIterator<Item = BackendCoord>, attributes: &str, closed: bool) {
        self.body.push_str("<path");
        self.body.push_str(attributes);
        self.body.push_str(" d=\"");
        for (at, (x, y)) in points.into_iter().enumerate() {
            _ = write!(self.body, "{}{} {}", if at == 0 { "M" } else { "L" }, px(x), px(y));
        }
        self.body.push_str(if closed { "Z\"/>\n" } else { "\"/>\n" });
    }
}

impl DrawingBackend for Svg<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (self.width * UNIT as u32, self.height * UNIT as u32)
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, colour: BackendColor) -> Drawn {
        let unit = 1;
        self.draw_rect((x, y), (x + unit, y + unit), &colour, true)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        (right, bottom): BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let attributes = if fill { self.fill(style.color()) } else { Svg::stroke(style) };
        self.shape([(x, y), (right, y), (right, bottom), (x, bottom)], &attributes, true);
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let colour = style.color();
        if colour.alpha > 0.0 {
            let mut attributes = Svg::stroke(style);
            let dash = series_of(colour.rgb).map_or("", |at| DASHES[at]);
            if !dash.is_empty() && style.stroke_width() > UNIT as u32 {
                _ = write!(attributes, " stroke-dasharray=\"{dash}\"");
            }
            attributes.push_str(" stroke-linejoin=\"round\"");
            self.shape(path, &attributes, false);
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let attributes = if fill { self.fill(style.color()) } else { Svg::stroke(style) };
        _ = writeln!(
            self.body,
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{attributes}/>",
            px(x),
            px(y),
            px(radius as i32)
        );
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        points: I,
        style: &S,
    ) -> Drawn {
        let attributes = self.fill(style.color());
        self.shape(points, &attributes, true);
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, (x, y): BackendCoord) -> Drawn {
        if text.is_empty() {
            return Ok(());
        }
        let size = style.size().round() as i32;
        let anchor = style.anchor();
        let side = match anchor.h_pos {
            HPos::Left => "",
            HPos::Center => " text-anchor=\"middle\"",
            HPos::Right => " text-anchor=\"end\"",
        };
        let down = match anchor.v_pos {
            VPos::Top => size * 4 / 5,
            VPos::Center => size * 7 / 20,
            VPos::Bottom => -size / 5,
        };
        let turn = match style.transform() {
            FontTransform::None => String::new(),
            FontTransform::Rotate90 => format!(" transform=\"rotate(90 {} {})\"", px(x), px(y)),
            FontTransform::Rotate180 => format!(" transform=\"rotate(180 {} {})\"", px(x), px(y)),
            FontTransform::Rotate270 => format!(" transform=\"rotate(270 {} {})\"", px(x), px(y)),
        };
        let fill = painted("fill", style.color());
        _ = write!(
            self.body,
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\"{fill}{side}{turn}>",
            px(x),
            px(y + down),
            px(size)
        );
        push_escaped(text, self.body);
        self.body.push_str("</text>\n");
        Ok(())
    }

    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        text: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        Ok((text_width(text, style.size()).round() as u32, style.size().round() as u32))
    }
}
