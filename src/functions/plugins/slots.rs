//! The slots of all bags of a group, with their types: the columns that `bag_unpack` gives.
//!
//! Trap: a slot whose values differ in type is dynamic; null says nothing of a type, and a slot that is
//! never anything else is none.

use std::collections::BTreeMap;

use super::super::{Accumulator, Aggregate, AggregateBody, Cx, Naming};
use crate::types::Type;
use crate::value::Value;

/// The most columns that a table may have.
const MOST: usize = 10_000;

/// `[[name, type], …]`, sorted by name.
pub static SLOTS: Aggregate = Aggregate {
    name: "bag_slots",
    aliases: &[],
    signatures: &["(bag: dynamic) -> dynamic"],
    doc: "The slots of all bags, with their types.",
    naming: Naming::None,
    body: AggregateBody::Accumulator(|| Box::new(Slots::default())),
};

#[derive(Default)]
struct Slots(BTreeMap<String, Type>);

impl Accumulator for Slots {
    fn add(&mut self, args: &[Value], cx: &Cx) {
        for (name, value) in args.first().and_then(Value::as_bag).unwrap_or_default() {
            let Some(ty) = value.type_of().map(|ty| if ty == Type::Int { Type::Long } else { ty }) else {
                continue;
            };
            let full = self.0.len() >= MOST;
            match self.0.get_mut(name) {
                Some(known) if *known != ty => *known = Type::Dynamic,
                Some(_) => {}
                None if !full => _ = self.0.insert(name.clone(), ty),
                None => return cx.fail(format!("bag_unpack: the bags have more than {MOST} slots")),
            }
        }
    }

    fn finish(&mut self, _: &Cx) -> Value {
        let pair = |(name, ty): (&String, &Type)| {
            Value::Array(vec![Value::string(name.as_str()), Value::string(ty.name())])
        };
        Value::Array(self.0.iter().map(pair).collect())
    }
}
