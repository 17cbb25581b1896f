//! `geo_distance_2points`: the distance of two points on Earth in metres.
//!
//! On a sphere of 6,371,010 m, or with `use_spheroid` on the WGS 84 spheroid (Vincenty's inverse formula).
//!
//! Trap: coordinates out of range, or points so opposite that the formula does not settle, give null.

use crate::functions::rows::plain;
use crate::functions::{Cx, Function};
use crate::value::Value;

/// The mean radius of Earth in metres.
const RADIUS: f64 = 6_371_010.0;

pub const ROWS: &[Function] = &[plain(
    "geo_distance_2points",
    &[
        "(p1_longitude: real, p1_latitude: real, p2_longitude: real, p2_latitude: real, [use_spheroid: bool]) -> real",
    ],
    "The shortest distance between two points on Earth, in metres.",
    distance,
)];

fn distance(args: &[Value], _: &Cx) -> Value {
    let coordinate =
        |at: usize, limit: f64| args[at].as_f64().filter(|x| x.abs() <= limit).map(f64::to_radians);
    let (Some(lon1), Some(lat1)) = (coordinate(0, 180.0), coordinate(1, 90.0)) else { return Value::Null };
    let (Some(lon2), Some(lat2)) = (coordinate(2, 180.0), coordinate(3, 90.0)) else { return Value::Null };
    if args.get(4).and_then(Value::as_bool) == Some(true) {
        return spheroid((lon1, lat1), (lon2, lat2)).map_or(Value::Null, Value::Real);
    }
    let dlat = ((lat2 - lat1) / 2.0).sin();
    let dlon = ((lon2 - lon1) / 2.0).sin();
    let half_chord = dlat * dlat + lat1.cos() * lat2.cos() * dlon * dlon;
    Value::Real(2.0 * half_chord.sqrt().min(1.0).asin() * RADIUS)
}

/// Vincenty's inverse formula on WGS 84.
fn spheroid(p1: (f64, f64), p2: (f64, f64)) -> Option<f64> {
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
