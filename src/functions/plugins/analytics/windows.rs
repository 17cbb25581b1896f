//! `sliding_window_counts`, `active_users_count`, `session_count`: plugins that look back.
//!
//! Traps: start and end bound the periods that come out, not what a lookback sees. A lookback of `8d` sees
//! what is less than eight days old. A session begins strictly after the start of the analysis, and its
//! periods are those of `bin()`, as the documented chart shows both.

use std::collections::{BTreeMap, HashMap};

use super::activity::{long, row, timeline};
use super::events::{self, Axis, Slice};
use super::push;
use crate::functions::{Called, Cx, TableCall, TableFunction};
use crate::value::Value;

/// Arguments: id, time, start, end, lookback, step; dimensions.
pub static SLIDING: TableFunction = TableFunction { name: "sliding_window_counts", run: sliding };
/// Arguments: id, time, start, end, lookback, period, periods, step; dimensions.
pub static ACTIVE: TableFunction = TableFunction { name: "active_users_count", run: active };
/// Arguments: id, time, start, end, step, lookback; dimensions.
pub static SESSIONS: TableFunction = TableFunction { name: "session_count", run: sessions };

/// Tells of each period whose window holds events: its start, the events, the distinct ids. A window is
/// the periods that start less than `lookback` before it ends with. Stops when told to.
pub fn slide(slice: &Slice, axis: &Axis, lookback: i64, mut each: impl FnMut(i64, usize, usize) -> bool) {
    let lookback = axis.rounded(lookback);
    let mut periods: BTreeMap<i64, Vec<Option<u32>>> = BTreeMap::new();
    for event in slice.events.iter().filter(|e| e.at <= axis.end) {
        periods.entry(axis.bin(event.at)).or_default().push(event.id);
    }
    let bins: Vec<i64> = periods.keys().copied().collect();
    let (mut within, mut events): (HashMap<u32, usize>, usize) = (HashMap::new(), 0);
    let (mut first, mut after) = (0, 0);
    let mut at = axis.bin(bins.first().copied().unwrap_or(axis.end).max(axis.start));
    loop {
        while let Some(found) = bins.get(after).filter(|b| **b <= at).and_then(|b| periods.get(b)) {
            events += found.len();
            found.iter().flatten().for_each(|id| *within.entry(*id).or_default() += 1);
            after += 1;
        }
        let left = |b: &&i64| **b <= at.saturating_sub(lookback);
        while let Some(found) = bins.get(first).filter(left).and_then(|b| periods.get(b)) {
            events -= found.len();
            for id in found.iter().flatten() {
                match within.get_mut(id) {
                    Some(n) if *n > 1 => *n -= 1,
                    _ => drop(within.remove(id)),
                }
            }
            first += 1;
        }
        if events > 0 && !each(at, events, within.len()) {
            return;
        }
        let next = axis.next(at);
        at = match bins.get(after) {
            // Over the gap to the next event.
            Some(bin) if events == 0 => (*bin).max(next),
            None if events == 0 => return,
            _ => next,
        };
        if at > axis.end {
            return;
        }
    }
}

fn sliding(call: &TableCall<'_>, cx: &Cx) -> Called {
    let axis = Axis::new(call.value(2), call.value(3), call.value(5));
    let lookback = call.value(4).as_i64().unwrap_or(0);
    let (ty, mut rows) = (timeline(call), Vec::new());
    let slices = events::of(call, 6);
    for slice in &slices {
        slide(slice, &axis, lookback, |bin, events, users| {
            push(&mut rows, row(bin, ty, slice, &[long(events), long(users)]), cx)
        });
    }
    Called::Rows(events::by_time(rows, call.schema.len()))
}

/// The times of each id, in order.
fn by_id(slice: &Slice) -> BTreeMap<u32, Vec<i64>> {
    let mut times: BTreeMap<u32, Vec<i64>> = BTreeMap::new();
    for event in &slice.events {
        if let Some(id) = event.id {
            times.entry(id).or_default().push(event.at);
        }
    }
    times
}

fn active(call: &TableCall<'_>, cx: &Cx) -> Called {
    let axis = Axis::new(call.value(2), call.value(3), call.value(7));
    let single = Axis::new(call.value(2), call.value(3), call.value(5));
    let lookback = call.value(4).as_i64().unwrap_or(0);
    let wanted = call.value(6).as_i64().unwrap_or(0);
    let (ty, mut rows) = (timeline(call), Vec::new());
    let slices = events::of(call, 8);
    for slice in &slices {
        let mut found: BTreeMap<i64, usize> = BTreeMap::new();
        for times in by_id(slice).into_values() {
            let (mut first, mut counted) = (0, None);
            // How many periods begin up to each time: times are in order, so a new bin is a new period.
            let mut periods = Vec::with_capacity(times.len());
            for (at, time) in times.iter().enumerate() {
                let new = at == 0 || single.bin(times[at - 1]) != single.bin(*time);
                periods.push(periods.last().copied().unwrap_or(0) + i64::from(new));
                while times[first] <= time.saturating_sub(lookback) && first < at {
                    first += 1;
                }
                let bin = axis.bin(*time);
                let enough = periods[at] - periods[first] + 1 >= wanted;
                if axis.holds(*time) && enough && counted != Some(bin) {
                    *found.entry(bin).or_default() += 1;
                    counted = Some(bin);
                }
            }
        }
        for (bin, users) in found {
            push(&mut rows, row(bin, ty, slice, &[long(users)]), cx);
        }
    }
    Called::Rows(events::by_time(rows, call.schema.len()))
}

fn sessions(call: &TableCall<'_>, cx: &Cx) -> Called {
    let axis = Axis::new(call.value(2), call.value(3), call.value(4)).unanchored();
    let lookback = call.value(5).as_i64().unwrap_or(0);
    let (ty, mut rows) = (timeline(call), Vec::new());
    let slices = events::of(call, 6);
    for slice in &slices {
        let mut found: BTreeMap<i64, usize> = BTreeMap::new();
        for times in by_id(slice).into_values() {
            for (at, time) in times.iter().enumerate() {
                let goes_on = at > 0 && time.saturating_sub(times[at - 1]) <= lookback;
                if !goes_on && *time > axis.start && *time <= axis.end {
                    *found.entry(axis.bin(*time)).or_default() += 1;
                }
            }
        }
        for (bin, sessions) in found {
            push(&mut rows, row(bin, ty, slice, &[Value::Long(sessions as i64)]), cx);
        }
    }
    Called::Rows(events::by_time(rows, call.schema.len()))
}
