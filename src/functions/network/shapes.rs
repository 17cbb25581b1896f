//! GeoJSON lines and polygons: `geo_point_in_polygon`, `geo_distance_point_to_line`, `geo_polygon_area`, …
//!
//! A ring is closed, has three distinct points at least and no edge of half the sphere; a polygon is a shell and
//! its holes. Edges are arcs of great circles; lengths are metres.
//!
//! Traps: a shape that is not valid gives null, and a ring that crosses itself is not valid. The parts of a
//! `MultiPolygon` are united: where they overlap, its area and perimeter fail rather than count twice.

use super::geo::{RADIUS, coordinate};
use super::geohash::{position, shape};
use super::sphere::{self, Vector};
use crate::functions::rows::plain;
use crate::functions::{Cx, Function};
use crate::value::Value;

const POINT_LINE: &[&str] = &["(longitude: real, latitude: real, line: dynamic) -> real"];
const POINT_POLYGON: &[&str] = &["(longitude: real, latitude: real, polygon: dynamic) -> real"];

pub const ROWS: &[Function] = &[
    plain(
        "geo_point_in_polygon",
        &["(longitude: real, latitude: real, polygon: dynamic) -> bool"],
        "Is the point within a GeoJSON polygon or polygons?",
        |a, _| point_and(a, polygons).map_or(Value::Null, |(p, shape)| Value::Bool(inside(&shape, p))),
    ),
    plain(
        "geo_distance_point_to_line",
        POINT_LINE,
        "The shortest distance from a point to a GeoJSON line or lines, in metres.",
        |a, _| point_and(a, lines).map_or(Value::Null, |(p, shape)| distance(p, nearest_on_lines(&shape, p))),
    ),
    plain(
        "geo_distance_point_to_polygon",
        POINT_POLYGON,
        "The shortest distance from a point to a GeoJSON polygon or polygons, 0 within, in metres.",
        |a, _| {
            point_and(a, polygons)
                .map_or(Value::Null, |(p, shape)| distance(p, nearest_on_polygons(&shape, p)))
        },
    ),
    plain(
        "geo_closest_point_on_line",
        &["(longitude: real, latitude: real, line: dynamic) -> dynamic"],
        "The point of a GeoJSON line or lines that is nearest to a point.",
        |a, _| point_and(a, lines).map_or(Value::Null, |(p, shape)| point(nearest_on_lines(&shape, p))),
    ),
    plain(
        "geo_closest_point_on_polygon",
        &["(longitude: real, latitude: real, polygon: dynamic) -> dynamic"],
        "The point of a GeoJSON polygon or polygons that is nearest to a point.",
        |a, _| point_and(a, polygons).map_or(Value::Null, |(p, shape)| point(nearest_on_polygons(&shape, p))),
    ),
    plain(
        "geo_polygon_area",
        &["(polygon: dynamic) -> real"],
        "The area of a GeoJSON polygon or polygons, in square metres.",
        |a, cx| {
            let area = |ring: &Ring| sphere::signed_area(ring).abs() * RADIUS * RADIUS;
            measure(&a[0], cx, &|rings| area(&rings[0]) - rings[1..].iter().map(area).sum::<f64>())
        },
    ),
    plain(
        "geo_polygon_perimeter",
        &["(polygon: dynamic) -> real"],
        "The length of the boundary of a GeoJSON polygon or polygons, in metres.",
        |a, cx| {
            let round = |ring: &Ring| edges(ring).map(|(a, b)| sphere::angle(a, b)).sum::<f64>() * RADIUS;
            measure(&a[0], cx, &|rings| rings.iter().map(round).sum())
        },
    ),
];

/// The points of a ring, the first one not repeated.
type Ring = Vec<Vector>;
/// A shell and its holes.
type Polygon = Vec<Ring>;

/// The point and the shape of the arguments, if both are valid.
fn point_and<T>(args: &[Value], read: fn(&Value) -> Option<T>) -> Option<(Vector, T)> {
    let (longitude, latitude) = (coordinate(&args[0], 180.0)?, coordinate(&args[1], 90.0)?);
    Some((sphere::vector(longitude, latitude), read(&args[2])?))
}

fn positions(value: &Value) -> Option<Vec<Vector>> {
    let position = |p: &Value| {
        let [longitude, latitude, ..] = p.as_array()? else { return None };
        Some(sphere::vector(coordinate(longitude, 180.0)?, coordinate(latitude, 90.0)?))
    };
    let points: Vec<Vector> = value.as_array()?.iter().map(position).collect::<Option<_>>()?;
    let halves = points.windows(2).all(|pair| !sphere::opposite(pair[0], pair[1]));
    halves.then_some(points)
}

/// The members of a shape that is one `kind`, or several as `Multi…`.
fn parts<T>(shape: &Value, kind: &str, read: fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    let (named, coordinates) = (shape.member("type"), shape.member("coordinates"));
    let parts = match named.as_str()?.strip_prefix("Multi") {
        None if named.as_str() == Some(kind) => vec![read(&coordinates)?],
        Some(several) if several == kind => {
            coordinates.as_array()?.iter().map(read).collect::<Option<_>>()?
        }
        _ => return None,
    };
    (!parts.is_empty()).then_some(parts)
}

pub fn lines(shape: &Value) -> Option<Vec<Vec<Vector>>> {
    parts(shape, "LineString", |line| positions(line).filter(|points| points.len() > 1))
}

fn polygons(shape: &Value) -> Option<Vec<Polygon>> {
    parts(shape, "Polygon", |polygon| {
        let rings: Polygon = polygon.as_array()?.iter().map(ring).collect::<Option<_>>()?;
        (!rings.is_empty()).then_some(rings)
    })
}

fn ring(value: &Value) -> Option<Ring> {
    let mut points = positions(value)?;
    if points.len() < 4 || points.first() != points.last() {
        return None;
    }
    points.pop();
    let mut sorted = points.clone();
    sorted.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    let distinct = sorted.windows(2).all(|pair| pair[0] != pair[1]);
    let all: Vec<_> = edges(&points).collect();
    (distinct && !any_cross(&all)).then_some(points)
}

fn edges(ring: &[Vector]) -> impl Iterator<Item = (Vector, Vector)> {
    ring.iter().copied().zip(ring.iter().copied().cycle().skip(1))
}

/// Do any two edges cross? Those that lie apart from south to north are not compared.
fn any_cross(edges: &[(Vector, Vector)]) -> bool {
    // An arc bulges beyond its ends by the square of its length at most.
    let bounds = |(a, b): &(Vector, Vector)| {
        let bulge = sphere::angle(*a, *b).powi(2);
        (a[2].min(b[2]) - bulge, a[2].max(b[2]) + bulge)
    };
    let mut sorted: Vec<_> = edges.iter().map(|edge| (bounds(edge), *edge)).collect();
    sorted.sort_by(|x, y| x.0.0.total_cmp(&y.0.0));
    sorted.iter().enumerate().any(|(at, ((_, top), (a, b)))| {
        let near = sorted[at + 1..].iter().take_while(|((bottom, _), _)| bottom <= top);
        near.into_iter().any(|(_, (c, d))| sphere::cross_each_other(*a, *b, *c, *d))
    })
}

fn inside(shape: &[Polygon], p: Vector) -> bool {
    shape.iter().any(|rings| {
        sphere::contains(&rings[0], p) && !rings[1..].iter().any(|hole| sphere::contains(hole, p))
    })
}

fn nearest_of(edges: impl Iterator<Item = (Vector, Vector)>, p: Vector) -> Vector {
    let points = edges.map(|(a, b)| sphere::nearest(p, a, b)).map(|at| (sphere::angle(p, at), at));
    points.min_by(|x, y| x.0.total_cmp(&y.0)).map_or(p, |(_, at)| at)
}

fn nearest_on_lines(lines: &[Vec<Vector>], p: Vector) -> Vector {
    nearest_of(lines.iter().flat_map(|line| line.windows(2)).map(|pair| (pair[0], pair[1])), p)
}

fn nearest_on_polygons(shape: &[Polygon], p: Vector) -> Vector {
    if inside(shape, p) { p } else { nearest_of(shape.iter().flatten().flat_map(|ring| edges(ring)), p) }
}

fn distance(p: Vector, at: Vector) -> Value {
    Value::Real(sphere::angle(p, at) * RADIUS)
}

fn point(at: Vector) -> Value {
    let (longitude, latitude) = sphere::degrees(at);
    shape("Point", position(longitude, latitude))
}

/// The sum of a measure of polygons that do not overlap.
fn measure(value: &Value, cx: &Cx, of: &dyn Fn(&Polygon) -> f64) -> Value {
    let Some(shape) = polygons(value) else { return Value::Null };
    let all: Vec<_> = shape.iter().flatten().flat_map(|ring| edges(ring)).collect();
    let touch = |rings: &Polygon, other: &Polygon| {
        rings.iter().flatten().any(|p| inside(std::slice::from_ref(other), *p))
    };
    let overlap = shape.len() > 1
        && (any_cross(&all)
            || (0..shape.len()).any(|i| (0..shape.len()).any(|j| i != j && touch(&shape[i], &shape[j]))));
    if overlap {
        cx.fail("the polygons of a MultiPolygon overlap; their union is not computed");
    }
    Value::Real(shape.iter().map(of).sum())
}
