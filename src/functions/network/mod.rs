//! IPv4 and IPv6 addresses and networks, and distances on Earth.
//!
//! Trap: an address that does not parse gives null, not false.

pub mod geo;
pub mod geohash;
pub mod ipv4;
pub mod ipv6;
pub mod places;
pub mod shapes;
pub mod sphere;
pub mod wkt;

use super::Function;

/// The rows, by subject.
pub const ROWS: &[&[Function]] =
    &[geo::ROWS, geohash::ROWS, ipv4::ROWS, ipv6::ROWS, places::ROWS, shapes::ROWS, wkt::ROWS];
