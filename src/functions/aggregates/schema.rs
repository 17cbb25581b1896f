//! `buildschema(x)`: the least schema that all dynamic values of the group fit.
//!
//! A type is the name of a scalar type, a bag of the types of its properties (an array has the one
//! property `` `indexer` ``), or an array of alternatives.
//!
//! Trap: an empty array has an indexer without alternatives, written `[]`.

use std::collections::BTreeSet;

use super::super::{Accumulator, Aggregate, Cx, Naming};
use super::row;
use crate::types::Type;
use crate::value::Value;

pub const ROWS: &[Aggregate] = &[row(
    "buildschema",
    &["(expr: dynamic) -> dynamic"],
    "The least schema that all values fit.",
    Naming::Prefix("schema"),
    || Box::new(Shape::default()),
)];

/// The property that stands for the elements of an array.
const INDEXER: &str = "`indexer`";

#[derive(Default)]
struct Shape {
    scalars: BTreeSet<&'static str>,
    /// The properties, once a bag or an array was seen.
    members: Option<Vec<(String, Shape)>>,
}

impl Shape {
    fn take(&mut self, value: &Value) {
        match value {
            Value::Null => {}
            Value::Bag(members) => {
                self.members.get_or_insert_default();
                members.iter().for_each(|(key, item)| self.member(key).take(item));
            }
            Value::Array(items) => {
                let indexer = self.member(INDEXER);
                items.iter().for_each(|item| indexer.take(item));
            }
            scalar => _ = self.scalars.insert(scalar_name(scalar)),
        }
    }

    /// The shape of a property, made if there is none yet.
    fn member(&mut self, key: &str) -> &mut Shape {
        let members = self.members.get_or_insert_default();
        let at = members.iter().position(|(k, _)| k == key).unwrap_or_else(|| {
            members.push((key.to_string(), Shape::default()));
            members.len() - 1
        });
        &mut members[at].1
    }

    fn value(&self) -> Value {
        let bag = self.members.as_ref().map(|members| {
            Value::Bag(members.iter().map(|(key, shape)| (key.clone(), shape.value())).collect())
        });
        let mut types: Vec<Value> =
            bag.into_iter().chain(self.scalars.iter().map(|name| Value::string(*name))).collect();
        if types.len() == 1 { types.remove(0) } else { Value::Array(types) }
    }
}

fn scalar_name(value: &Value) -> &'static str {
    match value.type_of() {
        Some(Type::Real) => "double",
        Some(Type::Int) => "long",
        Some(ty) => ty.name(),
        None => "null",
    }
}

impl Accumulator for Shape {
    fn add(&mut self, args: &[Value], _: &Cx) {
        self.take(&args[0]);
    }

    fn finish(&mut self, _: &Cx) -> Value {
        if self.scalars.is_empty() && self.members.is_none() { Value::Null } else { self.value() }
    }
}
