//! Distances and directions on Earth: `geo_distance_2points`, `geo_point_in_circle`, `geo_azimuth`, …
//!
//! Distances are metres on a sphere of 6,371,010 m, or with `use_spheroid` on the WGS 84 spheroid
//! (Vincenty's inverse formula). Points are given as longitude, latitude in degrees.
//!
//! Trap: coordinates out of range, or points so opposite that the formula does not settle, give null.

use crate::functions::rows::plain;
use crate::functions::{Cx, Function};
use crate::value::Value;

/// The mean radius of Earth in metres.
pub const RADIUS: f64 = 6_371_010.0;

pub const ROWS: &[Function] = &[
    plain(
        "geo_distance_2points",
        &[
            "(p1_longitude: real, p1_latitude: real, p2_longitude: real, p2_latitude: real, [use_spheroid: bool]) -> real",
        ],
        "The shortest distance between two points on Earth, in metres.",
        distance_2points,
    ),
    plain(
        "geo_point_in_circle",
        &[
            "(p_longitude: real, p_latitude: real, pc_longitude: real, pc_latitude: real, radius: real) -> bool",
        ],
        "Is the point within a distance of another, in metres?",
        point_in_circle,
    ),
    plain(
        "geo_azimuth",
        &["(p1_longitude: real, p1_latitude: real, p2_longitude: real, p2_latitude: real) -> real"],
        "The direction from one point to another: radians clockwise from north.",
        |a, _| match (point(&a[..2]), point(&a[2..])) {
            (Some(p1), Some(p2)) if line(p1, p2) => Value::Real(azimuth(p1, p2)),
            _ => Value::Null,
        },
    ),
    plain(
        "geo_angle",
        &[
            "(p1_longitude: real, p1_latitude: real, p2_longitude: real, p2_latitude: real, p3_longitude: real, p3_latitude: real) -> real",
        ],
        "The clockwise angle at the second point, from the first to the third, in radians.",
        |a, _| match (point(&a[..2]), point(&a[2..4]), point(&a[4..])) {
            (Some(p1), Some(p2), Some(p3)) if line(p1, p2) && line(p2, p3) => {
                Value::Real((azimuth(p2, p3) - azimuth(p2, p1)).rem_euclid(std::f64::consts::TAU))
            }
            _ => Value::Null,
        },
    ),
    plain(
        "geo_line_length",
        &["(line: dynamic) -> real"],
        "The length of a GeoJSON line or lines, in metres.",
        line_length,
    ),
];

/// Longitude and latitude in radians.
type Point = (f64, f64);

/// The number, if it is within the limit.
pub fn coordinate(value: &Value, limit: f64) -> Option<f64> {
    value.as_f64().filter(|x| x.abs() <= limit)
}

fn point(args: &[Value]) -> Option<Point> {
    let (longitude, latitude) = (coordinate(args.first()?, 180.0)?, coordinate(args.get(1)?, 90.0)?);
    Some((longitude.to_radians(), latitude.to_radians()))
}

fn distance_2points(args: &[Value], _: &Cx) -> Value {
    let (Some(p1), Some(p2)) = (point(&args[..2]), point(&args[2..4])) else { return Value::Null };
    if args.get(4).and_then(Value::as_bool) == Some(true) {
        return spheroid(p1, p2).map_or(Value::Null, Value::Real);
    }
    Value::Real(distance(p1, p2))
}

/// The distance between two points in degrees, longitude first.
pub fn distance_between(degrees: [f64; 4]) -> Option<f64> {
    let point = |longitude: f64, latitude: f64| {
        let inside = longitude.abs() <= 180.0 && latitude.abs() <= 90.0;
        inside.then(|| (longitude.to_radians(), latitude.to_radians()))
    };
    Some(distance(point(degrees[0], degrees[1])?, point(degrees[2], degrees[3])?))
}

fn distance(p1: Point, p2: Point) -> f64 {
    let dlat = ((p2.1 - p1.1) / 2.0).sin();
    let dlon = ((p2.0 - p1.0) / 2.0).sin();
    let half_chord = dlat * dlat + p1.1.cos() * p2.1.cos() * dlon * dlon;
    2.0 * half_chord.sqrt().min(1.0).asin() * RADIUS
}

/// Do two points make a line? They are not the same, nor opposite each other.
fn line(p1: Point, p2: Point) -> bool {
    let opposite = (p1.0 + std::f64::consts::PI, -p1.1);
    distance(p1, p2) > 1e-6 && distance(opposite, p2) > 1e-6
}

fn azimuth(from: Point, to: Point) -> f64 {
    let dlon = to.0 - from.0;
    let east = dlon.sin() * to.1.cos();
    let north = from.1.cos() * to.1.sin() - from.1.sin() * to.1.cos() * dlon.cos();
    east.atan2(north).rem_euclid(std::f64::consts::TAU)
}

fn point_in_circle(args: &[Value], _: &Cx) -> Value {
    match (point(&args[..2]), point(&args[2..4]), args[4].as_f64()) {
        (Some(p), Some(center), Some(radius)) if radius >= 0.0 => Value::Bool(distance(p, center) <= radius),
        _ => Value::Null,
    }
}

fn line_length(args: &[Value], _: &Cx) -> Value {
    let coordinates = args[0].member("coordinates");
    let parts = match args[0].member("type").as_str() {
        Some("LineString") => vec![coordinates],
        Some("MultiLineString") => coordinates.as_array().unwrap_or_default().to_vec(),
        _ => return Value::Null,
    };
    let lengths: Option<Vec<f64>> = parts.iter().map(path_length).collect();
    lengths.filter(|l| !l.is_empty()).map_or(Value::Null, |l| Value::Real(l.iter().sum()))
}

/// The length of one array of positions, two at least.
fn path_length(line: &Value) -> Option<f64> {
    let points: Option<Vec<Point>> = line.as_array()?.iter().map(|p| point(p.as_array()?)).collect();
    let points = points.filter(|p| p.len() > 1)?;
    Some(points.windows(2).map(|pair| distance(pair[0], pair[1])).sum())
}

/// Vincenty's inverse formula on WGS 84.
fn spheroid(p1: Point, p2: Point) -> Option<f64> {
    const A: f64 = 6_378_137.0;
    const F: f64 = 1.0 / 298.257_223_563;
    const B: f64 = A * (1.0 - F);
    let (u1, u2) = (((1.0 - F) * p1.1.tan()).atan(), ((1.0 - F) * p2.1.tan()).atan());
    let l = p2.0 - p1.0;
    let mut lambda = l;
    for _ in 0..1000 {
        let x = u2.cos() * lambda.sin();
        let y = u1.cos() * u2.sin() - u1.sin() * u2.cos() * lambda.cos();
        let sin_sigma = x.hypot(y);
        if sin_sigma == 0.0 {
            return Some(0.0);
        }
        let cos_sigma = u1.sin() * u2.sin() + u1.cos() * u2.cos() * lambda.cos();
        let sigma = sin_sigma.atan2(cos_sigma);
        let sin_alpha = u1.cos() * u2.cos() * lambda.sin() / sin_sigma;
        let cos2_alpha = 1.0 - sin_alpha * sin_alpha;
        let middle = if cos2_alpha == 0.0 { 0.0 } else { cos_sigma - 2.0 * u1.sin() * u2.sin() / cos2_alpha };
        let c = F / 16.0 * cos2_alpha * (4.0 + F * (4.0 - 3.0 * cos2_alpha));
        let inner = middle + c * cos_sigma * (-1.0 + 2.0 * middle * middle);
        let next = l + (1.0 - c) * F * sin_alpha * (sigma + c * sin_sigma * inner);
        if (next - lambda).abs() < 1e-13 {
            let u_squared = cos2_alpha * (A * A - B * B) / (B * B);
            let k = 1.0
                + u_squared / 16384.0
                    * (4096.0 + u_squared * (-768.0 + u_squared * (320.0 - 175.0 * u_squared)));
            let q =
                u_squared / 1024.0 * (256.0 + u_squared * (-128.0 + u_squared * (74.0 - 47.0 * u_squared)));
            let m2 = middle * middle;
            let last = q / 6.0 * middle * (-3.0 + 4.0 * sin_sigma * sin_sigma) * (-3.0 + 4.0 * m2);
            let delta = q * sin_sigma * (middle + q / 4.0 * (cos_sigma * (-1.0 + 2.0 * m2) - last));
            return Some(B * k * (sigma - delta));
        }
        lambda = next;
    }
    None
}
