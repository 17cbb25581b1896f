//! Numbers for the values of a column: equal values have equal numbers, in the order of their first rows.
//!
//! A text's view tells where its bytes lie. What was read from a dictionary has the same view wherever it stands, so
//! most rows cost a look at sixteen bytes, and no bytes of the text.
//!
//! Trap: views are alike within one chunk only, and the same text may have several; null is a value of its own.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use polars::prelude as pl;
use polars::prelude::PlRandomState;

/// Of so many rows one has the text of another, or texts do not repeat.
const FIRST_LOOK: usize = 512;

/// A number for each row.
pub struct Codes {
    /// The number of each row.
    pub of_row: Vec<u32>,
    /// The first row of each number.
    pub firsts: Vec<pl::IdxSize>,
}

/// The numbers of texts; `None` where hardly any of the first rows has the text of one before it: a hash of each row is
/// no gain then.
pub fn of_texts(text: &pl::StringChunked) -> Option<Codes> {
    let mut numbering = Numbering::with_height(text.len());
    let mut known: HashMap<Option<&str>, u32, PlRandomState> = HashMap::default();
    for (array, validity) in text.downcast_iter().zip(text.iter_validities()) {
        let mut of_view: HashMap<u128, u32, PlRandomState> = HashMap::default();
        for (at, view) in array.views().iter().enumerate() {
            // Texts that were made one by one have a view each, which is no help.
            let by_view = of_view.len() <= 2 * numbering.firsts.len();
            let code = if validity.is_some_and(|bits| !bits.get_bit(at)) {
                numbering.code(known.entry(None))
            } else if !by_view {
                numbering.code(known.entry(Some(array.value(at))))
            } else {
                match of_view.entry(view.as_u128()) {
                    Entry::Occupied(known) => *known.get(),
                    Entry::Vacant(new) => *new.insert(numbering.code(known.entry(Some(array.value(at))))),
                }
            };
            numbering.of_row.push(code);
            if numbering.hardly_repeats(text.len()) {
                return None;
            }
        }
    }
    Some(numbering.done())
}

/// The numbers of the combinations of several texts.
pub fn of_all(texts: &[&pl::StringChunked]) -> Option<Codes> {
    let (first, rest) = texts.split_first()?;
    rest.iter().try_fold(of_texts(first)?, |all, text| of_pairs(&all, &of_texts(text)?))
}

/// The numbers of integers.
pub fn of_integers(integers: &pl::Int64Chunked) -> Codes {
    let mut numbering = Numbering::with_height(integers.len());
    let mut known: HashMap<Option<i64>, u32, PlRandomState> = HashMap::default();
    let mut last = None;
    for value in integers.iter() {
        let code = match last {
            Some((before, code)) if before == value => code,
            _ => numbering.code(known.entry(value)),
        };
        last = Some((value, code));
        numbering.of_row.push(code);
    }
    numbering.done()
}

/// The numbers of pairs, each of one number of both; `None` where hardly any comes again.
pub fn of_pairs(a: &Codes, b: &Codes) -> Option<Codes> {
    let height = a.of_row.len();
    let mut numbering = Numbering::with_height(height);
    let mut known: HashMap<(u32, u32), u32, PlRandomState> = HashMap::default();
    for pair in a.of_row.iter().copied().zip(b.of_row.iter().copied()) {
        let code = numbering.code(known.entry(pair));
        numbering.of_row.push(code);
        if numbering.hardly_repeats(height) {
            return None;
        }
    }
    Some(numbering.done())
}

struct Numbering {
    of_row: Vec<u32>,
    firsts: Vec<pl::IdxSize>,
}

impl Numbering {
    fn with_height(height: usize) -> Numbering {
        Numbering { of_row: Vec::with_capacity(height), firsts: Vec::new() }
    }

    /// Has hardly any of the first of so many rows the value of one before it? A sixteenth of the rows with an eighth of
    /// repeats means that a value has four rows, or so.
    fn hardly_repeats(&self, height: usize) -> bool {
        let sample = (height / 16).max(2 * FIRST_LOOK);
        let (rows, distinct) = (self.of_row.len(), self.firsts.len());
        rows == FIRST_LOOK && distinct == rows || rows == sample && distinct > sample / 8 * 7
    }

    /// The number of the next row, which is a new one if its value is.
    fn code<K>(&mut self, entry: Entry<'_, K, u32>) -> u32 {
        match entry {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let code = self.firsts.len() as u32;
                self.firsts.push(self.of_row.len() as pl::IdxSize);
                *new.insert(code)
            }
        }
    }

    fn done(self) -> Codes {
        Codes { of_row: self.of_row, firsts: self.firsts }
    }
}
