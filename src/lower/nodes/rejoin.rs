//! `Join` of numbered rows with what was made of them: `mv-apply` over a subquery that gives rows of its own.
//!
//! The number says where the outer row is, so its columns are taken from there; where every row is there once, in
//! order, as after a `summarize`, they are handed on as they are.
//!
//! Trap: the numbers of the right side may come in any order, more than once, or not at all.

use polars::prelude as pl;

use super::super::error::Result;
use super::super::{Lowering, needs::Needs, shred};
use super::column;
use crate::plan::{JoinKind, Plan, WindowFunction};
use crate::types::Schema;

impl Lowering<'_> {
    /// The frame of an inner join whose left side is a shared part with numbered rows, and the number the key.
    pub fn rejoined(&self, plan: &Plan, wanted: &[Needs], needs: &Needs) -> Result<Option<pl::LazyFrame>> {
        let Plan::Join { left, right, kind: JoinKind::Inner, on, schema } = plan else { return Ok(None) };
        let (Plan::Shared { id, plan: numbered }, [(l, r)], [left_needs, right_needs]) =
            (&**left, on.as_slice(), wanted)
        else {
            return Ok(None);
        };
        if self.dry || !numbers_rows(numbered, *l) {
            return Ok(None);
        }
        let Some(number) = right.column(*r).map(|c| c.name.clone()) else { return Ok(None) };
        let width = left.schema().len();
        let columns = needs.columns.iter().filter_map(|i| {
            let output = schema.columns.get(*i)?.name.clone();
            Some(match i.checked_sub(width) {
                None => (Some(left.column(*i)?.name.clone()), String::new(), output),
                Some(i) => (None, right.column(i)?.name.clone(), output),
            })
        });
        let paths = needs.paths.iter().map(|path| {
            let name = |schema: &Schema, column| shred::frame_name(schema, column, &path.steps);
            let output = name(schema, path.column);
            match path.column.checked_sub(width) {
                None => (Some(name(left.schema(), path.column)), String::new(), output),
                Some(column) => (None, name(right.schema(), column), output),
            }
        });
        let outputs: Vec<(Option<String>, String, String)> = columns.chain(paths).collect();
        if outputs.is_empty() {
            return Ok(None);
        }
        let outer = self.shared_rows(*id, numbered, left_needs)?;
        let names: Vec<pl::Expr> = right_needs.names(right.schema()).iter().map(|n| column(n)).collect();
        let frame = self.node(right, right_needs)?.select(names);
        let physical = super::physical(schema, needs);
        Ok(Some(super::pass(frame, "rejoin", physical, move |frame| {
            let places = Places::of(&frame, &number, outer.height())?;
            let frame = match &places.order {
                Some(order) => frame.take(order)?,
                None => frame,
            };
            let taken = |(from_outer, inner, output): &(Option<String>, String, String)| {
                let column = match (from_outer, &places.rows) {
                    (Some(name), Some(rows)) => outer.column(name)?.take(rows)?,
                    (Some(name), None) => outer.column(name)?.clone(),
                    (None, _) => frame.column(inner)?.clone(),
                };
                Ok(column.with_name(output.as_str().into()))
            };
            let columns = outputs.iter().map(taken).collect::<pl::PolarsResult<Vec<_>>>()?;
            pl::DataFrame::new(frame.height(), columns)
        })))
    }
}

/// Does a column of the plan number its rows from 1?
fn numbers_rows(plan: &Plan, column: usize) -> bool {
    let Plan::Window { input, calls, segment, .. } = plan else { return false };
    let call = column.checked_sub(input.schema().len()).and_then(|at| calls.get(at));
    let numbers =
        call.is_some_and(|c| matches!(c.function, WindowFunction::RowNumber { start: 1, restart: None }));
    segment.is_empty() && numbers
}

/// Which rows of both sides stand beside one another.
struct Places {
    /// The rows of the right side, if not all of them as they are.
    order: Option<pl::IdxCa>,
    /// The rows of the outer side, if not all of them as they are.
    rows: Option<pl::IdxCa>,
}

impl Places {
    fn of(frame: &pl::DataFrame, number: &str, height: usize) -> pl::PolarsResult<Places> {
        let numbers = frame.column(number)?.as_materialized_series().cast(&pl::DataType::Int64)?.rechunk();
        let numbers = numbers.i64()?;
        let place = |n: Option<i64>| usize::try_from(n?.checked_sub(1)?).ok().filter(|at| *at < height);
        let mut rows: Vec<(pl::IdxSize, pl::IdxSize)> = Vec::with_capacity(numbers.len());
        for (right, n) in numbers.iter().enumerate() {
            rows.extend(place(n).map(|outer| (outer as pl::IdxSize, right as pl::IdxSize)));
        }
        let whole = rows.len() == numbers.len() && rows.is_sorted();
        if !whole {
            rows.sort_unstable();
        }
        let every = rows.len() == height && rows.iter().enumerate().all(|(at, (row, _))| *row as usize == at);
        let take = |of: fn(&(pl::IdxSize, pl::IdxSize)) -> pl::IdxSize| {
            pl::IdxCa::from_vec("".into(), rows.iter().map(of).collect())
        };
        Ok(Places {
            order: (!whole).then(|| take(|(_, right)| *right)),
            rows: (!every).then(|| take(|(row, _)| *row)),
        })
    }
}
