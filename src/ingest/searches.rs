//! What `ResultIndex` and `ResultCount` of `Search-UnifiedAuditLog` tell: which rows of which search a source
//! holds.
//!
//! A search numbers its rows from 1 and says with each how many there are. Searches are told apart by that
//! number alone, as no row names its session.
//!
//! Traps: -1 with a count of 0 is the service's way to say that it failed. Numbers are claims of a file: how
//! many are remembered is bounded.

use std::collections::BTreeMap;

use crate::lake::Search;

/// Searches of a source that are told apart, at most.
const SEARCHES: usize = 1000;
/// Ranges of a search that are written down; what lies between later ones is taken for seen.
const RANGES: usize = 256;

#[derive(Default)]
pub struct Searches(BTreeMap<u64, Found>);

#[derive(Default)]
struct Found {
    rows: u64,
    failed: u64,
    ranges: BTreeMap<u64, u64>,
}

impl Searches {
    pub fn add(&mut self, rows: &[(i64, u64)]) {
        for (index, total) in rows {
            if self.0.len() >= SEARCHES && !self.0.contains_key(total) {
                continue;
            }
            let found = self.0.entry(*total).or_default();
            found.rows += 1;
            match u64::try_from(*index) {
                Ok(index) => found.seen(index),
                Err(_) => found.failed += 1,
            }
        }
    }

    pub fn told(self) -> Vec<Search> {
        let one = |(total, found): (u64, Found)| Search {
            total,
            rows: found.rows,
            failed: found.failed,
            ranges: bounded(found.ranges.into_iter().collect()),
        };
        self.0.into_iter().map(one).collect()
    }
}

impl Found {
    fn seen(&mut self, index: u64) {
        let before = self.ranges.range(..=index).next_back().map(|(from, to)| (*from, *to));
        let (from, mut to) = match before {
            Some((_, to)) if to >= index => return,
            Some((from, to)) if to + 1 == index => (from, index),
            _ => (index, index),
        };
        if let Some(end) = self.ranges.remove(&index.saturating_add(1)) {
            to = end;
        }
        self.ranges.insert(from, to);
    }
}

/// The first ranges; where there are too many, the last of them goes on to the end.
fn bounded(mut ranges: Vec<(u64, u64)>) -> Vec<(u64, u64)> {
    if let Some(last) = ranges.last().copied().filter(|_| ranges.len() > RANGES) {
        ranges.truncate(RANGES);
        if let Some(end) = ranges.last_mut() {
            end.1 = last.1;
        }
    }
    ranges
}
