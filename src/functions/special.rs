//! Functions over tables and schemas, which the binder knows by rules of its own.
//!
//! Trap: their signatures are for help and errors: what a tabular argument is, no scalar type can say.

use super::rows::special;
use super::{Function, Naming};

pub const ROWS: &[Function] = &[
    special(
        "table",
        &[],
        &["(name: string, [scope: string]) -> dynamic"],
        "The table of that name.",
        Naming::None,
    ),
    special(
        "toscalar",
        &[],
        &["(query: scalar) -> query"],
        "The first value that a query gives.",
        Naming::None,
    ),
    special(
        "materialize",
        &[],
        &["(query: scalar) -> query"],
        "The result of a query, computed once.",
        Naming::None,
    ),
    special(
        "column_names_of",
        &[],
        &["(table: scalar) -> dynamic"],
        "The names of a table's columns.",
        Naming::None,
    ),
];
