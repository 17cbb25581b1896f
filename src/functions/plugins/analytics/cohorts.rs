//! `new_activity_metrics`: of the users first seen in one period, how many came back in a later one.
//!
//! Traps: seen first is seen first within the analysis and in no lookback. A period in which nobody is new
//! is no cohort and gives no row; every period from a cohort's on gives one, with or without events.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::activity::{by_period, long, timeline};
use super::events::{self, Axis};
use super::push;
use crate::functions::aggregates::count::Key;
use crate::functions::{Called, Cx, TableCall, TableFunction};
use crate::value::Value;

/// Arguments: id, time, start, end, window, cohort or null, the ids of the lookback; dimensions.
pub static NEW_ACTIVITY: TableFunction = TableFunction { name: "new_activity_metrics", run };

fn run(call: &TableCall<'_>, cx: &Cx) -> Called {
    let axis = Axis::new(call.value(2), call.value(3), call.value(4));
    let only = call.value(5).as_i64().map(|at| axis.bin(at));
    let known: HashSet<Key> = call.column(6).iter().map(Key::of).collect();
    let mut ids = events::numbered(call.column(0));
    for (id, value) in ids.iter_mut().zip(call.column(0)) {
        if known.contains(&Key::of(value)) {
            *id = None;
        }
    }
    let periods = axis.periods(cx);
    let at: HashMap<i64, usize> = periods.iter().enumerate().map(|(at, bin)| (*bin, at)).collect();
    let (ty, mut rows) = (timeline(call), Vec::new());
    for slice in events::slices(call, &ids, call.column(1), 7) {
        let mut first: HashMap<u32, usize> = HashMap::new();
        // Of the users seen in a period, how many were first seen in another.
        let mut seen: BTreeMap<usize, BTreeMap<usize, usize>> = BTreeMap::new();
        for (bin, found) in by_period(&slice, &axis) {
            let Some(to) = at.get(&bin).copied() else { continue };
            let users: HashSet<u32> = found.iter().filter_map(|e| e.id).collect();
            for user in users {
                let from = *first.entry(user).or_insert(to);
                *seen.entry(to).or_default().entry(from).or_default() += 1;
            }
        }
        let of = |to: usize| seen.get(&to).into_iter().flatten();
        for (from, bin) in periods.iter().enumerate().filter(|(_, bin)| only.is_none_or(|o| o == **bin)) {
            let size: usize = of(from).filter(|(f, _)| **f == from).map(|(_, n)| n).sum();
            for (to, to_bin) in periods.iter().enumerate().skip(from).filter(|_| size > 0) {
                let since = if to == from { from } else { from + 1 };
                let new: usize = of(to).filter(|(f, _)| **f >= since).map(|(_, n)| n).sum();
                let back = seen.get(&to).and_then(|s| s.get(&from)).copied().unwrap_or(0);
                let rate = |n: usize| Value::Real(n as f64 / size as f64);
                let mut row = vec![events::point(*bin, ty), events::point(*to_bin, ty)];
                row.extend(slice.dims.iter().cloned());
                row.extend([long(new), long(back), long(size - back), rate(back), rate(size - back)]);
                if !push(&mut rows, row, cx) {
                    return Called::Rows(Vec::new());
                }
            }
        }
    }
    Called::Rows(events::by_time(rows, call.schema.len()))
}
