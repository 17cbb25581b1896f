//! Points, edges and rings on a sphere, as unit vectors: what the functions over GeoJSON shapes compute with.
//!
//! An edge is the shorter arc between two points; a ring bounds the smaller of the two regions beside it.
//!
//! Trap: differences of unit vectors, not their products, keep the digits where points lie close together.

use std::f64::consts::{PI, TAU};

/// A point of the unit sphere.
pub type Vector = [f64; 3];

/// A longitude and a latitude in degrees, as a point.
pub fn vector(longitude: f64, latitude: f64) -> Vector {
    let (x, y) = (longitude.to_radians(), latitude.to_radians());
    [x.cos() * y.cos(), x.sin() * y.cos(), y.sin()]
}

/// The longitude and the latitude of a point in degrees.
pub fn degrees(p: Vector) -> (f64, f64) {
    (p[1].atan2(p[0]).to_degrees(), p[2].atan2(p[0].hypot(p[1])).to_degrees())
}

fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: Vector, b: Vector) -> Vector {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn minus(a: Vector, b: Vector) -> Vector {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

fn plus(a: Vector, b: Vector) -> Vector {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

fn scaled(a: Vector, by: f64) -> Vector {
    [a[0] * by, a[1] * by, a[2] * by]
}

fn length(a: Vector) -> f64 {
    dot(a, a).sqrt()
}

/// A vector at right angles to two points, exact where they are close together.
fn normal(a: Vector, b: Vector) -> Vector {
    scaled(cross(minus(b, a), plus(a, b)), -0.5)
}

/// The angle between two points.
pub fn angle(a: Vector, b: Vector) -> f64 {
    2.0 * (length(minus(a, b)) / 2.0).min(1.0).asin()
}

/// Are two points so opposite that no edge between them is the shorter one?
pub fn opposite(a: Vector, b: Vector) -> bool {
    length(plus(a, b)) < 1e-12
}

/// The point of the edge from `a` to `b` that is nearest to `p`.
pub fn nearest(p: Vector, a: Vector, b: Vector) -> Vector {
    let n = normal(a, b);
    let size = length(n);
    if size > 0.0 {
        let n = scaled(n, 1.0 / size);
        let foot = minus(p, scaled(n, dot(p, n)));
        let inside = dot(cross(n, a), foot) >= 0.0 && dot(cross(b, n), foot) >= 0.0;
        if inside && length(foot) > 0.0 {
            return scaled(foot, 1.0 / length(foot));
        }
    }
    if angle(p, a) <= angle(p, b) { a } else { b }
}

/// The area that a ring goes round, more than 0 where that is to its left; the smaller of the two.
pub fn signed_area(ring: &[Vector]) -> f64 {
    let Some((&first, rest)) = ring.split_first() else { return 0.0 };
    let excess = |pair: &[Vector]| {
        let (a, b, c) = (first, pair[0], pair[1]);
        let volume = dot(a, cross(minus(b, a), minus(c, a)));
        2.0 * volume.atan2(1.0 + dot(a, b) + dot(b, c) + dot(c, a))
    };
    let sum: f64 = rest.windows(2).map(excess).sum();
    if sum.abs() > TAU { sum - (2.0 * TAU).copysign(sum) } else { sum }
}

/// Is the point in the region that a ring bounds?
pub fn contains(ring: &[Vector], p: Vector) -> bool {
    let turn = |a: Vector, b: Vector| {
        let (a, b) = (minus(a, p), minus(b, p));
        dot(p, cross(a, b)).atan2(dot(a, b) - dot(a, p) * dot(b, p))
    };
    let next = ring.iter().cycle().skip(1);
    let turns: f64 = ring.iter().zip(next).map(|(a, b)| turn(*a, *b)).sum();
    // Once round to the left: the region to the left holds the point; to the right: its opposite.
    if signed_area(ring) >= 0.0 { turns > PI } else { turns < -PI }
}

/// Do two edges cross, other than at a shared end?
pub fn cross_each_other(a: Vector, b: Vector, c: Vector, d: Vector) -> bool {
    if a == c || a == d || b == c || b == d {
        return false;
    }
    let (ab, cd) = (normal(a, b), normal(c, d));
    let side = |n: Vector, p: Vector| dot(n, p);
    let (c_side, d_side, a_side, b_side) = (side(ab, c), side(ab, d), side(cd, a), side(cd, b));
    // Both ends on other sides, and all four turns alike: on this half of the sphere.
    c_side * d_side < 0.0 && a_side * b_side < 0.0 && c_side * b_side > 0.0
}
