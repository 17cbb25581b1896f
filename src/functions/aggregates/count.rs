//! `count()`, `dcount(x)`, `count_distinct(x)` and their forms with a predicate.
//!
//! Traps: `count(x)` counts rows, nulls too. `dcount` is exact here: the accuracy is accepted and
//! has nothing to improve. A null is a value of its own to `count_distinct`, and none to `dcount`.

use std::collections::HashSet;

use super::super::{Accumulator, Aggregate, Cx, Naming};
use super::{row, special};
use crate::value::Value;

pub const ROWS: &[Aggregate] = &[
    row(
        "count",
        &["() -> long", "(expr: scalar) -> long"],
        "The number of rows.",
        Naming::Prefix("count"),
        || Box::new(Count(0)),
    ),
    special(
        "countif",
        &["(predicate: bool) -> long"],
        "The number of rows for which the predicate holds.",
        Naming::Prefix("countif"),
    ),
    row(
        "dcount",
        &["(expr: scalar, [accuracy: integer]) -> long"],
        "The number of distinct values; exact, whatever the accuracy.",
        Naming::Prefix("dcount"),
        || Box::new(Distinct { nulls: false, seen: HashSet::new() }),
    ),
    special(
        "dcountif",
        &["(expr: scalar, predicate: bool, [accuracy: integer]) -> long"],
        "The number of distinct values of the rows for which the predicate holds.",
        Naming::Prefix("dcountif"),
    ),
    row(
        "count_distinct",
        &["(expr: scalar) -> long"],
        "The number of distinct values.",
        Naming::Prefix("count_distinct"),
        || Box::new(Distinct { nulls: true, seen: HashSet::new() }),
    ),
    special(
        "count_distinctif",
        &["(expr: scalar, predicate: bool) -> long"],
        "The number of distinct values of the rows for which the predicate holds.",
        Naming::Prefix("count_distinctif"),
    ),
];

struct Count(i64);

impl Accumulator for Count {
    fn add(&mut self, _: &[Value], _: &Cx) {
        self.0 += 1;
    }

    fn finish(&mut self, _: &Cx) -> Value {
        Value::Long(self.0)
    }
}

struct Distinct {
    nulls: bool,
    seen: HashSet<Key>,
}

impl Accumulator for Distinct {
    fn add(&mut self, args: &[Value], _: &Cx) {
        if self.nulls || !args[0].is_null() {
            self.seen.insert(Key::of(&args[0]));
        }
    }

    fn finish(&mut self, _: &Cx) -> Value {
        Value::Long(self.seen.len() as i64)
    }
}

/// A value as a key of a hash table: equal keys are equal values. A bag is told by its normal form.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    Null,
    Bool(bool),
    Integer(i64),
    Real(u64),
    Decimal(String),
    Datetime(i64),
    Timespan(i64),
    Guid(u128),
    Text(String),
    Json(String),
}

impl Key {
    pub fn of(value: &Value) -> Key {
        match value {
            Value::Null => Key::Null,
            Value::Bool(b) => Key::Bool(*b),
            Value::Int(n) => Key::Integer(i64::from(*n)),
            Value::Long(n) => Key::Integer(*n),
            // Both zeros are one value, and so are all NaNs.
            Value::Real(x) if *x == 0.0 => Key::Real(0),
            Value::Real(x) if x.is_nan() => Key::Real(f64::NAN.to_bits()),
            Value::Real(x) => Key::Real(x.to_bits()),
            Value::Decimal(d) => Key::Decimal(d.to_string()),
            Value::Datetime(t) => Key::Datetime(*t),
            Value::Timespan(t) => Key::Timespan(*t),
            Value::Guid(g) => Key::Guid(*g),
            Value::String(s) => Key::Text(s.clone()),
            Value::Array(_) | Value::Bag(_) => Key::Json(crate::json::to_text(value)),
        }
    }
}
