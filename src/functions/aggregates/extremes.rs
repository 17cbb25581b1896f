//! `min(x)`, `max(x)` and their forms with a predicate.
//!
//! Trap: NaN sorts below all numbers, so that `max` finds it only where there is nothing else.

use std::cmp::Ordering;

use super::super::{Accumulator, Aggregate, Cx, Naming};
use super::{row, special};
use crate::value::Value;

pub const ROWS: &[Aggregate] = &[
    row("min", &["(expr: orderable) -> expr"], "The least value.", Naming::Prefix("min"), || {
        Box::new(Extreme { wanted: Ordering::Less, best: Value::Null })
    }),
    special(
        "minif",
        &["(expr: orderable, predicate: bool) -> expr"],
        "The least value of the rows for which the predicate holds.",
        Naming::Prefix("minif"),
    ),
    row("max", &["(expr: orderable) -> expr"], "The greatest value.", Naming::Prefix("max"), || {
        Box::new(Extreme { wanted: Ordering::Greater, best: Value::Null })
    }),
    special(
        "maxif",
        &["(expr: orderable, predicate: bool) -> expr"],
        "The greatest value of the rows for which the predicate holds.",
        Naming::Prefix("maxif"),
    ),
];

struct Extreme {
    wanted: Ordering,
    best: Value,
}

impl Accumulator for Extreme {
    fn add(&mut self, args: &[Value], _: &Cx) {
        let value = &args[0];
        if !value.is_null() && (self.best.is_null() || value.total_cmp(&self.best) == self.wanted) {
            self.best = value.clone();
        }
    }

    fn finish(&mut self, cx: &Cx) -> Value {
        match std::mem::replace(&mut self.best, Value::Null) {
            Value::Null => Value::missing(cx.returns),
            best => best,
        }
    }
}
