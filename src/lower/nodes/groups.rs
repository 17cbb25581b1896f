//! The rows of a frame by equal values of some columns.
//!
//! Trap: rows of a group stay in the frame's order, and groups come by their first row: "first" and
//! "last" depend on it.

use polars::prelude as pl;
use polars::prelude::NewChunkedArray;

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

/// The first row of each group.
pub fn firsts(groups: &Groups) -> pl::IdxCa {
    pl::IdxCa::from_iter_values("".into(), groups.iter().map(|g| g.first().copied().unwrap_or(0)))
}
