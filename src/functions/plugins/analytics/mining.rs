//! Frequent patterns: sets of items that enough rows have, each with all that its rows share.
//!
//! A pattern is *closed*: it holds every item that all of its rows have, so of two patterns with the same
//! rows only the longer one comes out. `dimensions` bounds the items that do not follow from others of the
//! pattern: they are chosen one by one, and what follows from them is added.
//!
//! Trap: patterns may be exponentially many; their number and the work are bounded.

use std::collections::HashSet;

use super::items::{self, Bits, Items, Weights};
use crate::functions::Cx;

/// How many sets of items may be looked at.
const MAX_CANDIDATES: usize = 100_000;
/// How many words of row sets may be read.
const MAX_WORDS: u64 = 8_000_000_000;

#[derive(Clone)]
pub struct Pattern {
    /// The numbers of its items, in the order of the columns.
    pub items: Vec<usize>,
    pub rows: Bits,
    pub weight: Weights,
}

struct Search<'a> {
    table: &'a Items,
    threshold: f64,
    dimensions: usize,
    found: Vec<Pattern>,
    seen: HashSet<Vec<usize>>,
    candidates: usize,
    words: u64,
    cx: &'a Cx,
}

/// The closed patterns that enough rows have.
pub fn closed(table: &Items, threshold: f64, dimensions: usize, cx: &Cx) -> Vec<Pattern> {
    let mut search = Search {
        table,
        threshold,
        dimensions,
        found: Vec::new(),
        seen: HashSet::new(),
        candidates: 0,
        words: 0,
        cx,
    };
    let mut rows = items::bits(table.weights.len());
    (0..table.weights.len()).for_each(|row| items::set(&mut rows, row));
    search.look(&rows, table.total, 0, 0);
    search.found
}

impl Search<'_> {
    /// Takes the closure of these rows, and goes on with items after `next`; false when all ends.
    fn look(&mut self, rows: &Bits, weight: Weights, next: usize, chosen: usize) -> bool {
        self.candidates += 1;
        self.words += (self.table.items.len() * rows.len()) as u64;
        if self.candidates > MAX_CANDIDATES || self.words > MAX_WORDS {
            let looked = self.candidates;
            self.cx.fail(format!(
                "there are too many patterns ({looked} were looked at); raise the threshold or project fewer columns"
            ));
            return false;
        }
        let all = &self.table.items;
        let follows = |item: &items::Item| rows.iter().zip(&item.rows).all(|(a, b)| a & !b == 0);
        let closure: Vec<usize> =
            all.iter().enumerate().filter(|(_, item)| follows(item)).map(|(at, _)| at).collect();
        let fixed: Vec<usize> = closure.iter().map(|at| all[*at].column).collect();
        if !closure.is_empty() && self.seen.insert(closure.clone()) {
            self.found.push(Pattern { items: closure, rows: rows.clone(), weight });
        }
        if chosen == self.dimensions {
            return true;
        }
        for (at, item) in all.iter().enumerate().skip(next) {
            if fixed.contains(&item.column) {
                continue;
            }
            let narrowed: Bits = rows.iter().zip(&item.rows).map(|(a, b)| a & b).collect();
            let weight = self.weight(&narrowed);
            let enough = items::enough(weight, self.table.total, self.threshold);
            if enough && !self.look(&narrowed, weight, at + 1, chosen + 1) {
                return false;
            }
        }
        true
    }

    fn weight(&mut self, rows: &Bits) -> Weights {
        self.words += rows.len() as u64;
        items::ones(rows).filter_map(|row| self.table.weights.get(row)).fold([0.0; 2], items::add)
    }
}
