//! `parse_url` and `parse_urlquery`: the parts of a URL as a bag of texts.
//!
//! `scheme://user:password@host:port/path?query#fragment`; an IPv6 host stands in brackets.
//!
//! Trap: parts that are missing are `""`; nothing is percent-decoded; a query parameter that comes again
//! takes the last value.

use crate::functions::convert::text;
use crate::functions::rows::plain;
use crate::functions::{Cx, Function};
use crate::value::Value;

pub const ROWS: &[Function] = &[
    plain("parse_url", &["(url: string) -> dynamic"], "The parts of a URL.", parse_url),
    plain(
        "parse_urlquery",
        &["(query: string) -> dynamic"],
        "The parameters of the query part of a URL.",
        |a, _| {
            let source = text(&a[0]);
            member("Query Parameters", parameters(source.strip_prefix('?').unwrap_or(&source)))
        },
    ),
];

fn member(name: &str, value: Value) -> Value {
    Value::Bag(vec![(name.to_string(), value)])
}

/// `k1=v1&k2=v2` as a bag.
fn parameters(query: &str) -> Value {
    let mut bag: Vec<(String, Value)> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        match bag.iter_mut().find(|(k, _)| k == key) {
            Some(known) => known.1 = Value::string(value),
            None => bag.push((key.to_string(), Value::string(value))),
        }
    }
    Value::Bag(bag)
}

fn parse_url(args: &[Value], _: &Cx) -> Value {
    let source = text(&args[0]);
    let source = source.trim();
    let (rest, fragment) = source.split_once('#').unwrap_or((source, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (scheme, authority, path) = match rest.split_once("://") {
        Some((scheme, rest)) => {
            let slash = rest.find('/').unwrap_or(rest.len());
            (scheme, &rest[..slash], &rest[slash..])
        }
        None => ("", "", rest),
    };
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = user.split_once(':').unwrap_or((user, ""));
    let (host, port) = host_and_port(host);
    let part = |name: &str, value: &str| (name.to_string(), Value::string(value));
    Value::Bag(vec![
        part("Scheme", scheme),
        part("Host", host),
        part("Port", port),
        part("Path", path),
        part("Username", user),
        part("Password", password),
        ("Query Parameters".to_string(), parameters(query)),
        part("Fragment", fragment),
    ])
}

/// `host:port`; the colons inside the brackets of an IPv6 address part nothing.
fn host_and_port(host: &str) -> (&str, &str) {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, port),
        _ => (host, ""),
    }
}
