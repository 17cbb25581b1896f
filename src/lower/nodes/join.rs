//! `Join` of every kind.
//!
//! Both sides are renamed by position (`L0`, `R0`, …), joined, and brought to the node's names.
//!
//! Trap: the order is part of the contract: the left side's, then the right side's (the other way round
//! for the right-hand kinds).

use polars::prelude as pl;

use super::super::column::missing;
use super::super::error::{Error, Result};
use super::super::needs::{Needs, StoredPath};
use super::super::{Lowering, NO_COLUMN, shred};
use super::column;
use crate::plan::{JoinKind, Plan};
use crate::types::Schema;

/// A left side of no more rows is kept, and the right side passes by. Else the right side is kept, for the left one's
/// order is the result's.
const FEW: usize = 1 << 20;
/// The place of a row on its side.
const LEFT_ROW: &str = "LROW";
const RIGHT_ROW: &str = "RROW";

impl Lowering<'_> {
    pub fn join(&self, plan: &Plan, wanted: &[Needs], needs: &Needs) -> Result<pl::LazyFrame> {
        let (Plan::Join { left, right, kind, on, schema }, [left_needs, right_needs]) = (plan, wanted) else {
            return Err(Error::internal("a join has two inputs"));
        };
        if let Some(frame) = self.rejoined(plan, wanted, needs)? {
            return Ok(frame);
        }
        let (mut l, mut r) = self.sides((left, right), *kind, on, [left_needs, right_needs])?;
        let mut left_on: Vec<pl::Expr> = on.iter().map(|(i, _)| column(&format!("L{i}"))).collect();
        let mut right_on: Vec<pl::Expr> = on.iter().map(|(_, i)| column(&format!("R{i}"))).collect();
        if *kind == JoinKind::InnerUnique && !on.is_empty() {
            let names: Vec<String> = on.iter().map(|(i, _)| format!("L{i}")).collect();
            l = l.unique_stable(Some(pl::by_name(names, true, false)), pl::UniqueKeepStrategy::First);
        } else if *kind == JoinKind::InnerUnique {
            l = l.limit(1);
        }
        if on.is_empty() {
            l = l.with_columns([pl::lit(1_i32).alias("LK")]);
            r = r.with_columns([pl::lit(1_i32).alias("RK")]);
            (left_on, right_on) = (vec![column("LK")], vec![column("RK")]);
        }
        let mirrored = matches!(kind, JoinKind::RightSemi | JoinKind::RightAnti);
        if mirrored {
            (l, r) = (r, l);
            (left_on, right_on) = (right_on, left_on);
        }
        let streams = matches!(kind, JoinKind::Inner | JoinKind::InnerUnique | JoinKind::LeftOuter)
            && self.at_most(left).is_some_and(|rows| rows <= FEW)
            && self.at_most(right).is_none();
        // Rows of the right side alone come in no order of their own.
        let ordered_after = streams || *kind == JoinKind::FullOuter;
        if ordered_after {
            (l, r) = (l.with_row_index(LEFT_ROW, None), r.with_row_index(RIGHT_ROW, None));
        }
        let mut joined = l
            .join_builder()
            .with(r)
            .left_on(left_on)
            .right_on(right_on)
            .how(polars_kind(*kind))
            .coalesce(pl::JoinCoalesce::KeepColumns)
            .maintain_order(if ordered_after { pl::MaintainOrderJoin::None } else { order(*kind) })
            .finish();
        if ordered_after {
            let options = pl::SortMultipleOptions::default().with_nulls_last(true);
            joined = joined.sort_by_exprs([column(LEFT_ROW), column(RIGHT_ROW)], options);
        }
        let mut outputs = outputs(*kind, left.schema().len(), schema, needs);
        for path in &needs.paths {
            let Some((is_left, below)) = shred::joined_side(*kind, left.schema().len(), path.column) else {
                continue;
            };
            let (side, known) = if is_left { ("L", left_needs) } else { ("R", right_needs) };
            let is_same = |p: &StoredPath| p.column == below && p.steps == path.steps && p.ty == path.ty;
            if let Some(at) = known.paths.iter().position(is_same) {
                let name = shred::frame_name(schema, path.column, &path.steps);
                outputs.push(column(&format!("{side}path{at}")).alias(name));
            }
        }
        if outputs.is_empty() {
            outputs.push(pl::lit(pl::NULL).cast(pl::DataType::Boolean).alias(NO_COLUMN));
            return Ok(joined.with_columns(outputs));
        }
        Ok(joined.select(outputs))
    }

    /// The rows of both sides; as far as it pays, without those that meet nothing.
    fn sides(
        &self,
        (left, right): (&Plan, &Plan),
        kind: JoinKind,
        on: &[(usize, usize)],
        needs: [&Needs; 2],
    ) -> Result<(pl::LazyFrame, pl::LazyFrame)> {
        let (l, r) = match self.met((left, right), kind, on, needs)? {
            Some(frames) => frames,
            None => {
                let (narrowed, r) = self.narrowed((left, right), kind, on, needs[1])?;
                (self.node(&narrowed, needs[0])?, r)
            }
        };
        Ok((renamed(l, left.schema(), needs[0], "L"), renamed(r, right.schema(), needs[1], "R")))
    }
}

fn renamed(frame: pl::LazyFrame, schema: &Schema, needs: &Needs, side: &str) -> pl::LazyFrame {
    let columns = needs.columns.iter().filter_map(|i| Some((i, schema.columns.get(*i)?)));
    let mut columns: Vec<pl::Expr> =
        columns.map(|(i, c)| column(&c.name).alias(format!("{side}{i}"))).collect();
    for (at, path) in needs.paths.iter().enumerate() {
        let name = shred::frame_name(schema, path.column, &path.steps);
        columns.push(column(&name).alias(format!("{side}path{at}")));
    }
    if columns.is_empty() {
        columns.push(column(NO_COLUMN).alias(format!("{side}none")));
    }
    frame.select(columns)
}

fn polars_kind(kind: JoinKind) -> pl::JoinType {
    match kind {
        JoinKind::InnerUnique | JoinKind::Inner => pl::JoinType::Inner,
        JoinKind::LeftOuter => pl::JoinType::Left,
        JoinKind::RightOuter => pl::JoinType::Right,
        JoinKind::FullOuter => pl::JoinType::Full,
        JoinKind::LeftSemi | JoinKind::RightSemi => pl::JoinType::Semi,
        JoinKind::LeftAnti | JoinKind::RightAnti => pl::JoinType::Anti,
    }
}

fn order(kind: JoinKind) -> pl::MaintainOrderJoin {
    match kind {
        JoinKind::RightOuter => pl::MaintainOrderJoin::RightLeft,
        _ => pl::MaintainOrderJoin::LeftRight,
    }
}

/// The node's columns; a string that the other side lacks is `""`.
fn outputs(kind: JoinKind, left_width: usize, schema: &Schema, needs: &Needs) -> Vec<pl::Expr> {
    let one_sided = match kind {
        JoinKind::LeftSemi | JoinKind::LeftAnti => Some("L"),
        JoinKind::RightSemi | JoinKind::RightAnti => Some("R"),
        _ => None,
    };
    let columns = needs.columns.iter().filter_map(|i| Some((*i, schema.columns.get(*i)?)));
    columns
        .map(|(i, c)| {
            let (side, at) = match one_sided {
                Some(side) => (side, i),
                None if i < left_width => ("L", i),
                None => ("R", i - left_width),
            };
            let nullable = match side {
                "L" => matches!(kind, JoinKind::RightOuter | JoinKind::FullOuter),
                _ => matches!(kind, JoinKind::LeftOuter | JoinKind::FullOuter),
            };
            let value = column(&format!("{side}{at}"));
            let fill = nullable && c.ty == crate::types::Type::String;
            let value = if fill { value.fill_null(missing(c.ty)) } else { value };
            value.alias(c.name.as_str())
        })
        .collect()
}
