//! A join that drops rows of a scan on its left, where the right side turns out to have few keys: the keys become a
//! filter on the left, which goes down to the scan, so that the other columns are read of the rows that stay only.
//!
//! Trap: keys are compared as a join does it, letter by letter; only texts, which are never null.

use std::borrow::Cow;

use polars::prelude as pl;
use polars::prelude::IntoLazy;

use super::super::Lowering;
use super::super::column::Cells;
use super::super::error::Result;
use super::super::needs::Needs;
use super::super::view::call;
use super::wanted;
use crate::plan::{Expr, JoinKind, Plan};
use crate::source::Span;
use crate::types::Type;

/// With more keys than this, reading is no longer what costs.
const MOST: usize = 1024;

impl Lowering<'_> {
    /// The left side of a join, filtered if that may help, and the frame of the right side.
    pub fn narrowed<'p>(
        &self,
        (left, right): (&'p Plan, &Plan),
        kind: JoinKind,
        on: &[(usize, usize)],
        needs: &Needs,
    ) -> Result<(Cow<'p, Plan>, pl::LazyFrame)> {
        let frame = self.node(right, needs)?;
        let drops = matches!(kind, JoinKind::Inner | JoinKind::InnerUnique | JoinKind::LeftSemi);
        let text = |plan: &Plan, at| plan.column(at).filter(|c| c.ty == Type::String).map(|c| c.name.clone());
        let key = on.iter().find_map(|(l, r)| text(left, *l).and(text(right, *r)).map(|name| (*l, name)));
        let Some((l, name)) = key.filter(|_| drops && !self.dry && is_read(left) && is_grouped(right)) else {
            return Ok((Cow::Borrowed(left), frame));
        };
        let rows = self.collect(frame.select(wanted(right.schema(), needs)))?;
        if rows.height() > MOST {
            return Ok((Cow::Borrowed(left), rows.lazy()));
        }
        let cells = Cells::new(rows.column(&name)?, Type::String)?;
        let keys = (0..rows.height()).map(|at| Expr::literal(cells.get(at), Type::String, Span::default()));
        let args = std::iter::once(Expr::column(l, Type::String, Span::default())).chain(keys).collect();
        let filter = Plan::Filter { input: Box::new(left.clone()), predicate: call("in", args, Type::Bool)? };
        Ok((Cow::Owned(filter), rows.lazy()))
    }
}

/// Do the rows come from a scan as they are, apart from filters and projections?
fn is_read(plan: &Plan) -> bool {
    match plan {
        Plan::Scan { .. } => true,
        Plan::Filter { input, .. } | Plan::Project { input, .. } => is_read(input),
        _ => false,
    }
}

/// Are there as many rows as groups, or fewer?
pub fn is_grouped(plan: &Plan) -> bool {
    match plan {
        Plan::Aggregate { .. } => true,
        Plan::Filter { input, .. } | Plan::Project { input, .. } => is_grouped(input),
        _ => false,
    }
}
