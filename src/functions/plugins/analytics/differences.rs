//! `diffpatterns`: patterns that are frequent in one set of rows and less so in another.
//!
//! Kusto's method is not published; this one is auk's. Of all closed patterns whose shares of the two sets
//! differ by the threshold, the one that differs most is taken; then each next one that is neither part of
//! a taken one nor holds one, and whose rows are not mostly those of one. A pattern is chosen by as many
//! values as can be looked at, five at most.
//!
//! Trap: counts and percents are those of each set by itself.

use super::basket::{cells, columns, percent, weights};
use super::items::{self, Bits, Items};
use super::mining::{self, MAX_CANDIDATES, Pattern};
use super::push;
use crate::functions::{Called, Cx, TableCall, TableFunction};
use crate::value::Value;

/// A pattern with so much of its rows within a taken one says nothing new.
const WITHIN: f64 = 0.75;
/// How many items a pattern is chosen by.
const DIMENSIONS: usize = 5;

/// Arguments: A, B, threshold, dimensions, wildcards, split column as text, weight column or null; the columns.
pub static DIFFPATTERNS: TableFunction = TableFunction { name: "diffpatterns", run };

fn run(call: &TableCall<'_>, cx: &Cx) -> Called {
    let threshold = call.value(2).as_f64().unwrap_or(0.05);
    let dimensions = call.value(3).as_i64().and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX);
    let mut weights = weights(call, 6);
    for (weight, split) in weights.iter_mut().zip(call.column(5)) {
        let rows = weight[0];
        let of = |side: usize| if split == call.value(side) { rows } else { 0.0 };
        *weight = [of(0), of(1)];
    }
    let table = items::items(&columns(call, 7), &weights, threshold, cx);
    let differs = |p: &Pattern| {
        let share = |set: usize| if table.total[set] > 0.0 { p.weight[set] / table.total[set] } else { 0.0 };
        (share(0) - share(1)).abs()
    };
    let mut found = closed(&table, threshold, dimensions);
    found.retain(|p| differs(p) >= threshold);
    found.sort_by(|a, b| differs(b).total_cmp(&differs(a)).then_with(|| a.items.cmp(&b.items)));
    let mut taken: Vec<Pattern> = Vec::new();
    for pattern in found {
        if !taken.iter().any(|t| repeats(&table, &pattern, t)) {
            taken.push(pattern);
        }
    }
    let mut rows = Vec::new();
    for (id, pattern) in taken.iter().enumerate() {
        let [a, b] = pattern.weight;
        let mut row = vec![Value::Long(id as i64)];
        row.extend([a, b].map(|count| Value::Long(count.round() as i64)));
        row.extend([percent(a, table.total[0], 2), percent(b, table.total[1], 2)]);
        row.push(percent(differs(pattern), 1.0, 2));
        row.extend(cells(call, &table, pattern, call.value(4)));
        if !push(&mut rows, row, cx) {
            break;
        }
    }
    Called::Rows(rows)
}

/// The closed patterns of as many dimensions as there are not too many of.
fn closed(table: &Items, threshold: f64, dimensions: usize) -> Vec<Pattern> {
    let attempts = (1..=dimensions.min(DIMENSIONS)).rev();
    attempts
        .filter_map(|n| mining::closed(table, threshold, n, MAX_CANDIDATES / 2))
        .next()
        .unwrap_or_default()
}

fn repeats(table: &Items, pattern: &Pattern, taken: &Pattern) -> bool {
    let holds = |a: &Pattern, b: &Pattern| b.items.iter().all(|item| a.items.contains(item));
    if holds(pattern, taken) || holds(taken, pattern) {
        return true;
    }
    let both: Bits = pattern.rows.iter().zip(&taken.rows).map(|(a, b)| a & b).collect();
    let weight = |rows: &Bits| mining::weigh(table, rows).iter().sum::<f64>();
    weight(&both) >= WITHIN * weight(&pattern.rows)
}
