//! All rows of the table, and how one is found by name.
//!
//! Trap: names are case-sensitive in KQL; a legacy spelling is an alias of the row, never a second row.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Aggregate, Function};
use super::{
    arithmetic, arrays, arrays_sort, bags, base64, compare, compress, conditional, convert, geo, hash, ipv4,
    ipv6, json_path, logic, parse_command, parse_path, parse_text, parse_url, parse_xml, punycode, ranges,
    refused, sets, special, strings, strings_regex, strings_replace, text_operators, unicode, url,
    user_agent,
};

/// The tables that make up the table, by subject.
const FUNCTIONS: &[&[Function]] = &[
    arithmetic::ROWS,
    arrays::ROWS,
    arrays_sort::ROWS,
    bags::ROWS,
    base64::ROWS,
    compare::ROWS,
    compress::ROWS,
    conditional::ROWS,
    convert::ROWS,
    geo::ROWS,
    hash::ROWS,
    ipv4::ROWS,
    ipv6::ROWS,
    json_path::ROWS,
    logic::ROWS,
    parse_command::ROWS,
    parse_path::ROWS,
    parse_text::ROWS,
    parse_url::ROWS,
    parse_xml::ROWS,
    punycode::ROWS,
    ranges::ROWS,
    refused::ROWS,
    sets::ROWS,
    special::ROWS,
    strings::ROWS,
    strings_regex::ROWS,
    strings_replace::ROWS,
    text_operators::ROWS,
    unicode::ROWS,
    url::ROWS,
    user_agent::ROWS,
];

const AGGREGATES: &[&[Aggregate]] = &[];

/// Every scalar function and operator.
pub fn functions() -> impl Iterator<Item = &'static Function> {
    FUNCTIONS.iter().flat_map(|rows| rows.iter())
}

/// Every aggregate.
pub fn aggregates() -> impl Iterator<Item = &'static Aggregate> {
    AGGREGATES.iter().flat_map(|rows| rows.iter())
}

static FUNCTION_NAMES: LazyLock<HashMap<&'static str, &'static Function>> = LazyLock::new(|| {
    functions().flat_map(|f| f.aliases.iter().copied().chain([f.name]).map(move |n| (n, f))).collect()
});

static AGGREGATE_NAMES: LazyLock<HashMap<&'static str, &'static Aggregate>> = LazyLock::new(|| {
    aggregates().flat_map(|f| f.aliases.iter().copied().chain([f.name]).map(move |n| (n, f))).collect()
});

/// The scalar function or operator of that name.
pub fn function(name: &str) -> Option<&'static Function> {
    FUNCTION_NAMES.get(name).copied()
}

/// The aggregate of that name.
pub fn aggregate(name: &str) -> Option<&'static Aggregate> {
    AGGREGATE_NAMES.get(name).copied()
}
