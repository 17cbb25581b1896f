//! A sort by a text and other keys: `sort by User asc, TimeGenerated asc`.
//!
//! Where the texts repeat only the distinct ones are sorted; the rows are dealt out to them, and each text's rows are
//! sorted by the other keys. They mostly are in order already, as parts are in the order of time.
//!
//! Trap: rows that no key tells apart keep their order.

use std::cmp::Ordering;

use polars::prelude as pl;
use rayon::prelude::*;

use super::super::codes;
use super::super::column::Cells;
use crate::plan::SortKey;
use crate::types::{Schema, Type};

/// One key of a sort.
pub struct Key {
    name: String,
    ty: Type,
    descending: bool,
    nulls_first: bool,
}

/// The keys, if they are of the kind that is sorted here.
pub fn keys(schema: &Schema, keys: &[SortKey]) -> Option<Vec<Key>> {
    let keys: Vec<Key> = keys
        .iter()
        .map(|key| {
            let c = schema.columns.get(key.column).filter(|c| compares_as_it_lies(c.ty))?;
            let (descending, nulls_first) = (key.descending, key.nulls_first);
            Some(Key { name: c.name.clone(), ty: c.ty, descending, nulls_first })
        })
        .collect::<Option<_>>()?;
    (keys.len() > 1 && keys[0].ty == Type::String).then_some(keys)
}

fn compares_as_it_lies(ty: Type) -> bool {
    !matches!(ty, Type::Real | Type::Decimal | Type::Dynamic)
}

/// The rows of a frame by these keys.
pub fn sorted(mut frame: pl::DataFrame, keys: &[Key]) -> pl::PolarsResult<pl::DataFrame> {
    frame.rechunk_mut_par();
    if let Some(rows) = order(&frame, keys)? {
        return frame.take(&pl::IdxCa::from_vec("".into(), rows));
    }
    let mut options = pl::SortMultipleOptions::default().with_maintain_order(true);
    options.descending = keys.iter().map(|key| key.descending).collect();
    options.nulls_last = keys.iter().map(|key| !key.nulls_first).collect();
    frame.sort(keys.iter().map(|key| key.name.as_str()), options)
}

/// The rows in order, if the texts repeat.
fn order(frame: &pl::DataFrame, keys: &[Key]) -> pl::PolarsResult<Option<Vec<pl::IdxSize>>> {
    let Some((first, rest)) = keys.split_first() else { return Ok(None) };
    let texts = frame.column(&first.name)?.as_materialized_series().clone();
    let texts = texts.str()?;
    let Some(codes) = codes::of_texts(texts) else { return Ok(None) };
    let cells = rest.iter().map(|key| Cells::new(frame.column(&key.name)?, key.ty));
    let cells = cells.collect::<pl::PolarsResult<Vec<Cells>>>()?;
    let rest: Vec<(&Key, Compared<'_>)> = rest.iter().zip(cells.iter().map(Compared::of)).collect();
    let text = |code: &u32| texts.get(codes.firsts[*code as usize] as usize);
    let mut in_order: Vec<u32> = (0..codes.firsts.len() as u32).collect();
    in_order.par_sort_unstable_by(|a, b| first.compare(text(a), text(b)));
    let mut rows = vec![0; codes.of_row.len()];
    let mut of_texts = dealt(&codes, &in_order, &mut rows);
    of_texts.par_iter_mut().for_each(|rows| {
        rows.sort_by(|a, b| {
            let orders = rest.iter().map(|(key, cells)| key.of_rows(cells, *a as usize, *b as usize));
            orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        });
    });
    Ok(Some(rows))
}

/// Deals the rows out to their texts, in this order of the texts; the places of each text.
fn dealt<'r>(
    codes: &codes::Codes,
    in_order: &[u32],
    rows: &'r mut [pl::IdxSize],
) -> Vec<&'r mut [pl::IdxSize]> {
    let mut counts = vec![0; codes.firsts.len()];
    codes.of_row.iter().for_each(|code| counts[*code as usize] += 1);
    let (mut next, mut from) = (vec![0; counts.len()], 0);
    for code in in_order {
        next[*code as usize] = from;
        from += counts[*code as usize];
    }
    for (row, code) in codes.of_row.iter().enumerate() {
        rows[next[*code as usize]] = row as pl::IdxSize;
        next[*code as usize] += 1;
    }
    let mut left = rows;
    let mut of_texts = Vec::with_capacity(counts.len());
    for code in in_order {
        let (of_text, others) = left.split_at_mut(counts[*code as usize]);
        of_texts.push(of_text);
        left = others;
    }
    of_texts
}

/// The cells of a key.
enum Compared<'c> {
    /// None of them is null.
    Integers(&'c [i64]),
    Cells(&'c Cells),
}

impl<'c> Compared<'c> {
    fn of(cells: &'c Cells) -> Compared<'c> {
        match cells {
            Cells::Integer(c, _) if c.null_count() == 0 => {
                c.cont_slice().map_or(Compared::Cells(cells), Compared::Integers)
            }
            _ => Compared::Cells(cells),
        }
    }
}

impl Key {
    fn compare<T: Ord>(&self, a: Option<T>, b: Option<T>) -> Ordering {
        match (a, b) {
            (Some(a), Some(b)) if self.descending => b.cmp(&a),
            (Some(a), Some(b)) => a.cmp(&b),
            (None, None) => Ordering::Equal,
            (a, _) if a.is_none() == self.nulls_first => Ordering::Less,
            _ => Ordering::Greater,
        }
    }

    fn of_rows(&self, cells: &Compared<'_>, a: usize, b: usize) -> Ordering {
        match cells {
            Compared::Integers(integers) if self.descending => integers[b].cmp(&integers[a]),
            Compared::Integers(integers) => integers[a].cmp(&integers[b]),
            Compared::Cells(cells) => match cells {
                Cells::Integer(c, _) => self.compare(c.get(a), c.get(b)),
                Cells::Int(c) => self.compare(c.get(a), c.get(b)),
                Cells::Bool(c) => self.compare(c.get(a), c.get(b)),
                Cells::Text(c, _) => self.compare(c.get(a), c.get(b)),
                // Not among the types that are sorted here, or the same in all rows.
                Cells::Real(_) | Cells::Constant(_) => Ordering::Equal,
            },
        }
    }
}
