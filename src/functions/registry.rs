//! All rows of the table, and how one is found by name.
//!
//! Trap: names are case-sensitive in KQL; a legacy spelling is an alias of the row, never a second row.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Aggregate, Function};
use super::{
    aggregates as gather, conditional, convert, datetime, dynamic, encode, math, network, operators, parse,
};
use super::{kv, pattern, refused, series, special, text, windows};

/// The tables that make up the table, by subject.
const FUNCTIONS: &[&[Function]] =
    &[conditional::ROWS, convert::ROWS, kv::ROWS, pattern::ROWS, refused::ROWS, special::ROWS];

const AGGREGATES: &[&[Aggregate]] = &[];

/// Every scalar function and operator.
pub fn functions() -> impl Iterator<Item = &'static Function> {
    let subjects = [
        operators::ROWS,
        text::ROWS,
        dynamic::ROWS,
        encode::ROWS,
        parse::ROWS,
        network::ROWS,
        datetime::ROWS,
        math::ROWS,
        gather::FUNCTIONS,
        series::ROWS,
        &[windows::ROWS],
    ];
    FUNCTIONS.iter().chain(subjects.into_iter().flatten()).flat_map(|rows| rows.iter())
}

/// Every aggregate.
pub fn aggregates() -> impl Iterator<Item = &'static Aggregate> {
    AGGREGATES.iter().chain(gather::ROWS).flat_map(|rows| rows.iter())
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
