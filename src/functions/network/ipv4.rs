//! IPv4: `parse_ipv4`, `ipv4_is_in_range`, `ipv4_compare`, `format_ipv4`, `has_ipv4`, …
//!
//! Addresses are `a.b.c.d` with an optional `/prefix`; where several prefixes are given, the shortest counts.
//!
//! Trap: what is no address gives null (`""` where text is returned).

use crate::functions::convert::{convert, text};
use crate::functions::operators::text::expanded;
use crate::functions::rows::plain;
use crate::functions::{Cx, Function};
use crate::types::Type;
use crate::value::Value;

const COMPARE: &[&str] = &["(ip1: string, ip2: string, [prefix: long]) -> long"];
const MATCH: &[&str] = &["(ip1: string, ip2: string, [prefix: long]) -> bool"];
const SEARCH: &[&str] = &["(source: text, ip: string) -> bool"];
const SEARCH_ANY: &[&str] = &["(source: text, ips: scalar...) -> bool"];

pub const ROWS: &[Function] = &[
    plain("parse_ipv4", &["(ip: string) -> long"], "An IPv4 address as a number.", |a, _| {
        number(parse(&text(&a[0])).map(Network::base))
    }),
    plain(
        "parse_ipv4_mask",
        &["(ip: string, prefix: long) -> long"],
        "An IPv4 address as a number, with as many bits as the prefix says.",
        |a, _| number(parse(&text(&a[0])).and_then(|n| n.cut(&a[1])).map(Network::base)),
    ),
    plain("ipv4_compare", COMPARE, "-1, 0 or 1: how two IPv4 addresses are ordered.", |a, _| {
        compared(a).map_or(Value::Null, |order| Value::Long(order as i64))
    }),
    plain("ipv4_is_match", MATCH, "Are two IPv4 addresses or networks equal?", |a, _| {
        compared(a).map_or(Value::Null, |order| Value::Bool(order.is_eq()))
    }),
    plain(
        "ipv4_is_in_range",
        &["(ip: string, ip_range: string) -> bool"],
        "Is the IPv4 address in the network?",
        |a, _| match (parse(&text(&a[0])), parse(&text(&a[1]))) {
            (Some(ip), Some(range)) => Value::Bool(range.contains(ip)),
            _ => Value::Null,
        },
    ),
    plain(
        "ipv4_is_in_any_range",
        &["(ip: text, ranges: scalar...) -> bool"],
        "Is the IPv4 address in one of the networks? Arrays stand for their elements.",
        in_any_range,
    ),
    plain(
        "ipv4_is_private",
        &["(ip: string) -> bool"],
        "Is the IPv4 address of a private network?",
        is_private,
    ),
    plain(
        "ipv4_netmask_suffix",
        &["(ip: string) -> long"],
        "The length of the prefix of an IPv4 network, 32 for an address.",
        |a, _| parse(&text(&a[0])).map_or(Value::Null, |n| Value::Long(i64::from(n.prefix))),
    ),
    plain(
        "ipv4_range_to_cidr_list",
        &["(start_ip: string, end_ip: string) -> dynamic"],
        "The networks that make up a range of IPv4 addresses.",
        range_to_cidr_list,
    ),
    plain(
        "format_ipv4",
        &["(ip: scalar, [prefix: long]) -> string"],
        "An IPv4 address (text or number) as text, with as many bits as the prefix says.",
        |a, _| Value::String(formatted(a).map(|n| dotted(n.base())).unwrap_or_default()),
    ),
    plain(
        "format_ipv4_mask",
        &["(ip: scalar, [prefix: long]) -> string"],
        "An IPv4 address (text or number) as text with its prefix.",
        |a, _| {
            let text = formatted(a).map(|n| format!("{}/{}", dotted(n.base()), n.prefix));
            Value::String(text.unwrap_or_default())
        },
    ),
    plain("has_ipv4", SEARCH, "Has the text the IPv4 address?", |a, _| has_ip(a)),
    plain("has_any_ipv4", SEARCH_ANY, "Has the text one of the IPv4 addresses?", |a, _| has_ip(a)),
    plain("has_ipv4_prefix", SEARCH, "Has the text an IPv4 address that starts so (`10.1.`)?", |a, _| {
        has_prefix(a)
    }),
    plain(
        "has_any_ipv4_prefix",
        SEARCH_ANY,
        "Has the text an IPv4 address that starts in one of these ways?",
        |a, _| has_prefix(a),
    ),
];

/// An address with the length of its prefix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Network {
    pub address: u32,
    pub prefix: u32,
}

impl Network {
    /// The first address of the network.
    pub fn base(self) -> u32 {
        self.address & mask(self.prefix)
    }

    fn contains(self, other: Network) -> bool {
        self.base() == other.base() & mask(self.prefix)
    }

    /// The network with at most as many bits as the value says; `None` when it says none from 0 to 32.
    fn cut(self, prefix: &Value) -> Option<Network> {
        let prefix = u32::try_from(prefix.as_i64()?).ok().filter(|p| *p <= 32)?;
        Some(Network { prefix: self.prefix.min(prefix), ..self })
    }
}

fn mask(prefix: u32) -> u32 {
    if prefix == 0 { 0 } else { u32::MAX << (32 - prefix.min(32)) }
}

/// `a.b.c.d[/prefix]`.
pub fn parse(text: &str) -> Option<Network> {
    let text = text.trim();
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, prefix.parse().ok().filter(|p| *p <= 32)?),
        None => (text, 32),
    };
    Some(Network { address: parse_address(address)?, prefix })
}

fn parse_address(text: &str) -> Option<u32> {
    let mut address = 0;
    let mut count = 0;
    for part in text.split('.') {
        let octet: u32 = part.parse().ok().filter(|o| *o <= 255)?;
        if part.len() > 3 || part.starts_with('+') {
            return None;
        }
        (address, count) = (address << 8 | octet, count + 1);
        if count > 4 {
            return None;
        }
    }
    (count == 4).then_some(address)
}

fn dotted(address: u32) -> String {
    std::net::Ipv4Addr::from(address).to_string()
}

fn number(address: Option<u32>) -> Value {
    address.map_or(Value::Null, |a| Value::Long(i64::from(a)))
}

fn compared(args: &[Value]) -> Option<std::cmp::Ordering> {
    let (mut a, mut b) = (parse(&text(&args[0]))?, parse(&text(&args[1]))?);
    if let Some(prefix) = args.get(2) {
        (a, b) = (a.cut(prefix)?, b.cut(prefix)?);
    }
    let bits = mask(a.prefix.min(b.prefix));
    Some((a.address & bits).cmp(&(b.address & bits)))
}

fn in_any_range(args: &[Value], _: &Cx) -> Value {
    let Some(ip) = parse(&text(&args[0])) else { return Value::Null };
    let ranges = expanded(&args[1..]);
    Value::Bool(ranges.filter_map(|range| parse(&text(range))).any(|range| range.contains(ip)))
}

fn is_private(args: &[Value], _: &Cx) -> Value {
    const PRIVATE: [Network; 3] = [
        Network { address: 0x0a00_0000, prefix: 8 },
        Network { address: 0xac10_0000, prefix: 12 },
        Network { address: 0xc0a8_0000, prefix: 16 },
    ];
    let ip = parse(&text(&args[0]));
    ip.map_or(Value::Null, |ip| Value::Bool(PRIVATE.iter().any(|n| n.prefix <= ip.prefix && n.contains(ip))))
}

fn range_to_cidr_list(args: &[Value], _: &Cx) -> Value {
    let (Some(start), Some(end)) = (parse_address(&text(&args[0])), parse_address(&text(&args[1]))) else {
        return Value::Null;
    };
    let (mut at, end) = (u64::from(start), u64::from(end));
    let mut networks = Vec::new();
    while at <= end {
        // The largest block that starts here and does not reach beyond the end.
        let aligned = if at == 0 { 32 } else { at.trailing_zeros().min(32) };
        let fits = (end - at + 1).ilog2();
        let bits = aligned.min(fits);
        networks.push(Value::String(format!("{}/{}", dotted(at as u32), 32 - bits)));
        at += 1 << bits;
    }
    Value::Array(networks)
}

/// An address as text or as a number, with the prefix of a second argument.
fn formatted(args: &[Value]) -> Option<Network> {
    let network = match &args[0] {
        Value::String(s) => parse(s)?,
        other => {
            let address = convert(other, Type::Long).as_i64()?;
            Network { address: u32::try_from(address).ok()?, prefix: 32 }
        }
    };
    match args.get(1) {
        Some(prefix) => network.cut(prefix),
        None => Some(network),
    }
}

/// All IPv4 addresses in a text that are delimited by characters that are not alphanumeric.
fn addresses(source: &str) -> impl Iterator<Item = &str> {
    let inside = |c: char| c.is_alphanumeric() || c == '.';
    source.split(move |c| !inside(c)).filter_map(|word| {
        let word = word.trim_end_matches('.');
        parse_address(word).map(|_| word)
    })
}

fn has_ip(args: &[Value]) -> Value {
    let source = text(&args[0]);
    let wanted: Vec<u32> = expanded(&args[1..]).filter_map(|ip| parse_address(&text(ip))).collect();
    let found =
        !wanted.is_empty() && addresses(&source).filter_map(parse_address).any(|a| wanted.contains(&a));
    Value::Bool(found)
}

fn has_prefix(args: &[Value]) -> Value {
    let source = text(&args[0]);
    let valid = |p: &str| parse_address(p).is_some() || p.ends_with('.') && p.matches('.').count() <= 3;
    let prefixes: Vec<_> = expanded(&args[1..]).map(text).filter(|p| valid(p)).collect();
    Value::Bool(addresses(&source).any(|ip| prefixes.iter().any(|p| ip.starts_with(&**p))))
}
