//! The aggregates of `summarize`, by subject.
//!
//! Nulls are passed over by all of them but `count`, `make_list_with_nulls` and `count_distinct`.
//! The forms with a predicate (`sumif`, `make_set_if`, …) are rows only: the binder turns them into
//! the plain aggregate over the rows for which the predicate holds.
//!
//! Trap: an accumulator sees its rows in the order of the table and is never merged with another,
//! so that sums of doubles and ordered lists do not depend on the number of threads.

mod any;
mod collect;
pub(super) mod count;
mod extremes;
pub mod percentile;
mod schema;
pub mod sketch;
mod spread;
mod sum;

use super::{Accumulator, Aggregate, AggregateBody, Function, Naming};

/// The rows, by subject.
pub const ROWS: &[&[Aggregate]] = &[
    any::ROWS,
    collect::ROWS,
    count::ROWS,
    extremes::ROWS,
    percentile::ROWS,
    schema::ROWS,
    sketch::ROWS,
    spread::ROWS,
    sum::ROWS,
];

/// The functions that work on what aggregates gather.
pub const FUNCTIONS: &[&[Function]] = &[sketch::FUNCTIONS];

/// A row with an accumulator.
const fn row(
    name: &'static str,
    signatures: &'static [&'static str],
    doc: &'static str,
    naming: Naming,
    make: fn() -> Box<dyn Accumulator>,
) -> Aggregate {
    Aggregate { name, aliases: &[], signatures, doc, naming, body: AggregateBody::Accumulator(make) }
}

/// A row that the binder rewrites.
const fn special(
    name: &'static str,
    signatures: &'static [&'static str],
    doc: &'static str,
    naming: Naming,
) -> Aggregate {
    Aggregate { name, aliases: &[], signatures, doc, naming, body: AggregateBody::Special }
}

/// The row with other spellings beside its name.
const fn also(row: Aggregate, aliases: &'static [&'static str]) -> Aggregate {
    Aggregate { aliases, ..row }
}
