//! `sequence_detect`: rows that match one predicate after the other, close enough in time.
//!
//! Traps: every choice of rows is a sequence, also those that share steps, but equal times are one. A row
//! is one step at most; two rows of one time may follow each other.

use std::collections::HashSet;

use super::events::{self, Event};
use super::push;
use crate::functions::{Called, Cx, TableCall, TableFunction};
use crate::types::{Schema, Type};
use crate::value::Value;

/// How many events may be looked at for the next step of some sequence.
const MAX_LOOKS: u64 = 200_000_000;

/// Arguments: time, step window, span, the number of steps, a predicate each; dimensions.
pub static DETECT: TableFunction = TableFunction { name: "sequence_detect", run };

struct Search<'a> {
    steps: Vec<Vec<Event>>,
    window: i64,
    span: i64,
    dims: &'a [Value],
    schema: &'a Schema,
    looks: u64,
    seen: HashSet<Vec<i64>>,
    cx: &'a Cx,
}

impl Search<'_> {
    /// Goes on from the steps taken; false when the search is to end.
    fn go_on(&mut self, taken: &mut Vec<Event>, rows: &mut Vec<Vec<Value>>) -> bool {
        let (Some(first), Some(last)) = (taken.first().copied(), taken.last().copied()) else { return true };
        if taken.len() == self.steps.len() {
            let times: Vec<i64> = taken.iter().map(|e| e.at).collect();
            return !self.seen.insert(times.clone()) || push(rows, self.row(&times), self.cx);
        }
        let latest = last.at.saturating_add(self.window).min(first.at.saturating_add(self.span));
        let step = taken.len();
        let from = self.steps[step].partition_point(|e| e.at < last.at);
        for at in from..self.steps[step].len() {
            let event = self.steps[step][at];
            self.looks += 1;
            if self.looks > MAX_LOOKS {
                self.cx.fail(format!("more than {MAX_LOOKS} events had to be looked at"));
                return false;
            }
            if event.at > latest {
                break;
            }
            // Of several rows with one time, the first that is free stands for all.
            let repeats = at > from && self.steps[step][at - 1].at == event.at && event.at > last.at;
            if repeats || taken.iter().any(|e| e.row == event.row) {
                continue;
            }
            taken.push(event);
            let more = self.go_on(taken, rows);
            taken.pop();
            if !more {
                return false;
            }
        }
        true
    }

    fn row(&self, times: &[i64]) -> Vec<Value> {
        let mut row = self.dims.to_vec();
        let ty = |at: usize| self.schema.columns.get(at).map_or(Type::Datetime, |c| c.ty);
        for time in times {
            row.push(events::point(*time, ty(row.len())));
        }
        let (first, last) = (times.first().copied().unwrap_or(0), times.last().copied().unwrap_or(0));
        row.push(events::point(last.saturating_sub(first), ty(row.len())));
        row
    }
}

fn run(call: &TableCall<'_>, cx: &Cx) -> Called {
    let count = usize::try_from(call.value(3).as_i64().unwrap_or(0)).unwrap_or(0);
    let nobody = vec![None; call.column(0).len()];
    let slices = events::slices(call, &nobody, call.column(0), 4 + count);
    let mut rows = Vec::new();
    for slice in &slices {
        let matching = |step: usize| {
            let holds = call.column(4 + step);
            let matches = |e: &&Event| holds.get(e.row).and_then(Value::as_bool) == Some(true);
            slice.events.iter().filter(matches).copied().collect()
        };
        let mut search = Search {
            steps: (0..count).map(matching).collect(),
            window: call.value(1).as_i64().unwrap_or(0),
            span: call.value(2).as_i64().unwrap_or(0),
            dims: &slice.dims,
            schema: call.schema,
            looks: 0,
            seen: HashSet::new(),
            cx,
        };
        for at in 0..search.steps.first().map_or(0, Vec::len) {
            let first = search.steps[0][at];
            if !search.go_on(&mut vec![first], &mut rows) {
                return Called::Rows(Vec::new());
            }
        }
    }
    let dims = call.schema.len().saturating_sub(count + 1);
    // By the times of the steps, then the dimensions.
    rows.sort_by(|a, b| {
        events::compare(&a[dims..], &b[dims..]).then_with(|| events::compare(&a[..dims], &b[..dims]))
    });
    Called::Rows(rows)
}
