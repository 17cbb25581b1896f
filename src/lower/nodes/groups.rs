//! The rows of a frame by equal values of some columns.
//!
//! Trap: rows of a group stay in the frame's order, and groups come by their first row: "first" and
//! "last" depend on it.

use polars::prelude as pl;
use polars::prelude::NewChunkedArray;

use super::super::codes::{self, Codes};

/// Row numbers by group.
pub type Groups = Vec<Vec<pl::IdxSize>>;

/// The groups of a frame's rows. Without columns all rows are one group, even when there are none.
pub fn groups(frame: &pl::DataFrame, keys: &[String]) -> pl::PolarsResult<Groups> {
    if keys.is_empty() {
        return Ok(vec![(0..frame.height() as pl::IdxSize).collect()]);
    }
    if frame.height() == 0 {
        return Ok(Vec::new());
    }
    if let Some(codes) = coded(frame, keys)? {
        return Ok(dealt(&codes));
    }
    let by = keys.iter().map(|k| frame.column(k).cloned()).collect::<pl::PolarsResult<Vec<_>>>()?;
    let grouped = frame.group_by_with_series(by, true, true)?;
    Ok(grouped
        .get_groups()
        .iter()
        .map(|group| match group {
            pl::GroupsIndicator::Idx((_, rows)) => rows.to_vec(),
            pl::GroupsIndicator::Slice([first, len]) => (first..first + len).collect(),
        })
        .collect())
}

/// A number for each combination of keys, where they are integers and texts that repeat.
pub fn coded(frame: &pl::DataFrame, keys: &[String]) -> pl::PolarsResult<Option<Codes>> {
    let mut all: Option<Codes> = None;
    let columns = keys.iter().map(|key| Ok(frame.column(key)?.as_materialized_series()));
    let columns = columns.collect::<pl::PolarsResult<Vec<&pl::Series>>>()?;
    let texts = columns.iter().filter(|c| c.dtype() == &pl::DataType::String).count();
    let others = columns.iter().filter(|c| c.dtype() == &pl::DataType::Int64).count();
    if texts == 0 || texts + others < keys.len() {
        return Ok(None);
    }
    for column in columns {
        let codes = match column.str() {
            Ok(text) => match codes::of_texts(text) {
                Some(codes) => codes,
                None => return Ok(None),
            },
            Err(_) => codes::of_integers(column.i64()?),
        };
        all = Some(match all {
            Some(all) => match codes::of_pairs(&all, &codes) {
                Some(codes) => codes,
                None => return Ok(None),
            },
            None => codes,
        });
    }
    Ok(all)
}

/// The rows of each number.
fn dealt(codes: &Codes) -> Groups {
    let mut counts = vec![0; codes.firsts.len()];
    codes.of_row.iter().for_each(|code| counts[*code as usize] += 1);
    let mut groups: Groups = counts.into_iter().map(Vec::with_capacity).collect();
    for (row, code) in codes.of_row.iter().enumerate() {
        groups[*code as usize].push(row as pl::IdxSize);
    }
    groups
}

/// The first row of each group.
pub fn firsts(groups: &Groups) -> pl::IdxCa {
    pl::IdxCa::from_iter_values("".into(), groups.iter().map(|g| g.first().copied().unwrap_or(0)))
}
