//! `Aggregate`: a row per distinct combination of keys, ordered by the keys.
//!
//! The arguments are computed as columns. If Polars can do all the aggregates (`native.rs`) it groups and
//! computes in one streaming pass; else a pass in Rust does (`gather.rs`).
//!
//! Trap: without keys there is always one row, also of no input.

use polars::prelude as pl;

use super::super::column::dtype;
use super::super::error::Result;
use super::super::{Failure, Lowering, needs::Needs};
use super::gather::{Columns, Gather};
use super::partial::Partial;
use super::quick::Cache;
use super::{column, groups, sort};
use crate::plan::{AggregateCall, Plan};
use crate::types::Schema;

impl Lowering<'_> {
    pub fn aggregate(
        &self,
        input: &Plan,
        wanted: &Needs,
        keys: &[usize],
        calls: &[AggregateCall],
        schema: &Schema,
        needs: &Needs,
    ) -> Result<pl::LazyFrame> {
        if let Some(rows) = self.counted(input, keys, calls) {
            return self.values(schema, &rows, needs);
        }
        let scope = super::scope(input.schema(), wanted);
        let mut columns = Columns::default();
        for (key, output) in keys.iter().zip(&schema.columns) {
            columns.name(column(input.column(*key).map_or("", |c| c.name.as_str())), &output.name);
        }
        let mut gathers = Vec::new();
        let used = calls.iter().enumerate().filter(|(i, _)| needs.wants(keys.len() + i));
        for (i, call) in used {
            let output = &schema.columns[keys.len() + i];
            gathers.push(self.gather(call, &output.name, scope, &mut columns)?);
        }
        columns.name(column(scope.driver), "\u{1}driver");
        let frame = self.node(input, wanted)?.select(columns.exprs());
        let names: Vec<String> = schema.names().take(keys.len()).map(String::from).collect();
        let by_text = schema.columns.iter().take(keys.len()).any(|key| dtype(key.ty) == pl::DataType::String);
        let natives: Option<Vec<pl::Expr>> = gathers.iter().map(|g| g.native(&self.failure)).collect();
        let grouped = match natives {
            Some(exprs) if !names.is_empty() => match Partial::of(&names, &gathers).filter(|_| by_text) {
                Some(partial) => partial.grouped(frame),
                None => frame.group_by(names.iter().map(|n| column(n)).collect::<Vec<_>>()).agg(exprs),
            },
            Some(exprs) if !exprs.is_empty() => frame.select(exprs),
            _ => {
                let mut of_output = Needs::default();
                of_output.add((0..keys.len()).chain(needs.columns.iter().copied()));
                let (now, failure) = (self.env.now, self.failure.clone());
                super::pass(frame, "aggregate", super::physical(schema, &of_output), move |frame| {
                    grouped(&frame, &names, &gathers, now, &failure)
                })
            }
        };
        let order: Vec<_> = (0..keys.len()).map(sort::ascending).collect();
        Ok(sort::sort_by(grouped, schema, None, &order))
    }
}

fn grouped(
    frame: &pl::DataFrame,
    keys: &[String],
    gathers: &[Gather],
    now: i64,
    failure: &Failure,
) -> pl::PolarsResult<pl::DataFrame> {
    let groups = groups::groups(frame, keys)?;
    let firsts = groups::firsts(&groups);
    let mut columns = Vec::new();
    for key in keys {
        columns.push(frame.column(key)?.take(&firsts)?);
    }
    let mut cache = Cache::new();
    for gather in gathers {
        columns.push(gather.column(frame, &groups, now, failure, &mut cache)?);
    }
    if columns.is_empty() {
        return super::no_columns(groups.len());
    }
    pl::DataFrame::new(groups.len(), columns)
}
