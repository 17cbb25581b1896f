//! `rolling_percentile`: the percentile of the values in a window of bins that ends at each bin.
//!
//! Trap: what Kusto gives for a bin without rows is not documented; such a gap ends the query.

use std::collections::BTreeMap;

use super::super::aggregates::percentile::nearest_rank;
use super::super::{Called, Cx, TableCall, TableFunction};
use crate::value::Value;

/// Arguments: the value, the percentile, the bin of each row, the size of a bin, how many bins make a
/// window, then the dimensions. Output: the bin, the dimensions, the percentile.
pub static ROLLING_PERCENTILE: TableFunction = TableFunction { name: "rolling_percentile", run };

/// A value that sorts.
#[derive(Clone, PartialEq)]
struct Key(Vec<Value>);

impl Eq for Key {}

impl Ord for Key {
    fn cmp(&self, other: &Key) -> std::cmp::Ordering {
        let pairs = self.0.iter().zip(&other.0).map(|(a, b)| a.total_cmp(b));
        pairs.into_iter().find(|o| o.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Key) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

fn run(call: &TableCall<'_>, cx: &Cx) -> Called {
    let percentile = call.value(1).as_f64().unwrap_or(0.0);
    let length = usize::try_from(call.value(4).as_i64().unwrap_or(0)).unwrap_or(0);
    let mut all: BTreeMap<Key, BTreeMap<Key, Vec<(Value, i64)>>> = BTreeMap::new();
    for (row, bin) in call.column(2).iter().enumerate().filter(|(_, bin)| !bin.is_null()) {
        let dimension = |at: usize| call.column(at).get(row).cloned().unwrap_or(Value::Null);
        let dimensions = Key((5..call.args.len()).map(dimension).collect());
        let values = all.entry(dimensions).or_default().entry(Key(vec![bin.clone()])).or_default();
        values.extend(call.column(0).get(row).filter(|v| !v.is_null()).map(|v| (v.clone(), 1)));
    }
    let bins: Vec<&Key> = all.values().next().map_or_else(Vec::new, |bins| bins.keys().collect());
    let even = bins.windows(2).all(|pair| follows(&pair[0].0, &pair[1].0, call.value(3)));
    if !even || all.values().any(|other| !other.keys().eq(bins.iter().copied())) {
        cx.fail("a bin has no rows, and what it gives then is not documented");
        return Called::Rows(Vec::new());
    }
    let missing = call.schema.columns.last().map_or(Value::Null, |c| Value::missing(c.ty));
    let mut rows = Vec::new();
    for (dimensions, bins) in &all {
        let bins: Vec<_> = bins.iter().collect();
        for at in 0..bins.len() {
            let window = &bins[(at + 1).saturating_sub(length)..=at];
            let mut values: Vec<(Value, i64)> = window.iter().flat_map(|(_, v)| v.iter().cloned()).collect();
            values.sort_by(|(a, _), (b, _)| a.total_cmp(b));
            let found = if values.is_empty() { missing.clone() } else { nearest_rank(&values, percentile) };
            rows.push(bins[at].0.0.iter().chain(&dimensions.0).cloned().chain([found]).collect());
        }
    }
    Called::Rows(rows)
}

/// Is one bin the next after another?
fn follows(bin: &[Value], next: &[Value], size: &Value) -> bool {
    let [Some(bin), Some(next)] = [bin.first(), next.first()] else { return false };
    if let (Some(a), Some(b), Some(step)) = (bin.as_i64(), next.as_i64(), size.as_i64()) {
        return b.checked_sub(a) == Some(step);
    }
    match (bin.as_f64(), next.as_f64(), size.as_f64()) {
        (Some(a), Some(b), Some(step)) => (b - a - step).abs() <= step.abs() * 1e-6,
        _ => false,
    }
}
