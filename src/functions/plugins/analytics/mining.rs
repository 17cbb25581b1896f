//! Frequent patterns: sets of items that enough rows have, each with all that its rows share.
//!
//! A pattern is *closed*: it holds every item that all of its rows have, so of two patterns with the same
//! rows only the longer one comes out. `dimensions` bounds the items that do not follow from others of the
//! pattern: they are chosen one by one, and what follows from them is added.
//!
//! Trap: patterns may be exponentially many; their number and the work are bounded.

use std::collections::HashSet;

use super::items::{self, Bits, Items, Weights};

/// How many sets of items may be looked at.
pub const MAX_CANDIDATES: usize = 50_000;
/// How many words of row sets may be read.
const MAX_WORDS: u64 = 2_000_000_000;

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
    /// How many more may be looked at.
    candidates: usize,
    words: u64,
}

/// The closed patterns that enough rows have; none when more than so many sets had to be looked at.
pub fn closed(table: &Items, threshold: f64, dimensions: usize, candidates: usize) -> Option<Vec<Pattern>> {
    let (found, seen) = Default::default();
    let mut search = Search { table, threshold, dimensions, found, seen, candidates, words: MAX_WORDS };
    let mut rows = items::bits(table.weights.len());
    (0..table.weights.len()).for_each(|row| items::set(&mut rows, row));
    let every: Vec<usize> = (0..table.items.len()).collect();
    search.look(&rows, table.total, &every, (0, 0)).then_some(search.found)
}

/// The weight of a set of rows.
pub fn weigh(table: &Items, rows: &Bits) -> Weights {
    items::ones(rows).filter_map(|row| table.weights.get(row)).fold([0.0; 2], items::add)
}

impl Search<'_> {
    /// Takes the closure of these rows, and goes on with items from `next` on; false when all ends. Of the
    /// items only those are looked at that enough rows of the pattern before have.
    fn look(
        &mut self,
        rows: &Bits,
        weight: Weights,
        alive: &[usize],
        (next, chosen): (usize, usize),
    ) -> bool {
        let words = (2 * alive.len() * rows.len()) as u64;
        let (Some(candidates), Some(words)) = (self.candidates.checked_sub(1), self.words.checked_sub(words))
        else {
            return false;
        };
        (self.candidates, self.words) = (candidates, words);
        let all = &self.table.items;
        let (mut closure, mut enough) = (Vec::new(), Vec::new());
        for at in alive {
            let narrowed: Bits = rows.iter().zip(&all[*at].rows).map(|(a, b)| a & b).collect();
            if narrowed == *rows {
                closure.push(*at);
                continue;
            }
            let weight = weigh(self.table, &narrowed);
            if items::enough(weight, self.table.total, self.threshold) {
                enough.push((*at, narrowed, weight));
            }
        }
        let mut alive: Vec<usize> =
            closure.iter().copied().chain(enough.iter().map(|(at, ..)| *at)).collect();
        alive.sort_unstable();
        if !closure.is_empty() && self.seen.insert(closure.clone()) {
            self.found.push(Pattern { items: closure, rows: rows.clone(), weight });
        }
        let goes_on = |at: usize| at >= next && chosen < self.dimensions;
        let further: Vec<_> = enough.into_iter().filter(|(at, ..)| goes_on(*at)).collect();
        further.iter().all(|(at, rows, weight)| self.look(rows, *weight, &alive, (at + 1, chosen + 1)))
    }
}
