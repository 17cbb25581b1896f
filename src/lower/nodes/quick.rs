//! Aggregates over the cells themselves, group by group, without values in between.
//!
//! Most of them choose a row: `min`, `max`, `arg_max`, `arg_min`, `take_any`. The chosen rows are found
//! once for all columns that are wanted of them (`arg_max(Time, *)`).
//!
//! Trap: a chosen row is the first of equals, in the order of the input.

use std::collections::{HashMap, HashSet};

use polars::prelude as pl;
use polars::prelude::{ChunkZip, IntoColumn, NewChunkedArray};
use rayon::prelude::*;

use super::super::column::Cells;
use super::groups::Groups;
use crate::json;
use crate::types::Type;

/// What kind of row is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Choice {
    /// Null only where there is nothing else.
    Greatest,
    Least,
    /// The first that is neither null nor `""`, else the first.
    Present,
}

/// The rows of a group that count.
pub type Passes<'a> = &'a (dyn Fn(usize) -> bool + Sync);

/// The chosen row of each group.
pub type Chosen = Vec<Option<pl::IdxSize>>;

/// Rows that were chosen before, by choice, column and filter.
pub type Cache = HashMap<(Choice, String, Option<String>), Chosen>;

/// The choice that an aggregate makes by its first argument, and which argument it gives.
pub fn choice(name: &str, args: usize) -> Option<(Choice, usize)> {
    match (name, args) {
        ("min", 1) => Some((Choice::Least, 0)),
        ("max", 1) => Some((Choice::Greatest, 0)),
        ("arg_max", 1 | 2) => Some((Choice::Greatest, args - 1)),
        ("arg_min", 1 | 2) => Some((Choice::Least, args - 1)),
        ("take_any" | "any", 1) => Some((Choice::Present, 0)),
        _ => None,
    }
}

/// The chosen row of each group; `None` for cells that do not compare as they lie.
pub fn choose(choice: Choice, cells: &Cells, groups: &Groups, passes: Passes<'_>) -> Option<Chosen> {
    match cells {
        Cells::Integer(c, _) => {
            Some(each(groups, |rows| best(choice, rows, passes, |i| c.get(i), |_| false)))
        }
        Cells::Int(c) => Some(each(groups, |rows| best(choice, rows, passes, |i| c.get(i), |_| false))),
        Cells::Text(c, Type::String) => Some(each(groups, |rows| {
            best(choice, rows, passes, |i| Some(c.get(i).unwrap_or("")), |s| s.is_empty())
        })),
        Cells::Text(c, Type::Guid) => {
            Some(each(groups, |rows| best(choice, rows, passes, |i| c.get(i), |_| false)))
        }
        _ => None,
    }
}

fn each<R: Send>(groups: &Groups, of: impl Fn(&[pl::IdxSize]) -> R + Sync) -> Vec<R> {
    groups.par_iter().map(|rows| of(rows)).collect()
}

fn best<T: Ord + Copy>(
    choice: Choice,
    rows: &[pl::IdxSize],
    passes: Passes<'_>,
    cell: impl Fn(usize) -> Option<T>,
    is_empty: impl Fn(T) -> bool,
) -> Option<pl::IdxSize> {
    let mut chosen: Option<(pl::IdxSize, Option<T>)> = None;
    for row in rows.iter().copied().filter(|r| passes(*r as usize)) {
        let value = cell(row as usize);
        let better = match (&chosen, value) {
            (None, _) => true,
            (Some((_, None)), Some(_)) => true,
            (_, None) => false,
            (Some((_, Some(best))), Some(value)) => match choice {
                Choice::Greatest => value > *best,
                Choice::Least => value < *best,
                Choice::Present => is_empty(*best) && !is_empty(value),
            },
        };
        if better {
            chosen = Some((row, value));
            if choice == Choice::Present && value.is_some_and(|v| !is_empty(v)) {
                break;
            }
        }
    }
    chosen.map(|(row, _)| row)
}

/// The cells of the chosen rows.
pub fn taken(column: &pl::Column, ty: Type, chosen: &[Option<pl::IdxSize>]) -> pl::PolarsResult<pl::Column> {
    let rows = pl::IdxCa::from_iter_options("".into(), chosen.iter().copied());
    never_null(column.take(&rows)?, ty)
}

/// The column with `""` for the nulls of a string.
pub fn never_null(column: pl::Column, ty: Type) -> pl::PolarsResult<pl::Column> {
    if ty != Type::String || column.null_count() == 0 {
        return Ok(column);
    }
    let series = column.as_materialized_series();
    let empty = pl::StringChunked::from_slice(column.name().clone(), &[""]);
    Ok(series.str()?.zip_with(&series.is_not_null(), &empty)?.into_column())
}

/// Aggregates that count or list the values of one column.
pub fn gathered(
    name: &str,
    cells: Option<&Cells>,
    most: usize,
    groups: &Groups,
    passes: Passes<'_>,
) -> Option<pl::Column> {
    let counts = |of: &(dyn Fn(&[pl::IdxSize]) -> i64 + Sync)| {
        pl::Int64Chunked::from_iter_values("".into(), each(groups, |rows| of(rows)).into_iter()).into_column()
    };
    let passing =
        |rows: &[pl::IdxSize]| rows.iter().map(|r| *r as usize).filter(|r| passes(*r)).collect::<Vec<_>>();
    match (name, cells) {
        ("count", _) => Some(counts(&|rows| rows.iter().filter(|r| passes(**r as usize)).count() as i64)),
        ("dcount", Some(Cells::Text(c, Type::String))) => Some(counts(&|rows| {
            passing(rows).into_iter().map(|r| c.get(r).unwrap_or("")).collect::<HashSet<_>>().len() as i64
        })),
        ("dcount", Some(Cells::Integer(c, _))) => Some(counts(&|rows| {
            passing(rows).into_iter().filter_map(|r| c.get(r)).collect::<HashSet<_>>().len() as i64
        })),
        ("make_set" | "make_list", Some(Cells::Text(c, Type::String))) => {
            let lists = each(groups, |rows| {
                let mut seen = HashSet::new();
                let texts = passing(rows).into_iter().map(|r| c.get(r).unwrap_or(""));
                json_list(texts.filter(|s| name == "make_list" || seen.insert(*s)).take(most))
            });
            Some(pl::StringChunked::from_iter_values("".into(), lists.into_iter()).into_column())
        }
        _ => None,
    }
}

fn json_list<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let mut out = String::from("[");
    for text in texts {
        if out.len() > 1 {
            out.push(',');
        }
        json::write_string(text, &mut out);
    }
    out.push(']');
    out
}
