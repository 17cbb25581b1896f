//! Geohashes: a point as text (`geo_point_to_geohash`), and the cell that a text stands for.
//!
//! Each character is five bits that halve the longitudes and the latitudes in turn.
//!
//! Trap: shapes are GeoJSON, with the longitude first. Text that is no geohash of 1 to 18 characters is null.

use crate::functions::convert::text;
use crate::functions::rows::plain;
use crate::functions::{Cx, Function};
use crate::value::Value;

use super::geo::coordinate;

const ALPHABET: &[u8] = b"0123456789bcdefghjkmnpqrstuvwxyz";
const MAX_LENGTH: i64 = 18;
const DEFAULT_LENGTH: i64 = 5;
/// Where the neighbours of a cell are, in the order in which they are listed: columns east, rows north.
const NEIGHBORS: [(f64, f64); 8] =
    [(-1.0, 0.0), (-1.0, -1.0), (0.0, -1.0), (1.0, -1.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 1.0)];

pub const ROWS: &[Function] = &[
    plain(
        "geo_point_to_geohash",
        &["(longitude: real, latitude: real, [accuracy: long]) -> string"],
        "The geohash of a point.",
        point_to_geohash,
    ),
    plain(
        "geo_geohash_to_central_point",
        &["(geohash: string) -> dynamic"],
        "The centre of a geohash's cell as a GeoJSON point.",
        |a, _| {
            cell(&text(&a[0])).map_or(Value::Null, |c| {
                let (x, y) = c.center();
                shape("Point", position(x, y))
            })
        },
    ),
    plain(
        "geo_geohash_to_polygon",
        &["(geohash: string) -> dynamic"],
        "A geohash's cell as a GeoJSON polygon.",
        |a, _| {
            cell(&text(&a[0])).map_or(Value::Null, |c| {
                let corners = [(c.west, c.south), (c.east, c.south), (c.east, c.north), (c.west, c.north)];
                let ring = corners.iter().chain(&corners[..1]).map(|(x, y)| position(*x, *y)).collect();
                shape("Polygon", Value::Array(vec![Value::Array(ring)]))
            })
        },
    ),
    plain(
        "geo_geohash_neighbors",
        &["(geohash: string) -> dynamic"],
        "The geohashes of the cells around a cell.",
        neighbors,
    ),
];

/// The bounds of a cell in degrees.
struct Cell {
    west: f64,
    east: f64,
    south: f64,
    north: f64,
}

impl Cell {
    fn center(&self) -> (f64, f64) {
        ((self.west + self.east) / 2.0, (self.south + self.north) / 2.0)
    }
}

pub fn position(longitude: f64, latitude: f64) -> Value {
    Value::Array(vec![Value::Real(longitude), Value::Real(latitude)])
}

pub fn shape(kind: &str, coordinates: Value) -> Value {
    Value::Bag(vec![("type".to_string(), Value::string(kind)), ("coordinates".to_string(), coordinates)])
}

fn point_to_geohash(args: &[Value], _: &Cx) -> Value {
    let length = args.get(2).map_or(Some(DEFAULT_LENGTH), Value::as_i64);
    let (Some(length), Some(longitude), Some(latitude)) =
        (length, coordinate(&args[0], 180.0), coordinate(&args[1], 90.0))
    else {
        return Value::string("");
    };
    if !(1..=MAX_LENGTH).contains(&length) {
        return Value::string("");
    }
    Value::String(encode(longitude, latitude, length as usize))
}

fn encode(longitude: f64, latitude: f64, length: usize) -> String {
    let mut cell = Cell { west: -180.0, east: 180.0, south: -90.0, north: 90.0 };
    let mut out = String::new();
    let mut horizontal = true;
    for _ in 0..length {
        let mut index = 0;
        for _ in 0..5 {
            let (x, y) = cell.center();
            let upper = if horizontal { longitude >= x } else { latitude >= y };
            match (horizontal, upper) {
                (true, true) => cell.west = x,
                (true, false) => cell.east = x,
                (false, true) => cell.south = y,
                (false, false) => cell.north = y,
            }
            index = index << 1 | usize::from(upper);
            horizontal = !horizontal;
        }
        out.push(char::from(ALPHABET[index]));
    }
    out
}

fn cell(geohash: &str) -> Option<Cell> {
    if geohash.is_empty() || geohash.len() as i64 > MAX_LENGTH {
        return None;
    }
    let mut cell = Cell { west: -180.0, east: 180.0, south: -90.0, north: 90.0 };
    let mut horizontal = true;
    for b in geohash.bytes() {
        let index = ALPHABET.iter().position(|a| *a == b.to_ascii_lowercase())?;
        for bit in [16, 8, 4, 2, 1] {
            let (x, y) = cell.center();
            match (horizontal, index & bit != 0) {
                (true, true) => cell.west = x,
                (true, false) => cell.east = x,
                (false, true) => cell.south = y,
                (false, false) => cell.north = y,
            }
            horizontal = !horizontal;
        }
    }
    Some(cell)
}

fn neighbors(args: &[Value], _: &Cx) -> Value {
    let geohash = text(&args[0]);
    let Some(cell) = cell(&geohash) else { return Value::Null };
    let (x, y) = cell.center();
    let (width, height) = (cell.east - cell.west, cell.north - cell.south);
    let beside = |(east, north): &(f64, f64)| {
        let latitude = y + north * height;
        let longitude = (x + east * width + 540.0).rem_euclid(360.0) - 180.0;
        (latitude.abs() < 90.0).then(|| Value::String(encode(longitude, latitude, geohash.len())))
    };
    Value::Array(NEIGHBORS.iter().filter_map(beside).collect())
}
