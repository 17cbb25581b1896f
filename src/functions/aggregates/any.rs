//! `take_any(x)`, `arg_max(x, y)`, `arg_min(x, y)`: a value out of one row of the group.
//!
//! Traps: `take_any` of one expression gives the first value that is not null or empty, if there is
//! one; of several or `*` the binder takes all of them from the first row. `arg_max` takes the first
//! of the rows with the greatest value; a null counts only when there is nothing else.

use std::cmp::Ordering;

use super::super::{Accumulator, Aggregate, Cx, Naming};
use super::{also, row, special};
use crate::value::Value;

pub const ROWS: &[Aggregate] = &[
    row(
        "take_any",
        &["(expr: scalar) -> expr"],
        "A value of one row of the group, not null or empty if there is such a row.",
        Naming::FirstArgument,
        || Box::new(TakeAny::default()),
    ),
    row("any", &["(expr: scalar) -> expr"], "The old name of take_any.", Naming::Prefix("any"), || {
        Box::new(TakeAny::default())
    }),
    special(
        "take_anyif",
        &["(expr: scalar, predicate: bool) -> expr"],
        "A value of one row of the group for which the predicate holds.",
        Naming::FirstArgument,
    ),
    special(
        "anyif",
        &["(expr: scalar, predicate: bool) -> expr"],
        "The old name of take_anyif.",
        Naming::Prefix("any"),
    ),
    also(
        row("arg_max", ARG, "Values of the row with the greatest value.", Naming::FirstArgument, || {
            Box::new(Arg { wanted: Ordering::Greater, best: None })
        }),
        &["argmax"],
    ),
    also(
        row("arg_min", ARG, "Values of the row with the least value.", Naming::FirstArgument, || {
            Box::new(Arg { wanted: Ordering::Less, best: None })
        }),
        &["argmin"],
    ),
];

const ARG: &[&str] = &["(value: orderable) -> value", "(value: orderable, returned: scalar) -> returned"];

#[derive(Default)]
struct TakeAny(Option<Value>);

impl Accumulator for TakeAny {
    fn add(&mut self, args: &[Value], _: &Cx) {
        if self.0.as_ref().is_none_or(Value::is_empty) && (self.0.is_none() || !args[0].is_empty()) {
            self.0 = Some(args[0].clone());
        }
    }

    fn finish(&mut self, cx: &Cx) -> Value {
        self.0.take().unwrap_or_else(|| Value::missing(cx.returns))
    }
}

struct Arg {
    wanted: Ordering,
    /// The best value so far, and what is returned for it.
    best: Option<(Value, Value)>,
}

impl Accumulator for Arg {
    fn add(&mut self, args: &[Value], _: &Cx) {
        let Some((value, returned)) = args.first().zip(args.last()) else { return };
        let better = match &self.best {
            None => true,
            Some((best, _)) if best.is_null() || value.is_null() => best.is_null() && !value.is_null(),
            Some((best, _)) => value.total_cmp(best) == self.wanted,
        };
        if better {
            self.best = Some((value.clone(), returned.clone()));
        }
    }

    fn finish(&mut self, cx: &Cx) -> Value {
        self.best.take().map_or_else(|| Value::missing(cx.returns), |(_, returned)| returned)
    }
}
