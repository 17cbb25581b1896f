//! IPv6 (and IPv4 as IPv6): `parse_ipv6`, `ipv6_is_in_range`, `ipv6_compare`, …
//!
//! Addresses may have a `/prefix`. An IPv4 address, also in the form `::a.b.c.d`, is `::ffff:a.b.c.d`, and its
//! prefix counts from there (`/24` is `/120`); where several prefixes are given, the shortest counts.
//!
//! Trap: what is no address gives null (`""` where text is returned).

use std::cmp::Ordering;
use std::net::Ipv6Addr;

use crate::functions::convert::text;
use crate::functions::network::ipv4;
use crate::functions::operators::text::expanded;
use crate::functions::rows::plain;
use crate::functions::{Cx, Function};
use crate::value::Value;

pub const ROWS: &[Function] = &[
    plain(
        "parse_ipv6",
        &["(ip: string) -> string"],
        "An IPv6 or IPv4 address in the full form of IPv6.",
        |a, _| Value::String(parse(&text(&a[0])).map(Network::text).unwrap_or_default()),
    ),
    plain(
        "parse_ipv6_mask",
        &["(ip: string, prefix: long) -> string"],
        "An IPv6 or IPv4 address in the full form of IPv6, with as many bits as the prefix says.",
        |a, _| {
            let network = parse(&text(&a[0])).and_then(|n| Some(n.cut(prefix(&a[1])?)));
            Value::String(network.map(Network::text).unwrap_or_default())
        },
    ),
    plain(
        "ipv6_compare",
        &["(ip1: string, ip2: string, [prefix: long]) -> long"],
        "-1, 0 or 1: how two IPv6 or IPv4 addresses are ordered.",
        |a, _| compared(a).map_or(Value::Null, |order| Value::Long(order as i64)),
    ),
    plain(
        "ipv6_is_match",
        &["(ip1: string, ip2: string, [prefix: long]) -> bool"],
        "Are two IPv6 or IPv4 addresses or networks equal?",
        |a, _| compared(a).map_or(Value::Null, |order| Value::Bool(order.is_eq())),
    ),
    plain(
        "ipv6_is_in_range",
        &["(ip: string, ip_range: string) -> bool"],
        "Is the IPv6 address in the network?",
        |a, _| match (parse(&text(&a[0])), parse(&text(&a[1]))) {
            (Some(ip), Some(range)) => Value::Bool(range.contains(ip)),
            _ => Value::Null,
        },
    ),
    plain(
        "ipv6_is_in_any_range",
        &["(ip: text, ranges: scalar...) -> bool"],
        "Is the IPv6 address in one of the networks? Arrays stand for their elements.",
        in_any_range,
    ),
];

#[derive(Clone, Copy)]
struct Network {
    address: u128,
    prefix: u32,
    /// Written as an IPv4 address.
    v4: bool,
}

impl Network {
    fn base(self) -> u128 {
        self.address & mask(self.prefix)
    }

    fn contains(self, other: Network) -> bool {
        self.base() == other.base() & mask(self.prefix)
    }

    fn cut(self, prefix: u32) -> Network {
        Network { prefix: self.prefix.min(prefix), ..self }
    }

    /// Eight groups of four hex digits.
    fn text(self) -> String {
        Ipv6Addr::from(self.base()).segments().map(|s| format!("{s:04x}")).join(":")
    }
}

fn mask(prefix: u32) -> u128 {
    if prefix == 0 { 0 } else { u128::MAX << (128 - prefix.min(128)) }
}

fn prefix(value: &Value) -> Option<u32> {
    u32::try_from(value.as_i64()?).ok().filter(|p| *p <= 128)
}

fn parse(text: &str) -> Option<Network> {
    let text = text.trim();
    let v4 = text.strip_prefix("::").filter(|t| t.contains('.') && !t.contains(':')).unwrap_or(text);
    if let Some(network) = ipv4::parse(v4) {
        let address = 0xffff_0000_0000 | u128::from(network.address);
        return Some(Network { address, prefix: network.prefix + 96, v4: true });
    }
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, prefix.parse().ok().filter(|p| *p <= 128)?),
        None => (text, 128),
    };
    let address: Ipv6Addr = address.parse().ok()?;
    Some(Network { address: address.to_bits(), prefix, v4: false })
}

/// The first and the last address of a network, in the space of IPv6.
pub fn range(text: &str) -> Option<(u128, u128)> {
    let network = parse(text)?;
    Some((network.base(), network.base() | !mask(network.prefix)))
}

fn compared(args: &[Value]) -> Option<Ordering> {
    let (a, b) = (parse(&text(&args[0]))?, parse(&text(&args[1]))?);
    let mut bits = a.prefix.min(b.prefix);
    if let Some(value) = args.get(2) {
        let prefix = prefix(value)?;
        bits = bits.min(if a.v4 && b.v4 && prefix <= 32 { prefix + 96 } else { prefix });
    }
    Some((a.address & mask(bits)).cmp(&(b.address & mask(bits))))
}

fn in_any_range(args: &[Value], _: &Cx) -> Value {
    let Some(ip) = parse(&text(&args[0])) else { return Value::Null };
    let ranges = expanded(&args[1..]);
    Value::Bool(ranges.filter_map(|range| parse(&text(range))).any(|range| range.contains(ip)))
}
