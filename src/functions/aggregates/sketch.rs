//! `hll`, `tdigest`, and what works on them: `hll_merge`, `dcount_hll`, `percentile_tdigest`, …
//!
//! What these gather is exact: an `hll` state is `["hll", [hashes…]]`, sorted and distinct; a
//! `tdigest` state is `["tdigest", [values…], [weights…]]`, sorted by value.
//!
//! Traps: the states are auk's own and mean nothing to Kusto, nor Kusto's to auk: another one gives
//! null. A state holds at most `MOST` entries; beyond, the query ends.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::super::math;
use super::super::rows::{also, kernel};
use super::super::{Accumulator, Aggregate, Cx, Function, Naming};
use super::percentile::{asked, nearest_rank};
use super::{also as aggregate_also, row, special};
use crate::types::Type;
use crate::value::Value;

/// The most entries that a state may hold.
const MOST: usize = 1_048_576;

pub const ROWS: &[Aggregate] = &[
    row(
        "hll",
        &["(expr: scalar, [accuracy: integer]) -> dynamic"],
        "The distinct values as a state for dcount_hll.",
        Naming::Prefix("hll"),
        || Box::new(Hll::default()),
    ),
    special(
        "hll_if",
        &["(expr: scalar, predicate: bool, [accuracy: integer]) -> dynamic"],
        "The distinct values of the rows for which the predicate holds, as a state for dcount_hll.",
        Naming::Prefix("hll_if"),
    ),
    row(
        "hll_merge",
        &["(hll: array) -> dynamic"],
        "The hll states of the group as one.",
        Naming::Prefix("hll_merge"),
        || Box::new(HllMerge::default()),
    ),
    row(
        "tdigest",
        &["(expr: scalar, [weight: integer]) -> dynamic"],
        "The values as a state for percentile_tdigest.",
        Naming::Prefix("tdigest"),
        || Box::new(Tdigest::default()),
    ),
    aggregate_also(
        row(
            "tdigest_merge",
            &["(tdigest: array) -> dynamic"],
            "The tdigest states of the group as one.",
            Naming::Prefix("merge_tdigests"),
            || Box::new(TdigestMerge::default()),
        ),
        &["merge_tdigest", "merge_tdigests"],
    ),
];

pub const FUNCTIONS: &[Function] = &[
    kernel(
        "dcount_hll",
        &["(hll: array) -> long"],
        "The number of distinct values in an hll state.",
        Naming::Prefix("dcount_hll"),
        |args, _| hashes(&args[0]).map_or(Value::Null, |hashes| Value::Long(hashes.len() as i64)),
    ),
    kernel(
        "hll_merge",
        &["(hll: array...) -> dynamic"],
        "Several hll states as one.",
        Naming::Always("hll_merged_result"),
        |args, cx| {
            let known: Vec<&[Value]> = args.iter().filter_map(hashes).collect();
            if known.is_empty() {
                return Value::Null;
            }
            hll_state(known.into_iter().flatten().filter_map(Value::as_i64).collect(), cx)
        },
    ),
    also(
        kernel(
            "tdigest_merge",
            &["(tdigest: array...) -> dynamic"],
            "Several tdigest states as one.",
            Naming::Always("tdigests_merge_result"),
            |args, cx| {
                let known: Vec<Value> = args.iter().filter(|a| digest(a).is_some()).cloned().collect();
                digest_state(known.iter().filter_map(digest).flatten().collect(), cx)
            },
        ),
        &["merge_tdigest", "merge_tdigests"],
    ),
    kernel(
        "percentile_tdigest",
        &[
            "(tdigest: array, percentile: real) -> dynamic",
            "(tdigest: array, percentile: real, type: type) -> type",
        ],
        "A percentile of the values in a tdigest state.",
        Naming::Prefix("percentile_tdigest"),
        |args, cx| {
            let (Some(values), Some(p)) = (digest(&args[0]), args[1].as_f64()) else { return Value::Null };
            convert(nearest_rank(&values, p), cx.returns)
        },
    ),
    kernel(
        "percentiles_array_tdigest",
        &[
            "(tdigest: array, percentiles: array, [type: type]) -> dynamic",
            "(tdigest: array, percentile: real...) -> dynamic",
        ],
        "Percentiles of the values in a tdigest state, as an array.",
        Naming::Prefix("percentile_tdigest"),
        |args, _| {
            let Some(values) = digest(&args[0]) else { return Value::Null };
            let ty = args.get(2).and_then(Value::as_str).and_then(Type::from_name);
            let typed = |value: Value| convert(value, ty.unwrap_or(Type::Dynamic));
            let asked = if ty.is_some() { asked(&args[1..2]) } else { asked(&args[1..]) };
            Value::Array(asked.iter().map(|p| typed(nearest_rank(&values, *p))).collect())
        },
    ),
    kernel(
        "rank_tdigest",
        &["(tdigest: array, value: scalar) -> real"],
        "How many values in a tdigest state are not greater.",
        Naming::None,
        |args, _| rank(args).map_or(Value::Null, |(rank, _)| Value::Real(rank)),
    ),
    kernel(
        "percentrank_tdigest",
        &["(tdigest: array, value: scalar) -> real"],
        "What percentage of the values in a tdigest state is not greater.",
        Naming::None,
        |args, _| rank(args).map_or(Value::Null, |(rank, total)| Value::Real(rank / total * 100.0)),
    ),
];

/// The hashes in an hll state.
pub fn hashes(state: &Value) -> Option<&[Value]> {
    match state.as_array()? {
        [tag, hashes] if tag.as_str() == Some("hll") => hashes.as_array(),
        _ => None,
    }
}

fn hll_state(hashes: BTreeSet<i64>, cx: &Cx) -> Value {
    if hashes.len() > MOST {
        cx.fail(format!("hll(): more than {MOST} distinct values in one state"));
        return Value::Null;
    }
    Value::Array(vec![Value::string("hll"), Value::Array(hashes.into_iter().map(Value::Long).collect())])
}

/// The first eight bytes of the SHA-256 of the value and its type.
fn hash(value: &Value) -> i64 {
    let ty = match value {
        Value::Int(_) => Type::Long.name(),
        _ => value.type_of().map_or("", Type::name),
    };
    let digest = Sha256::digest(format!("{ty}:{}", value.to_text()));
    digest.iter().take(8).fold(0_i64, |n, b| (n << 8) | i64::from(*b))
}

/// The weighted values in a tdigest state; `None` when it is not one or holds none.
fn digest(state: &Value) -> Option<Vec<(Value, i64)>> {
    let [tag, values, weights] = state.as_array()? else { return None };
    let (values, weights) = (values.as_array()?, weights.as_array()?);
    if tag.as_str() != Some("tdigest") || values.is_empty() || values.len() != weights.len() {
        return None;
    }
    values.iter().zip(weights).map(|(v, w)| Some((v.clone(), w.as_i64().filter(|w| *w > 0)?))).collect()
}

fn digest_state(mut values: Vec<(Value, i64)>, cx: &Cx) -> Value {
    values.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    values.dedup_by(|(value, weight), (kept, total)| {
        let same = value == kept;
        if same {
            *total = total.saturating_add(*weight);
        }
        same
    });
    if values.len() > MOST {
        cx.fail(format!("tdigest(): more than {MOST} distinct values in one state"));
    }
    if values.is_empty() || values.len() > MOST {
        return Value::Null;
    }
    let (values, weights) = values.into_iter().map(|(v, w)| (v, Value::Long(w))).unzip();
    Value::Array(vec![Value::string("tdigest"), Value::Array(values), Value::Array(weights)])
}

/// The weight of the values that are not greater, and of all.
fn rank(args: &[Value]) -> Option<(f64, f64)> {
    let values = digest(&args[0])?;
    if args[1].is_null() {
        return None;
    }
    let sum = |all: bool| -> f64 {
        let counted = values.iter().filter(|(v, _)| all || v.total_cmp(&args[1]).is_le());
        math::sum(counted.map(|(_, w)| *w as f64))
    };
    Some((sum(false), sum(true)))
}

/// The value as the type that `typeof` asked for.
fn convert(value: Value, ty: Type) -> Value {
    match (ty, &value) {
        (Type::Dynamic, _) => value,
        (ty, v) if v.type_of() == Some(ty) => value,
        (Type::Real, v) => v.as_f64().map_or(Value::Null, Value::Real),
        (Type::Long, Value::Real(x)) if x.is_finite() => Value::Long(*x as i64),
        (Type::Long, v) => v.as_i64().map_or(Value::Null, Value::Long),
        (Type::Int, v) => {
            let n = v.as_i64().or_else(|| v.as_f64().filter(|x| x.is_finite()).map(|x| x as i64));
            n.and_then(|n| i32::try_from(n).ok()).map_or(Value::Null, Value::Int)
        }
        _ => Value::Null,
    }
}

#[derive(Default)]
struct Hll(BTreeSet<i64>);

impl Accumulator for Hll {
    fn add(&mut self, args: &[Value], _: &Cx) {
        if !args[0].is_null() && self.0.len() <= MOST {
            self.0.insert(hash(&args[0]));
        }
    }

    fn finish(&mut self, cx: &Cx) -> Value {
        let hashes = std::mem::take(&mut self.0);
        if hashes.is_empty() { Value::Null } else { hll_state(hashes, cx) }
    }
}

#[derive(Default)]
struct HllMerge(Option<BTreeSet<i64>>);

impl Accumulator for HllMerge {
    fn add(&mut self, args: &[Value], _: &Cx) {
        if let Some(hashes) = hashes(&args[0]) {
            let all = self.0.get_or_insert_default();
            all.extend(hashes.iter().filter_map(Value::as_i64).take(MOST + 1 - all.len().min(MOST)));
        }
    }

    fn finish(&mut self, cx: &Cx) -> Value {
        self.0.take().map_or(Value::Null, |hashes| hll_state(hashes, cx))
    }
}

#[derive(Default)]
struct Tdigest(Vec<(Value, i64)>);

impl Accumulator for Tdigest {
    fn add(&mut self, args: &[Value], _: &Cx) {
        let weight = args.get(1).map_or(1, |w| w.as_i64().unwrap_or(0));
        if !args[0].is_null() && weight > 0 {
            self.0.push((args[0].clone(), weight));
        }
    }

    fn finish(&mut self, cx: &Cx) -> Value {
        digest_state(std::mem::take(&mut self.0), cx)
    }
}

#[derive(Default)]
struct TdigestMerge(Vec<(Value, i64)>);

impl Accumulator for TdigestMerge {
    fn add(&mut self, args: &[Value], _: &Cx) {
        self.0.extend(digest(&args[0]).unwrap_or_default());
    }

    fn finish(&mut self, cx: &Cx) -> Value {
        digest_state(std::mem::take(&mut self.0), cx)
    }
}
