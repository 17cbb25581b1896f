//! `Union`: the rows of several inputs, one input after the other.

use polars::prelude as pl;

use super::super::error::Result;
use super::super::{Lowering, NO_COLUMN, needs::Needs};
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
        for (input, wanted) in inputs.iter().zip(wanted) {
            let pairs =
                needs.columns.iter().filter_map(|i| Some((input.column(*i)?, schema.columns.get(*i)?)));
            let mut columns: Vec<pl::Expr> =
                pairs.map(|(from, to)| column(&from.name).alias(to.name.as_str())).collect();
            if columns.is_empty() {
                columns.push(column(NO_COLUMN));
            }
            frames.push(self.node(input, wanted)?.select(columns));
        }
        if frames.is_empty() {
            return self.values(schema, &[], needs);
        }
        Ok(pl::concat(frames, pl::UnionArgs { maintain_order: true, ..Default::default() })?)
    }
}
