//! A small database of places in MaxMind's format, made for the console pages: a tree of address bits, then
//! the records, then what is said of both.
//!
//! Trap: an IPv4 network stands in the tree as the IPv6 network `::a.b.c.d`.

use std::net::IpAddr;

/// A network: address and length of the prefix, as written.
struct Place {
    network: (&'static str, usize),
    country: &'static str,
    state: &'static str,
    city: &'static str,
    at: (f64, f64),
}

/// The first two are what Microsoft's documentation shows of the function.
const PLACES: &[Place] = &[
    Place {
        network: ("20.53.203.0", 24),
        country: "Australia",
        state: "New South Wales",
        city: "Sydney",
        at: (-33.8715, 151.2006),
    },
    Place {
        network: ("2a03:2880:f12c::", 48),
        country: "United States",
        state: "Florida",
        city: "Boca Raton",
        at: (26.3594, -80.0771),
    },
    Place {
        network: ("198.51.100.0", 24),
        country: "Netherlands",
        state: "",
        city: "",
        at: (52.3824, 4.8995),
    },
];

/// The bytes of the database.
pub fn database() -> Vec<u8> {
    let mut data = Vec::new();
    // A node: for each bit the next node, or a record of the data as a negative number, or nothing.
    let mut nodes: Vec<[Option<i64>; 2]> = vec![[None; 2]];
    for place in PLACES {
        let record = -1 - data.len() as i64;
        write_place(place, &mut data);
        let bits = bits(place.network);
        let mut node = 0;
        for (at, bit) in bits.iter().enumerate() {
            if at + 1 == bits.len() {
                nodes[node][*bit] = Some(record);
                break;
            }
            node = match nodes[node][*bit] {
                Some(next) if next >= 0 => next as usize,
                _ => {
                    nodes.push([None; 2]);
                    let next = nodes.len() - 1;
                    nodes[node][*bit] = Some(next as i64);
                    next
                }
            };
        }
    }
    let count = nodes.len() as i64;
    let mut out = Vec::new();
    for child in nodes.iter().flatten() {
        let number = match child {
            None => count,
            Some(node) if *node >= 0 => *node,
            Some(record) => count + 16 + (-1 - record),
        };
        out.extend(&(number as u32).to_be_bytes()[1..]);
    }
    out.extend([0; 16]);
    out.extend(data);
    out.extend(b"\xab\xcd\xefMaxMind.com");
    write_metadata(count as u32, &mut out);
    out
}

fn bits((address, length): (&str, usize)) -> Vec<usize> {
    let (address, length) = match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(v4)) => (u128::from(u32::from(v4)), length + 96),
        Ok(IpAddr::V6(v6)) => (u128::from(v6), length),
        Err(_) => (0, 1),
    };
    (0..length).map(|i| (address >> (127 - i) & 1) as usize).collect()
}

fn write_place(place: &Place, out: &mut Vec<u8>) {
    let named = |name: &str, out: &mut Vec<u8>| {
        map(1, out);
        text("names", out);
        map(1, out);
        text("en", out);
        text(name, out);
    };
    map(2 + usize::from(!place.city.is_empty()) + usize::from(!place.state.is_empty()), out);
    text("country", out);
    named(place.country, out);
    if !place.state.is_empty() {
        text("subdivisions", out);
        // An array of one: type 11 is extended, and 7 less stands in the next byte.
        out.extend([1, 4]);
        named(place.state, out);
    }
    if !place.city.is_empty() {
        text("city", out);
        named(place.city, out);
    }
    text("location", out);
    map(2, out);
    for (key, number) in [("latitude", place.at.0), ("longitude", place.at.1)] {
        text(key, out);
        out.push(3 << 5 | 8);
        out.extend(number.to_be_bytes());
    }
}

fn write_metadata(count: u32, out: &mut Vec<u8>) {
    map(9, out);
    text("node_count", out);
    out.push(6 << 5 | 4);
    out.extend(count.to_be_bytes());
    for (key, number) in [
        ("record_size", 24_u16),
        ("ip_version", 6),
        ("binary_format_major_version", 2),
        ("binary_format_minor_version", 0),
    ] {
        text(key, out);
        out.push(5 << 5 | 2);
        out.extend(number.to_be_bytes());
    }
    text("database_type", out);
    text("Small-City", out);
    text("languages", out);
    out.extend([1, 4]);
    text("en", out);
    text("build_epoch", out);
    // A number of 64 bits: type 9, extended.
    out.extend([8, 2]);
    out.extend(1_780_000_000_u64.to_be_bytes());
    text("description", out);
    map(0, out);
}

fn map(members: usize, out: &mut Vec<u8>) {
    out.push(7 << 5 | members as u8);
}

fn text(text: &str, out: &mut Vec<u8>) {
    out.push(2 << 5 | text.len() as u8);
    out.extend(text.as_bytes());
}
