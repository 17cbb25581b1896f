//! `autocluster`: a few patterns that between them cover much of the table with many shared values.
//!
//! Kusto's method is not published; this one is auk's. Of all closed patterns with at least a twentieth of
//! the rows, the one with the best score is taken, then the best for the rows not yet covered, and so on.
//! The score is the geometric mean, weighted by the first argument, of the share of rows and the share of
//! columns. The count and percent of a segment are those of all its rows, covered before or not.
//!
//! Trap: segments may overlap, and rows may be in none.

use super::basket::{columns, segments, weights};
use super::items::{self, Bits, Items};
use super::mining::{self, Pattern};
use crate::functions::{Called, Cx, TableCall, TableFunction};

/// The least share of all rows that a segment has, and adds.
const SHARE: f64 = 0.05;
/// How many items a pattern is chosen by.
const DIMENSIONS: usize = 5;

/// Arguments: the weight of the share of rows, how many segments at most, wildcards, weight column or null;
/// the columns.
pub static AUTOCLUSTER: TableFunction = TableFunction { name: "autocluster", run };

fn run(call: &TableCall<'_>, cx: &Cx) -> Called {
    let of_rows = call.value(0).as_f64().unwrap_or(0.5);
    let most = call.value(1).as_i64().and_then(|n| usize::try_from(n).ok()).unwrap_or(25);
    let table = items::items(&columns(call, 4), &weights(call, 3), SHARE, cx);
    let mut candidates = mining::closed(&table, SHARE, DIMENSIONS, cx);
    let mut left = items::bits(table.weights.len());
    (0..table.weights.len()).for_each(|row| items::set(&mut left, row));
    let mut taken: Vec<Pattern> = Vec::new();
    while taken.len() < most {
        candidates.retain(|p| new_rows(&table, p, &left) >= SHARE * table.total[0]);
        let score = |p: &Pattern| {
            let rows = new_rows(&table, p, &left) / table.total[0];
            let values = p.items.len() as f64 / table.columns as f64;
            rows.powf(of_rows) * values.powf(1.0 - of_rows)
        };
        let better = |a: &(usize, f64), b: &(usize, f64)| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0));
        let scores = candidates.iter().map(score).enumerate();
        let Some((best, _)) = scores.max_by(better) else { break };
        let pattern = candidates.swap_remove(best);
        left.iter_mut().zip(&pattern.rows).for_each(|(left, rows)| *left &= !rows);
        taken.push(pattern);
    }
    segments(call, &table, taken, cx)
}

/// The weight of the rows of a pattern that are not covered.
fn new_rows(table: &Items, pattern: &Pattern, left: &Bits) -> f64 {
    let rows: Bits = pattern.rows.iter().zip(left).map(|(a, b)| a & b).collect();
    items::ones(&rows).filter_map(|row| table.weights.get(row)).map(|w| w[0]).sum()
}
