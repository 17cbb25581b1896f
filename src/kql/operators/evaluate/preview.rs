//! `preview(NumberOfRows)`: the first rows, as `take` gives them.
//!
//! Trap: Kusto gives the number of all rows as a second result, which is not part of a table.

use super::{Bind, Evaluate, Plugin, arguments};
use crate::kql::bind::{Binder, Relation};
use crate::plan::Plan;
use crate::source::Span;
use crate::types::Type;

pub const PLUGINS: &[Plugin] = &[Plugin {
    name: "preview",
    signature: "(NumberOfRows: long)",
    doc: "The first rows, as `take` gives them; the second result, their number, is what `count` gives.",
    bind: Bind::Table(bind),
}];

fn bind(b: &mut Binder<'_>, op: &Evaluate, input: Relation, _: Span) -> Option<Relation> {
    let args = arguments::by_parameter(b, op, &["NumberOfRows"])?;
    let count = arguments::required(b, op, args[0], "the number of rows")?;
    let count = arguments::constant(b, count, Type::Long, "the number of rows")?;
    let count = count.as_i64().unwrap_or(0).max(0) as u64;
    Some(input.map(|plan| Plan::Limit { input: Box::new(plan), count, segment: Vec::new() }))
}
