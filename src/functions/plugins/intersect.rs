//! `dcount_intersect`: how many values several `hll` states have in common.
//!
//! Trap: the states are exact, so the number is, where Kusto estimates it.

use super::super::aggregates::sketch::hashes;
use super::super::{Cx, Function, Naming, rows::kernel};
use crate::value::Value;

pub static DCOUNT_INTERSECT: Function = kernel(
    "dcount_intersect",
    &["(hll: array...) -> long"],
    "The number of values that are in all hll states.",
    Naming::None,
    common,
);

fn common(args: &[Value], _: &Cx) -> Value {
    let Some(states) = args.iter().map(hashes).collect::<Option<Vec<_>>>() else { return Value::Null };
    let Some((first, others)) = states.split_first() else { return Value::Null };
    let held = |state: &&[Value], hash: &Value| state.binary_search_by(|other| other.total_cmp(hash)).is_ok();
    let count = first.iter().filter(|hash| others.iter().all(|state| held(state, hash))).count();
    Value::Long(i64::try_from(count).unwrap_or(i64::MAX))
}
