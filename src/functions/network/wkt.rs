//! `geo_from_wkt(text)`: well-known text, as in `LINESTRING (1 2, 3 4)`, as GeoJSON.
//!
//! Trap: coordinates are pairs; a third one, `EMPTY`, or anything else that is not of this grammar gives null.

use super::geohash::{position, shape};
use crate::functions::Function;
use crate::functions::convert::text;
use crate::functions::rows::plain;
use crate::value::Value;

pub const ROWS: &[Function] = &[plain(
    "geo_from_wkt",
    &["(wkt: string) -> dynamic"],
    "The GeoJSON shape that a well-known text stands for.",
    |a, _| {
        let source = text(&a[0]);
        let mut rest = source.trim();
        let found = geometry(&mut rest, MAX_DEPTH).filter(|_| rest.trim().is_empty());
        found.unwrap_or(Value::Null)
    },
)];

/// How deep collections may lie within each other.
const MAX_DEPTH: usize = 16;

/// The names, and how deep their lists of positions lie.
const KINDS: [(&str, &str, usize); 6] = [
    ("POINT", "Point", 0),
    ("LINESTRING", "LineString", 1),
    ("POLYGON", "Polygon", 2),
    ("MULTIPOINT", "MultiPoint", 1),
    ("MULTILINESTRING", "MultiLineString", 2),
    ("MULTIPOLYGON", "MultiPolygon", 3),
];

fn geometry(rest: &mut &str, depth: usize) -> Option<Value> {
    let trimmed = rest.trim_start();
    let end = trimmed.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(trimmed.len());
    let (word, after) = trimmed.split_at(end);
    *rest = after;
    if word.eq_ignore_ascii_case("GEOMETRYCOLLECTION") {
        let inner = depth.checked_sub(1)?;
        let shapes = list(rest, &mut |rest| geometry(rest, inner))?;
        let members = [("type", Value::string("GeometryCollection")), ("geometries", shapes)];
        return Some(Value::Bag(members.map(|(key, value)| (key.to_string(), value)).to_vec()));
    }
    let (_, kind, depth) = KINDS.iter().find(|(name, ..)| name.eq_ignore_ascii_case(word))?;
    let coordinates = match (*depth, *kind) {
        (0, _) => match list(rest, &mut pair)? {
            Value::Array(mut points) if points.len() == 1 => points.pop()?,
            _ => return None,
        },
        // The points of a MULTIPOINT may have brackets of their own.
        (_, "MultiPoint") => list(rest, &mut |rest| match rest.trim_start().starts_with('(') {
            true => match list(rest, &mut pair)? {
                Value::Array(mut points) if points.len() == 1 => points.pop(),
                _ => None,
            },
            false => pair(rest),
        })?,
        (depth, _) => nested(rest, depth)?,
    };
    Some(shape(kind, coordinates))
}

/// Lists of lists of positions, so many deep.
fn nested(rest: &mut &str, depth: usize) -> Option<Value> {
    list(rest, &mut |rest| if depth > 1 { nested(rest, depth - 1) } else { pair(rest) })
}

/// `( item , item … )`
fn list(rest: &mut &str, item: &mut dyn FnMut(&mut &str) -> Option<Value>) -> Option<Value> {
    *rest = rest.trim_start().strip_prefix('(')?;
    let mut items = Vec::new();
    loop {
        items.push(item(rest)?);
        let after = rest.trim_start();
        if let Some(more) = after.strip_prefix(',') {
            *rest = more;
            continue;
        }
        *rest = after.strip_prefix(')')?;
        return Some(Value::Array(items));
    }
}

/// `longitude latitude`
fn pair(rest: &mut &str) -> Option<Value> {
    let end = rest.find([',', ')', '(']).unwrap_or(rest.len());
    let (words, after) = rest.split_at(end);
    *rest = after;
    let mut numbers = words.split_ascii_whitespace().map(|w| w.parse::<f64>().ok().filter(|x| x.is_finite()));
    match (numbers.next()?, numbers.next()?, numbers.next()) {
        (Some(x), Some(y), None) => Some(position(x, y)),
        _ => None,
    }
}
