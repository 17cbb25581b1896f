//! A table as sets of items: an item is a value of a column that enough rows have.
//!
//! Rows with equal sets are one, with their weights added; so what is mined is as small as its variety.
//!
//! Trap: null and `""` are values like others; that they look like the wildcard is the reason for custom ones.

use std::collections::HashMap;

use crate::functions::Cx;
use crate::functions::aggregates::count::Key;
use crate::value::Value;

/// How many bits the sets of rows of all items may have: 64 MiB.
const MAX_BITS: usize = 1 << 29;

/// A set of rows or of items, a bit each.
pub type Bits = Vec<u64>;

pub fn bits(len: usize) -> Bits {
    vec![0; len.div_ceil(64)]
}

pub fn set(bits: &mut Bits, at: usize) {
    if let Some(word) = bits.get_mut(at / 64) {
        *word |= 1 << (at % 64);
    }
}

pub fn ones(bits: &Bits) -> impl Iterator<Item = usize> + '_ {
    bits.iter().enumerate().flat_map(|(at, word)| {
        let mut rest = *word;
        std::iter::from_fn(move || {
            let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
            rest &= rest - 1;
            Some(64 * at + bit)
        })
    })
}

/// The weights of the rows of two sets, A and B; all of them are of A where there are no two.
pub type Weights = [f64; 2];

pub struct Item {
    pub column: usize,
    pub value: Value,
    /// The distinct rows that have it.
    pub rows: Bits,
}

pub struct Items {
    pub items: Vec<Item>,
    /// Of each distinct row.
    pub weights: Vec<Weights>,
    pub total: Weights,
    pub columns: usize,
}

/// The items that enough of the rows of a set have, and the distinct rows of them.
pub fn items(columns: &[&[Value]], weights: &[Weights], threshold: f64, cx: &Cx) -> Items {
    let total = weights.iter().fold([0.0; 2], add);
    let (mut items, mut of_row) = (Vec::new(), vec![Vec::<u32>::new(); weights.len()]);
    for (column, cells) in columns.iter().enumerate() {
        let mut found: HashMap<Key, (usize, Weights)> = HashMap::new();
        for (row, (cell, weight)) in cells.iter().zip(weights).enumerate() {
            let entry = found.entry(Key::of(cell)).or_insert((row, [0.0; 2]));
            entry.1 = add(entry.1, weight);
        }
        let frequent = |(_, (_, weight)): &(Key, (usize, Weights))| enough(*weight, total, threshold);
        let mut frequent: Vec<_> = found.into_iter().filter(frequent).collect();
        frequent.sort_by_key(|(_, (row, _))| *row);
        let numbers: HashMap<Key, u32> = frequent
            .iter()
            .enumerate()
            .map(|(n, (key, _))| (key.clone(), (items.len() + n) as u32))
            .collect();
        for (row, cell) in cells.iter().enumerate() {
            if let (Some(number), Some(items)) = (numbers.get(&Key::of(cell)), of_row.get_mut(row)) {
                items.push(*number);
            }
        }
        let value = |row: usize| cells.get(row).cloned().unwrap_or(Value::Null);
        items.extend(frequent.iter().map(|(_, (row, _))| Item {
            column,
            value: value(*row),
            rows: Bits::new(),
        }));
    }
    let mut distinct: HashMap<Vec<u32>, usize> = HashMap::new();
    let mut merged: Vec<Weights> = Vec::new();
    for (set, weight) in of_row.into_iter().zip(weights).filter(|(_, w)| **w != [0.0; 2]) {
        let at = *distinct.entry(set).or_insert_with(|| {
            merged.push([0.0; 2]);
            merged.len() - 1
        });
        merged[at] = add(merged[at], weight);
    }
    if merged.len().saturating_mul(items.len()) > MAX_BITS {
        cx.fail(format!(
            "{} frequent values in {} distinct rows are too many; raise the threshold or project fewer columns",
            items.len(),
            merged.len()
        ));
        return Items { items: Vec::new(), weights: Vec::new(), total, columns: columns.len() };
    }
    items.iter_mut().for_each(|item| item.rows = bits(merged.len()));
    for (numbers, row) in distinct {
        numbers.iter().filter_map(|n| usize::try_from(*n).ok()).for_each(|n| set(&mut items[n].rows, row));
    }
    Items { items, weights: merged, total, columns: columns.len() }
}

pub fn add(a: Weights, b: &Weights) -> Weights {
    [a[0] + b[0], a[1] + b[1]]
}

/// Is the weight at least that share of one of the sets?
pub fn enough(weight: Weights, total: Weights, threshold: f64) -> bool {
    (0..2).any(|set| total[set] > 0.0 && weight[set] >= threshold * total[set] * (1.0 - 1e-12))
}
