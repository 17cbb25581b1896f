//! `funnel_sequence_completion`: how far along a sequence of states the ids of a period came in time.
//!
//! Traps: a period of the analysis is looked at by itself: what begins in one does not end in the next. The
//! time allowed counts from the first state. Any number of other states may lie between two of the sequence.

use std::collections::{BTreeMap, HashMap};

use super::activity::{by_period, long};
use super::events::{self, Axis, Event};
use super::push;
use crate::functions::aggregates::count::Key;
use crate::functions::{Called, Cx, TableCall, TableFunction};
use crate::value::Value;

/// Arguments: id, time, start, end, step, the states in order, the times allowed, state column.
pub static COMPLETION: TableFunction = TableFunction { name: "funnel_sequence_completion", run };

fn run(call: &TableCall<'_>, cx: &Cx) -> Called {
    let axis = Axis::new(call.value(2), call.value(3), call.value(4));
    let sequence: Vec<Value> = call.value(5).as_array().unwrap_or_default().to_vec();
    let allowed: Vec<i64> =
        call.value(6).as_array().unwrap_or_default().iter().filter_map(Value::as_i64).collect();
    let of_state: HashMap<Key, usize> =
        sequence.iter().enumerate().rev().map(|(at, state)| (Key::of(state), at)).collect();
    // Which state of the sequence a row is in, by the state's first place.
    let states: Vec<Option<usize>> =
        call.column(7).iter().map(|state| of_state.get(&Key::of(state)).copied()).collect();
    let places: Vec<usize> =
        sequence.iter().filter_map(|state| of_state.get(&Key::of(state)).copied()).collect();
    let ty = super::activity::timeline(call);
    let mut rows = Vec::new();
    for slice in events::slices(call, &events::numbered(call.column(0)), call.column(1), call.args.len()) {
        for (bin, found) in by_period(&slice, &axis) {
            let mut by_id: BTreeMap<u32, Vec<Vec<i64>>> = BTreeMap::new();
            for Event { id, at, row } in found {
                if let (Some(id), Some(Some(state))) = (id, states.get(row)) {
                    let times = by_id.entry(id).or_insert_with(|| vec![Vec::new(); sequence.len()]);
                    times[*state].push(at);
                }
            }
            for period in &allowed {
                let reached: Vec<usize> =
                    by_id.values().map(|times| furthest(times, &places, *period)).collect();
                for (at, state) in sequence.iter().enumerate() {
                    let ids = reached.iter().filter(|r| **r > at).count();
                    let row = [events::point(bin, ty), state.clone(), Value::Timespan(*period), long(ids)];
                    if ids > 0 && !push(&mut rows, row.to_vec(), cx) {
                        return Called::Rows(Vec::new());
                    }
                }
            }
        }
    }
    Called::Rows(rows)
}

/// How many states of the sequence an id passed within the time, from its best start.
fn furthest(times: &[Vec<i64>], places: &[usize], allowed: i64) -> usize {
    let Some(starts) = places.first().and_then(|first| times.get(*first)) else { return 0 };
    let mut best = 0;
    // Where to look on in the times of each state: later starts never look before it.
    let mut from = vec![0; places.len()];
    for (at, start) in starts.iter().enumerate() {
        let (mut last, mut reached) = (*start, 1);
        let mut used: Vec<usize> = vec![0; times.len()];
        used[places[0]] = at + 1;
        for (step, place) in places.iter().enumerate().skip(1) {
            let state = &times[*place];
            from[step] = from[step].max(used[*place]);
            while state.get(from[step]).is_some_and(|t| *t < last) {
                from[step] += 1;
            }
            match state.get(from[step]).filter(|t| **t - *start <= allowed) {
                Some(time) => last = *time,
                None => break,
            }
            used[*place] = from[step] + 1;
            reached = step + 1;
        }
        best = best.max(reached);
        if best == places.len() {
            break;
        }
    }
    best
}
