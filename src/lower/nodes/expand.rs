//! `Expand`: a row per element of an array, as `mv-expand` and `mv-apply` need it.
//!
//! Several arrays go side by side, the shorter ones padded with null. Elements are cut out of the JSON text
//! as they stand.
//!
//! Trap: a bag gives its members, each as a bag of one or as `[key, value]`. A null gives a row, an empty array none.

use std::borrow::Cow;

use polars::prelude as pl;
use polars::prelude::{IntoColumn, NewChunkedArray};

use super::super::column::from_values;
use super::super::error::{Error, Result};
use super::super::path::text_of;
use super::super::{Lowering, needs::Needs};
use super::column;
use crate::functions::convert;
use crate::json;
use crate::plan::Plan;
use crate::types::{Column, Type};
use crate::value::Value;

impl Lowering<'_> {
    pub fn expand(&self, plan: &Plan, wanted: &Needs, needs: &Needs) -> Result<pl::LazyFrame> {
        let Plan::Expand { input, columns, index, limit, bags_as_pairs, schema } = plan else {
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
}

impl Shape {
    fn run(&self, frame: &pl::DataFrame) -> pl::PolarsResult<pl::DataFrame> {
        let sources: Vec<pl::Series> =
            frame.columns()[self.kept..].iter().map(|c| c.as_materialized_series().rechunk()).collect();
        let sources = sources.iter().map(|s| s.str()).collect::<pl::PolarsResult<Vec<_>>>()?;
        let (mut rows, mut index) = (Vec::new(), Vec::new());
        let mut values: Vec<Vec<Option<Cow<'_, str>>>> = vec![Vec::new(); sources.len()];
        for row in 0..frame.height() {
            let starts = values.first().map_or(0, Vec::len);
            let mut longest = 0;
            for (source, column) in sources.iter().zip(&mut values) {
                match source.get(row) {
                    Some(text) => elements(text, self.pairs, self.limit, column),
                    None => column.extend((self.limit > 0).then_some(None)),
                }
                longest = longest.max(column.len() - starts);
            }
            values.iter_mut().for_each(|column| column.resize(starts + longest, None));
            rows.extend(std::iter::repeat_n(row as pl::IdxSize, longest));
            index.extend(0..longest as i64);
        }
        let height = rows.len();
        let rows = pl::IdxCa::from_vec("".into(), rows);
        let mut columns = frame.columns()[..self.kept]
            .iter()
            .map(|c| c.take(&rows))
            .collect::<pl::PolarsResult<Vec<_>>>()?;
        columns.extend(self.outputs.iter().zip(&values).map(|(column, values)| converted(column, values)));
        if let Some(name) = &self.index {
            columns.push(pl::Column::new(name.as_str().into(), index));
        }
        pl::DataFrame::new(height, columns)
    }
}

/// Elements, as the JSON that they are, in the type of their column.
fn converted(column: &Column, values: &[Option<Cow<'_, str>>]) -> pl::Column {
    let name = column.name.as_str();
    match column.ty {
        Type::Dynamic => {
            let texts = values.iter().map(Option::as_deref);
            pl::StringChunked::from_iter_options(name.into(), texts).into_column()
        }
        Type::String => {
            let texts =
                values.iter().map(|v| v.as_deref().map_or(Cow::Borrowed(""), |raw| text_of(raw, true)));
            pl::StringChunked::from_iter_values(name.into(), texts).into_column()
        }
        ty => {
            let parsed = values.iter().map(|v| v.as_deref().and_then(json::parse).unwrap_or(Value::Null));
            from_values(name, ty, parsed.map(|v| convert(&v, ty)))
        }
    }
}

/// Appends the elements of a dynamic value, at most `limit`.
fn elements<'t>(text: &'t str, pairs: bool, limit: usize, out: &mut Vec<Option<Cow<'t, str>>>) {
    let not_null = |raw: Cow<'t, str>| (raw != "null").then_some(raw);
    match text.as_bytes().first() {
        Some(b'[') => {
            let items = sonic_rs::to_array_iter(text).map_while(|item| item.ok());
            out.extend(items.take(limit).map(|item| not_null(item.as_raw_cow())));
        }
        Some(b'{') => {
            let members = sonic_rs::to_object_iter(text).map_while(|member| member.ok());
            out.extend(members.take(limit).map(|(key, value)| {
                let (open, between, close) = if pairs { ('[', ',', ']') } else { ('{', ':', '}') };
                let mut one = String::from(open);
                json::write_string(&key, &mut one);
                one.push(between);
                one.push_str(value.as_raw_str());
                one.push(close);
                Some(Cow::Owned(one))
            }));
        }
        // A scalar is an array of itself.
        _ => out.extend((limit > 0).then(|| not_null(Cow::Borrowed(text)))),
    }
}
