//! `make_list(x)`, `make_set(x)`, `make_bag(x)`: the values of a group as one dynamic value.
//!
//! Traps: `make_list` and `make_set` take arrays apart: their elements are what is listed, one level deep.
//! A set is in order of first appearance. Where a key comes twice, `make_bag` keeps the first value. The old
//! spellings `makelist` and `makeset` stop at 128 values unless told a size.

use std::collections::HashSet;

use super::super::{Accumulator, Aggregate, Cx, Naming};
use super::count::Key;
use super::{row, special};
use crate::value::Value;

/// What Kusto stops at, and never goes beyond.
const MOST: usize = 1_048_576;
/// What the old spellings stop at.
const MOST_OLD: usize = 128;

const PLAIN: &[&str] = &["(expr: scalar, [max_size: integer]) -> dynamic"];
const WITH_PREDICATE: &[&str] = &["(expr: scalar, predicate: bool, [max_size: integer]) -> dynamic"];

pub const ROWS: &[Aggregate] = &[
    row("make_list", PLAIN, "The values of the group, in order.", Naming::Prefix("list"), || {
        Collect::boxed(Kind::List, MOST)
    }),
    row("makelist", PLAIN, "The old name of make_list.", Naming::Prefix("list"), || {
        Collect::boxed(Kind::List, MOST_OLD)
    }),
    special(
        "make_list_if",
        WITH_PREDICATE,
        "The values of the rows for which the predicate holds, in order.",
        Naming::Prefix("list"),
    ),
    row(
        "make_list_with_nulls",
        &["(expr: scalar) -> dynamic"],
        "The values of the group, nulls too, in order.",
        Naming::Prefix("list"),
        || Collect::boxed(Kind::ListWithNulls, MOST),
    ),
    row("make_set", PLAIN, "The distinct values of the group.", Naming::Prefix("set"), || {
        Collect::boxed(Kind::Set, MOST)
    }),
    row("makeset", PLAIN, "The old name of make_set.", Naming::Prefix("set"), || {
        Collect::boxed(Kind::Set, MOST_OLD)
    }),
    special(
        "make_set_if",
        WITH_PREDICATE,
        "The distinct values of the rows for which the predicate holds.",
        Naming::Prefix("set"),
    ),
    row(
        "make_bag",
        &["(expr: bag, [max_size: integer]) -> dynamic"],
        "The bags of the group as one bag.",
        Naming::Prefix("bag"),
        || Box::new(MakeBag { most: MOST, seen: HashSet::new(), members: Vec::new() }),
    ),
    row(
        "make_dictionary",
        &["(expr: bag, [max_size: integer]) -> dynamic"],
        "The old name of make_bag.",
        Naming::Prefix("dictionary"),
        || Box::new(MakeBag { most: MOST_OLD, seen: HashSet::new(), members: Vec::new() }),
    ),
    special(
        "make_bag_if",
        &["(expr: bag, predicate: bool, [max_size: integer]) -> dynamic"],
        "The bags of the rows for which the predicate holds as one bag.",
        Naming::Prefix("bag"),
    ),
];

/// The size asked for; 0 and less ask for none.
fn size(args: &[Value], most: usize) -> usize {
    match args.get(1).and_then(Value::as_i64) {
        Some(n) => usize::try_from(n).unwrap_or(0).min(MOST),
        None => most,
    }
}

#[derive(PartialEq)]
enum Kind {
    List,
    ListWithNulls,
    Set,
}

struct Collect {
    kind: Kind,
    most: usize,
    seen: HashSet<Key>,
    values: Vec<Value>,
}

impl Collect {
    fn boxed(kind: Kind, most: usize) -> Box<dyn Accumulator> {
        Box::new(Collect { kind, most, seen: HashSet::new(), values: Vec::new() })
    }

    fn insert(&mut self, value: &Value, size: usize) {
        if self.values.len() >= size || value.is_null() && self.kind != Kind::ListWithNulls {
            return;
        }
        if self.kind != Kind::Set || self.seen.insert(Key::of(value)) {
            self.values.push(value.clone());
        }
    }
}

impl Accumulator for Collect {
    fn add(&mut self, args: &[Value], cx: &Cx) {
        let size = size(args, self.most);
        match &args[0] {
            Value::Array(_) if self.kind == Kind::ListWithNulls => {
                cx.fail("make_list_with_nulls(): what it makes of arrays is not documented");
            }
            Value::Array(items) => items.iter().for_each(|v| self.insert(v, size)),
            value => self.insert(value, size),
        }
    }

    fn finish(&mut self, _: &Cx) -> Value {
        Value::Array(std::mem::take(&mut self.values))
    }
}

struct MakeBag {
    most: usize,
    seen: HashSet<String>,
    members: Vec<(String, Value)>,
}

impl Accumulator for MakeBag {
    fn add(&mut self, args: &[Value], _: &Cx) {
        let size = size(args, self.most);
        for (key, value) in args[0].as_bag().unwrap_or_default() {
            if self.members.len() < size && !self.seen.contains(key) {
                self.seen.insert(key.clone());
                self.members.push((key.clone(), value.clone()));
            }
        }
    }

    fn finish(&mut self, _: &Cx) -> Value {
        Value::Bag(std::mem::take(&mut self.members))
    }
}
