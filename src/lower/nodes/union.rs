//! `Union`: the rows of several inputs, one input after the other.

use polars::prelude as pl;

use super::super::error::Result;
use super::super::{Lowering, NO_COLUMN, needs::Needs, view};
use super::column;
use crate::plan::Plan;
use crate::types::Schema;

impl Lowering<'_> {
    pub fn union(
        &self,
        inputs: &[Plan],
        wanted: &[Needs],
        schema: &Schema,
        needs: &Needs,
    ) -> Result<pl::LazyFrame> {
        let mut frames = Vec::with_capacity(inputs.len());
        // Tables that hold nothing, as most of a catalogue's do, are not even planned.
        for (input, wanted) in inputs.iter().zip(wanted).filter(|(input, _)| !self.is_empty(input)) {
            let pairs =
                needs.columns.iter().filter_map(|i| Some((input.column(*i)?, schema.columns.get(*i)?)));
            let mut columns: Vec<pl::Expr> =
                pairs.map(|(from, to)| column(&from.name).alias(to.name.as_str())).collect();
            if columns.is_empty() {
                // Of one type, whatever it is that counts the rows.
                columns.push(column(NO_COLUMN).is_null().alias(NO_COLUMN));
            }
            frames.push(self.node(input, wanted)?.select(columns));
        }
        if frames.is_empty() {
            return self.values(schema, &[], needs);
        }
        if frames.len() == 1 {
            return Ok(frames.swap_remove(0));
        }
        Ok(pl::concat(frames, pl::UnionArgs { maintain_order: true, ..Default::default() })?)
    }

    /// Has a plan no rows for sure?
    pub fn is_empty(&self, plan: &Plan) -> bool {
        match plan {
            Plan::Scan { table, .. } => {
                let table = if table == view::VIEW { view::TABLE } else { table };
                self.parts(table).is_empty()
            }
            Plan::Values { rows, .. } => rows.is_empty(),
            Plan::Filter { input, .. }
            | Plan::Project { input, .. }
            | Plan::Sort { input, .. }
            | Plan::Limit { input, .. }
            | Plan::Window { input, .. }
            | Plan::Match { input, .. }
            | Plan::Expand { input, .. } => self.is_empty(input),
            Plan::Union { inputs, .. } => inputs.iter().all(|input| self.is_empty(input)),
            _ => false,
        }
    }
}
