//! `Sort` and `Limit`, whole or within segments, and the order of values that all sorting uses.
//!
//! A sort within segments keeps each segment together, at the place of its first row.
//!
//! Nulls stand where the key says; NaN stands next to them: after the nulls that come first, before
//! the nulls that come last.
//!
//! Trap: decimals and dynamic values lie as text, whose order is not theirs: they are ranked first.

use polars::prelude as pl;

use super::super::column::Cells;
use super::super::error::Result;
use super::super::{Lowering, needs::Needs};
use super::{column, order, rows};
use crate::plan::{Plan, SortKey};
use crate::types::{Schema, Type};

/// Where a row stands within its segment, or its segment among all.
const PLACE: &str = "\u{1}place";
/// A sort and a limit of at most so many rows may be one step.
const MOST_TOGETHER: u64 = 1 << 16;

impl Lowering<'_> {
    pub fn sort(
        &self,
        input: &Plan,
        wanted: &Needs,
        keys: &[SortKey],
        segment: &[usize],
        needs: &Needs,
    ) -> Result<pl::LazyFrame> {
        let frame = self.node(input, wanted)?;
        if segment.is_empty() {
            let by_text = order::keys(input.schema(), keys).filter(|_| !needs.first_rows);
            let Some(keys) = by_text else { return Ok(sort_by(frame, input.schema(), None, keys)) };
            let frame = frame.select(super::wanted(input.schema(), wanted));
            let physical = super::physical(input.schema(), wanted);
            return Ok(super::pass(frame, "sort", physical, move |frame| order::sorted(frame, &keys)));
        }
        let frame = self.with_places(frame, input, wanted, segment, |group| group.first().copied());
        Ok(sort_by(frame, input.schema(), Some(column(PLACE)), keys))
    }

    pub fn limit(
        &self,
        input: &Plan,
        wanted: &Needs,
        count: u64,
        segment: &[usize],
    ) -> Result<pl::LazyFrame> {
        if let (Plan::Range { schema, from, to, step }, []) = (input, segment) {
            return self.range(schema, [from, to, step], count);
        }
        let frame = self.node(input, wanted)?;
        if segment.is_empty() {
            let limit = pl::IdxSize::try_from(count).unwrap_or(pl::IdxSize::MAX);
            // Of a sort and a limit Polars makes one step, which takes memory for the limit beforehand.
            let apart = count > MOST_TOGETHER && may_sort(input);
            return Ok(if apart { rows::barrier(frame) } else { frame }.limit(limit));
        }
        let numbered = self.with_places(frame, input, wanted, segment, |_| None);
        let limit = i64::try_from(count).unwrap_or(i64::MAX);
        Ok(numbered.filter(column(PLACE).lt(pl::lit(limit))))
    }

    /// The frame with a number for each row: the one that `place` gives for its segment, else the
    /// row's own within its segment.
    fn with_places(
        &self,
        frame: pl::LazyFrame,
        input: &Plan,
        wanted: &Needs,
        segment: &[usize],
        place: impl Fn(&[pl::IdxSize]) -> Option<pl::IdxSize> + Send + Sync + 'static,
    ) -> pl::LazyFrame {
        let keys: Vec<String> =
            segment.iter().filter_map(|i| input.column(*i)).map(|c| c.name.clone()).collect();
        let mut schema = pl::Schema::clone(&super::physical(input.schema(), wanted));
        schema.insert(PLACE.into(), pl::DataType::Int64);
        let frame = frame.select(super::wanted(input.schema(), wanted));
        super::pass(frame, "segments", schema.into(), move |mut frame| {
            let mut places = vec![0_i64; frame.height()];
            for group in super::groups::groups(&frame, &keys)? {
                let of_segment = place(&group);
                for (at, row) in group.iter().enumerate() {
                    places[*row as usize] = of_segment.map_or(at as i64, i64::from);
                }
            }
            frame.with_column(pl::Column::new(PLACE.into(), places))?;
            Ok(frame)
        })
    }
}

/// May a limit meet a sort in the frame of a plan?
fn may_sort(plan: &Plan) -> bool {
    match plan {
        Plan::Scan { .. } | Plan::Values { .. } | Plan::Range { .. } => false,
        Plan::Filter { input, .. } | Plan::Project { input, .. } | Plan::Limit { input, .. } => {
            may_sort(input)
        }
        _ => true,
    }
}

/// Ascending, nulls first: the order of groups, and of segments.
pub fn ascending(column: usize) -> SortKey {
    SortKey { column, descending: false, nulls_first: true }
}

/// A stable sort, by `first` before the keys.
pub fn sort_by(
    frame: pl::LazyFrame,
    schema: &Schema,
    first: Option<pl::Expr>,
    keys: &[SortKey],
) -> pl::LazyFrame {
    let mut options = pl::SortMultipleOptions::default().with_maintain_order(true);
    options.descending = vec![false; usize::from(first.is_some())];
    options.nulls_last = vec![false; usize::from(first.is_some())];
    let mut by: Vec<pl::Expr> = first.into_iter().collect();
    for key in keys {
        let Some(c) = schema.columns.get(key.column) else { continue };
        let value = column(&c.name);
        if c.ty == Type::Real {
            by.push(nan_rank(value.clone(), key.nulls_first));
            options.descending.push(false);
            options.nulls_last.push(false);
        }
        by.push(if matches!(c.ty, Type::Decimal | Type::Dynamic) { ranked(value, c.ty) } else { value });
        options.descending.push(key.descending);
        options.nulls_last.push(!key.nulls_first);
    }
    if by.is_empty() { frame } else { frame.sort_by_exprs(by, options) }
}

/// 0, 1, 2 in the order of: nulls, NaN, numbers; or of numbers, NaN, nulls.
fn nan_rank(value: pl::Expr, nulls_first: bool) -> pl::Expr {
    let (null, number) = if nulls_first { (0, 2) } else { (2, 0) };
    pl::when(value.clone().is_null())
        .then(pl::lit(null))
        .when(value.is_nan())
        .then(pl::lit(1))
        .otherwise(pl::lit(number))
        .alias("\u{1}nan")
}

/// The rank of each value among all of them; null stays null.
fn ranked(value: pl::Expr, ty: Type) -> pl::Expr {
    let run = move |c: pl::Column| {
        let cells = Cells::new(&c, ty)?;
        let values: Vec<_> = (0..c.len()).map(|at| cells.get(at)).collect();
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
        let mut ranks: Vec<Option<u32>> = vec![None; values.len()];
        let mut rank = 0;
        for (i, at) in order.iter().enumerate() {
            if i > 0 && values[order[i - 1]].total_cmp(&values[*at]).is_ne() {
                rank += 1;
            }
            ranks[*at] = (!values[*at].is_null()).then_some(rank);
        }
        Ok(pl::Column::new(c.name().clone(), ranks))
    };
    value
        .apply(run, |_, field| Ok(pl::Field::new(field.name().clone(), pl::DataType::UInt32)))
        .alias("\u{1}rank")
}
