//! `Expand`: a row per element of an array, as `mv-expand` and `mv-apply` need it.
//!
//! Several arrays go side by side, the shorter ones padded with null. A scalar is an array of itself.
//!
//! Trap: a bag gives its members, each as a bag of one or as `[key, value]`.

use polars::prelude as pl;

use super::super::column::{Cells, from_values};
use super::super::error::{Error, Result};
use super::super::{Lowering, needs::Needs};
use super::column;
use crate::functions::convert;
use crate::plan::Plan;
use crate::types::{Column, Type};
use crate::value::Value;

impl Lowering<'_> {
    pub fn expand(&self, plan: &Plan, wanted: &Needs, needs: &Needs) -> Result<pl::LazyFrame> {
        let Plan::Expand { input, columns, index, limit, bags_as_pairs, keep_empty, schema } = plan else {
            return Err(Error::internal("no expansion"));
        };
        let width = input.schema().len();
        let scope = super::scope(input.schema(), wanted);
        let mut kept = Needs::default();
        kept.add(needs.columns.range(..width).copied());
        let mut exprs: Vec<pl::Expr> = kept.names(input.schema()).iter().map(|n| column(n)).collect();
        let kept_count = exprs.len();
        let mut outputs = Vec::new();
        for (i, expanded) in columns.iter().enumerate() {
            exprs.push(self.expr(&expanded.source, scope)?.alias(format!("\u{1}source{i}")));
            outputs.push(schema.columns[width + i].clone());
        }
        let index =
            index.then(|| schema.columns.get(width + columns.len()).map(|c| c.name.clone())).flatten();
        let mut of_output = kept.clone();
        of_output.add(width..schema.len());
        let shape = Shape {
            kept: kept_count,
            outputs,
            index,
            limit: limit.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX)),
            pairs: *bags_as_pairs,
            keep_empty: *keep_empty,
        };
        let physical = super::physical(schema, &of_output);
        let output = move |_: &pl::Schema| Ok(physical.clone());
        let run = move |frame: pl::DataFrame| shape.run(&frame);
        // Batch by batch: a row does not depend on others.
        Ok(self.node(input, wanted)?.select(exprs).map(
            run,
            pl::OptFlags::STREAMING,
            Some(std::sync::Arc::new(output)),
            Some("expand"),
        ))
    }
}

struct Shape {
    /// So many columns of the frame are kept; the others are the sources.
    kept: usize,
    outputs: Vec<Column>,
    index: Option<String>,
    limit: usize,
    pairs: bool,
    keep_empty: bool,
}

impl Shape {
    fn run(&self, frame: &pl::DataFrame) -> pl::PolarsResult<pl::DataFrame> {
        let sources = frame.columns()[self.kept..]
            .iter()
            .map(|c| Cells::new(c, Type::Dynamic))
            .collect::<pl::PolarsResult<Vec<_>>>()?;
        let (mut rows, mut index) = (Vec::new(), Vec::new());
        let mut values: Vec<Vec<Value>> = vec![Vec::new(); sources.len()];
        for row in 0..frame.height() {
            let elements: Vec<Vec<Value>> =
                sources.iter().map(|s| elements(s.get(row), self.pairs)).collect();
            let longest = elements.iter().map(Vec::len).max().unwrap_or(0);
            let count = if longest == 0 && self.keep_empty { 1 } else { longest.min(self.limit) };
            for (column, elements) in values.iter_mut().zip(elements) {
                column.extend(elements.into_iter().chain(std::iter::repeat(Value::Null)).take(count));
            }
            rows.extend(std::iter::repeat_n(row as pl::IdxSize, count));
            index.extend(0..count as i64);
        }
        let height = rows.len();
        let rows = pl::IdxCa::from_vec("".into(), rows);
        let mut columns = frame.columns()[..self.kept]
            .iter()
            .map(|c| c.take(&rows))
            .collect::<pl::PolarsResult<Vec<_>>>()?;
        for (column, values) in self.outputs.iter().zip(values) {
            let converted = values.into_iter().map(|v| convert(&v, column.ty));
            columns.push(from_values(&column.name, column.ty, converted));
        }
        if let Some(name) = &self.index {
            columns.push(pl::Column::new(name.as_str().into(), index));
        }
        pl::DataFrame::new(height, columns)
    }
}

/// The elements of a dynamic value.
fn elements(value: Value, pairs: bool) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items,
        Value::Bag(members) if pairs => {
            members.into_iter().map(|(k, v)| Value::Array(vec![Value::String(k), v])).collect()
        }
        Value::Bag(members) => members.into_iter().map(|m| Value::Bag(vec![m])).collect(),
        scalar => vec![scalar],
    }
}
