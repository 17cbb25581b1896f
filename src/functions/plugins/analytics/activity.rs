//! `activity_metrics`, `activity_counts_metrics`, `activity_engagement`: users by period.
//!
//! Traps: periods without events give no row. Where no period came before, nobody was lost: the churn is 0
//! and the retention 1. The outer window of `activity_engagement` ends with its period, and looks back
//! beyond the start of the analysis.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::events::{self, Axis, Event, Slice};
use super::{push, windows};
use crate::functions::{Called, Cx, TableCall, TableFunction};
use crate::types::Type;
use crate::value::Value;

/// Arguments: id, time, start, end, step; dimensions.
pub static METRICS: TableFunction = TableFunction { name: "activity_metrics", run: metrics };
/// Arguments: id, time, start, end, step; dimensions.
pub static COUNTS: TableFunction = TableFunction { name: "activity_counts_metrics", run: counts };
/// Arguments: id, time, start, end, inner window, outer window; dimensions.
pub static ENGAGEMENT: TableFunction = TableFunction { name: "activity_engagement", run: engagement };

/// The type of the timeline: that of the first column that comes out.
pub fn timeline(call: &TableCall<'_>) -> Type {
    call.schema.columns.first().map_or(Type::Datetime, |c| c.ty)
}

/// A row: a period, the dimensions of the slice, and what was measured.
pub fn row(bin: i64, ty: Type, slice: &Slice, measured: &[Value]) -> Vec<Value> {
    let mut row = vec![events::point(bin, ty)];
    row.extend(slice.dims.iter().cloned());
    row.extend(measured.iter().cloned());
    row
}

pub fn long(count: usize) -> Value {
    Value::Long(count as i64)
}

/// The events within the bounds, by period.
pub fn by_period(slice: &Slice, axis: &Axis) -> BTreeMap<i64, Vec<Event>> {
    let mut periods: BTreeMap<i64, Vec<Event>> = BTreeMap::new();
    for event in slice.events.iter().filter(|e| axis.holds(e.at)) {
        periods.entry(axis.bin(event.at)).or_default().push(*event);
    }
    periods
}

fn users(events: &[Event]) -> HashSet<u32> {
    events.iter().filter_map(|e| e.id).collect()
}

fn metrics(call: &TableCall<'_>, cx: &Cx) -> Called {
    let axis = Axis::new(call.value(2), call.value(3), call.value(4));
    let (ty, mut rows) = (timeline(call), Vec::new());
    let slices = events::of(call, 5);
    for slice in &slices {
        let mut before: Option<(i64, HashSet<u32>)> = None;
        for (bin, found) in by_period(slice, &axis) {
            let now = users(&found);
            let last = before.take().filter(|(start, _)| axis.next(*start) == bin).map(|(_, users)| users);
            let last = last.unwrap_or_default();
            let returned = now.intersection(&last).count();
            let churn = match last.len() {
                0 => 0.0,
                there => (there - returned) as f64 / there as f64,
            };
            let new = long(now.len() - returned);
            let measured = [long(now.len()), new, Value::Real(1.0 - churn), Value::Real(churn)];
            if !push(&mut rows, row(bin, ty, slice, &measured), cx) {
                break;
            }
            before = Some((bin, now));
        }
    }
    Called::Rows(events::by_time(rows, call.schema.len()))
}

fn counts(call: &TableCall<'_>, cx: &Cx) -> Called {
    let axis = Axis::new(call.value(2), call.value(3), call.value(4));
    let (ty, mut rows) = (timeline(call), Vec::new());
    let slices = events::of(call, 5);
    for slice in &slices {
        let mut seen = HashSet::new();
        for (bin, found) in by_period(slice, &axis) {
            let (now, before) = (users(&found), seen.len());
            seen.extend(now.iter().copied());
            let new = seen.len() - before;
            let measured = [long(found.len()), long(now.len()), long(new), long(seen.len())];
            if !push(&mut rows, row(bin, ty, slice, &measured), cx) {
                break;
            }
        }
    }
    Called::Rows(events::by_time(rows, call.schema.len()))
}

fn engagement(call: &TableCall<'_>, cx: &Cx) -> Called {
    let axis = Axis::new(call.value(2), call.value(3), call.value(4));
    let outer = call.value(5).as_i64().unwrap_or(0);
    let (ty, mut rows) = (timeline(call), Vec::new());
    let slices = events::of(call, 6);
    for slice in &slices {
        let inner: HashMap<i64, usize> =
            by_period(slice, &axis).into_iter().map(|(bin, found)| (bin, users(&found).len())).collect();
        windows::slide(slice, &axis, outer, |bin, _, within| {
            let Some(inner) = inner.get(&bin) else { return true };
            let ratio = if within == 0 { f64::NAN } else { *inner as f64 / within as f64 };
            let measured = [long(*inner), long(within), Value::Real(ratio)];
            push(&mut rows, row(bin, ty, slice, &measured), cx)
        });
    }
    Called::Rows(events::by_time(rows, call.schema.len()))
}
