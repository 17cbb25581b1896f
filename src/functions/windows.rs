//! The functions that need the rows before or after: `prev`, `row_number`, `row_cumsum`, ….
//!
//! Trap: they have no meaning without an order: the input must be sorted or serialized.

use super::{Body, Function, Naming};

pub const ROWS: &[Function] = &[
    window(
        "prev",
        &["(column: scalar, [offset: long]) -> column", "(column: T, offset: long, default_value: T) -> T"],
        "The value in a row before.",
    ),
    window(
        "next",
        &["(column: scalar, [offset: long]) -> column", "(column: T, offset: long, default_value: T) -> T"],
        "The value in a row after.",
    ),
    window(
        "row_number",
        &["([starting_index: long], [restart: bool]) -> long"],
        "The number of the row, from 1 or a starting index.",
    ),
    window(
        "row_cumsum",
        &[
            "(term: real, [restart: bool]) -> real",
            "(term: long, [restart: bool]) -> long",
            "(term: int, [restart: bool]) -> int",
            "(term: decimal, [restart: bool]) -> decimal",
            "(term: timespan, [restart: bool]) -> timespan",
        ],
        "The sum of this row's value and those before.",
    ),
    window(
        "row_rank_dense",
        &["(term: scalar, [restart: bool]) -> long"],
        "The rank of the row, which grows by one with each new value.",
    ),
    window(
        "row_rank_min",
        &["(term: scalar, [restart: bool]) -> long"],
        "The rank of the row, which is the number of the first row with its value.",
    ),
    window(
        "row_window_session",
        &["(expr: datetime, max_distance_from_first: timespan, max_distance_between_neighbors: timespan, \
           [restart: bool]) -> datetime"],
        "The first datetime of the session that the row belongs to.",
    ),
];

const fn window(name: &'static str, signatures: &'static [&'static str], doc: &'static str) -> Function {
    Function {
        name,
        aliases: &[],
        signatures,
        doc,
        naming: Naming::None,
        body: Body::Window,
        volatile: false,
    }
}
