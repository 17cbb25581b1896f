//! `autocluster`: a few patterns that between them cover much of the table with many shared values.
//!
//! Kusto's method is not published; this one is auk's. From each of the most frequent values a search goes
//! on to the value that betters the score most, until none does; what all rows of the pattern share joins
//! it. The best of these patterns is taken, then the best for the rows not yet covered, and so on, as long
//! as one covers a twentieth of all rows more. The score is the geometric mean, weighted by the first
//! argument, of the share of rows and the share of columns; a value that all rows of the table have is part of
//! each pattern and counts for none. The count and percent of a segment are those of all its rows, covered
//! before or not.
//!
//! Trap: segments may overlap, and rows may be in none.

use std::cell::Cell;

use super::basket::{columns, segments, weights};
use super::items::{self, Bits, Items};
use super::mining::{Pattern, weigh};
use crate::functions::{Called, Cx, TableCall, TableFunction};

/// The least share of all rows that a segment covers first.
const SHARE: f64 = 0.05;
/// How many segments are looked for.
const MAX_SEGMENTS: usize = 50;
/// How many words of row sets may be read.
const MAX_WORDS: u64 = 4_000_000_000;

/// Arguments: the weight of the share of rows, how many values to begin with, wildcards, weight column or
/// null; the columns.
pub static AUTOCLUSTER: TableFunction = TableFunction { name: "autocluster", run };

struct Search<'a> {
    table: &'a Items,
    /// The numbers of the items that not all rows have, the most frequent first.
    items: Vec<usize>,
    of_rows: f64,
    words: Cell<u64>,
}

/// A pattern in the making: the rows it covers first, and the score of it.
struct Found {
    items: Vec<usize>,
    rows: Bits,
    score: f64,
}

fn run(call: &TableCall<'_>, cx: &Cx) -> Called {
    let of_rows = call.value(0).as_f64().unwrap_or(0.5);
    let seeds = call.value(1).as_i64().and_then(|n| usize::try_from(n).ok()).unwrap_or(25);
    let table = items::items(&columns(call, 4), &weights(call, 3), SHARE, cx);
    let mut left = items::bits(table.weights.len());
    (0..table.weights.len()).for_each(|row| items::set(&mut left, row));
    let all_rows = left.clone();
    let mut items: Vec<(usize, f64)> =
        table.items.iter().map(|item| weigh(&table, &item.rows)[0]).enumerate().collect();
    items.retain(|(_, weight)| *weight < table.total[0]);
    items.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let items = items.into_iter().map(|(at, _)| at).collect();
    let search = Search { table: &table, items, of_rows, words: Cell::new(0) };
    let mut taken: Vec<Pattern> = Vec::new();
    while taken.len() < MAX_SEGMENTS {
        let found = search.items.iter().take(seeds).filter_map(|seed| search.climb(*seed, &left));
        let better = |a: &Found, b: &Found| a.score.total_cmp(&b.score).then_with(|| b.items.cmp(&a.items));
        let Some(best) = found.max_by(better) else { break };
        left.iter_mut().zip(&best.rows).for_each(|(left, rows)| *left &= !rows);
        taken.push(search.pattern(&best.items, &all_rows));
    }
    let shared_by_all = search.pattern(&[], &all_rows);
    if taken.is_empty() && !shared_by_all.items.is_empty() && table.total[0] > 0.0 {
        taken.push(shared_by_all);
    }
    if search.words.get() > MAX_WORDS {
        cx.fail("there are too many rows and frequent values; project fewer columns, or give fewer seeds");
    }
    segments(call, &table, taken, cx)
}

impl Search<'_> {
    /// From one item on to what betters the score most; none when the item covers too little.
    fn climb(&self, seed: usize, left: &Bits) -> Option<Found> {
        let mut best = self.with(&[], left, seed)?;
        loop {
            let more = self.items.iter().filter(|at| !best.items.contains(at));
            let more = more.filter_map(|at| self.with(&best.items, &best.rows, *at));
            let better =
                |a: &Found, b: &Found| a.score.total_cmp(&b.score).then_with(|| b.items.cmp(&a.items));
            match more.max_by(better) {
                Some(found) if found.score > best.score => best = found,
                _ => return Some(best),
            }
        }
    }

    /// These items and one more.
    fn with(&self, items: &[usize], rows: &Bits, at: usize) -> Option<Found> {
        self.words.set(self.words.get() + 2 * rows.len() as u64);
        if self.words.get() > MAX_WORDS {
            return None;
        }
        let rows = and(rows, &self.table.items.get(at)?.rows);
        let share = weigh(self.table, &rows)[0] / self.table.total[0];
        let mut items = items.to_vec();
        items.push(at);
        items.sort_unstable();
        let values = items.len() as f64 / self.table.columns as f64;
        let score = share.powf(self.of_rows) * values.powf(1.0 - self.of_rows);
        (share >= SHARE).then_some(Found { items, rows, score })
    }

    /// All rows that have these items, with all that they share.
    fn pattern(&self, items: &[usize], all: &Bits) -> Pattern {
        let chosen = items.iter().filter_map(|at| self.table.items.get(*at));
        let rows = chosen.fold(all.clone(), |rows, item| and(&rows, &item.rows));
        let shared = self.table.items.iter().enumerate().filter(|(_, item)| and(&rows, &item.rows) == rows);
        let items = shared.map(|(at, _)| at).collect();
        let weight = weigh(self.table, &rows);
        Pattern { items, rows, weight }
    }
}

fn and(a: &Bits, b: &Bits) -> Bits {
    a.iter().zip(b).map(|(a, b)| a & b).collect()
}
