//! `Call`: a table function over whole inputs.
//!
//! Its inputs are run first, with the columns that it looks at and those that are handed on; the latter
//! are taken by row number and never turned into values.
//!
//! Trap: the rows of the answer stand in the order that the function gave.

use polars::prelude as pl;
use polars::prelude::{IntoColumn, IntoLazy, NewChunkedArray};

use super::super::column::{Cells, from_values};
use super::super::error::{Error, Result};
use super::super::{Lowering, needs::Needs};
use crate::functions::{Called, Cx, Picked, TableCall, TableValue};
use crate::plan::{CallArgument, Plan};
use crate::types::{Schema, Type};
use crate::value::Value;

impl Lowering<'_> {
    pub fn table_function(&self, plan: &Plan, wanted: &[Needs], needs: &Needs) -> Result<pl::LazyFrame> {
        let Plan::Call { function, inputs, args, schema } = plan else {
            return Err(Error::internal("no table function"));
        };
        if self.dry {
            return self.explained(inputs, wanted, schema);
        }
        let mut frames = Vec::new();
        for (input, needs) in inputs.iter().zip(wanted) {
            let frame = self.node(input, needs)?.select(super::wanted(input.schema(), needs));
            frames.push(self.collect(frame)?);
        }
        let args = args.iter().map(|arg| argument(arg, inputs, &frames)).collect::<Result<_>>()?;
        let heights = frames.iter().map(pl::DataFrame::height).collect();
        let cx = Cx::new(self.env.now, Type::Dynamic);
        let called = (function.run)(&TableCall { args, heights, schema }, &cx);
        if let Some(message) = cx.failure() {
            return Err(Error::runtime(format!("{}: {message}", function.name)));
        }
        let frame = match called {
            Called::Rows(rows) => own_rows(schema, rows)?,
            Called::Picked(picked) => picked_rows(inputs, &frames, picked, schema, needs)?,
        };
        Ok(frame.lazy())
    }

    /// The inputs under an opaque step: what `explain` shows.
    fn explained(&self, inputs: &[Plan], wanted: &[Needs], schema: &Schema) -> Result<pl::LazyFrame> {
        let physical = super::physical(schema, &Needs::all(schema));
        let empty = pl::DataFrame::empty_with_schema(&physical);
        let frames = inputs.iter().zip(wanted).map(|(input, needs)| self.node(input, needs));
        let Some(first) = frames.collect::<Result<Vec<_>>>()?.into_iter().next() else {
            return Ok(empty.lazy());
        };
        let run = move |_: pl::DataFrame| Ok(empty.clone());
        Ok(super::pass(first, "call", physical, run))
    }
}

fn argument(arg: &CallArgument, inputs: &[Plan], frames: &[pl::DataFrame]) -> Result<TableValue> {
    let (input, column) = match arg {
        CallArgument::Value(value) => return Ok(TableValue::Value(value.clone())),
        CallArgument::Column { input, column } => (*input, *column),
    };
    let frame = frames.get(input).ok_or_else(|| Error::internal("no such input"))?;
    let column = inputs.get(input).and_then(|plan| plan.column(column));
    let column = column.ok_or_else(|| Error::internal("no such column"))?;
    let cells = Cells::new(frame.column(&column.name)?, column.ty)?;
    Ok(TableValue::Column((0..frame.height()).map(|row| cells.get(row)).collect()))
}

fn own_rows(schema: &Schema, rows: Vec<Vec<Value>>) -> Result<pl::DataFrame> {
    let height = rows.len();
    let mut columns: Vec<Vec<Value>> = schema.columns.iter().map(|_| Vec::with_capacity(height)).collect();
    for row in rows {
        columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
    }
    if schema.is_empty() {
        return Ok(super::no_columns(height)?);
    }
    let made = schema.columns.iter().zip(columns);
    let made = made.map(|(column, values)| from_values(&column.name, column.ty, values.into_iter()));
    Ok(pl::DataFrame::new(height, made.collect())?)
}

fn picked_rows(
    inputs: &[Plan],
    frames: &[pl::DataFrame],
    picked: Picked,
    schema: &Schema,
    needs: &Needs,
) -> Result<pl::DataFrame> {
    let height = picked.rows.first().map_or(0, Vec::len);
    let (mut columns, mut first) = (Vec::new(), 0);
    for ((input, frame), rows) in inputs.iter().zip(frames).zip(&picked.rows) {
        let rows = pl::IdxCa::from_iter_options("".into(), rows.iter().copied());
        for (at, column) in input.schema().columns.iter().enumerate() {
            let Some(output) = schema.columns.get(first + at).filter(|_| needs.wants(first + at)) else {
                continue;
            };
            let mut taken = frame.column(&column.name)?.take(&rows)?;
            if column.ty == Type::String && rows.null_count() > 0 {
                let text = taken.str()?.clone();
                taken = pl::StringChunked::from_iter_values(
                    "".into(),
                    text.iter().map(|t| t.unwrap_or_default()),
                )
                .into_column();
            }
            columns.push(taken.with_name(output.name.as_str().into()));
        }
        first += input.schema().len();
    }
    for (column, values) in schema.columns.iter().skip(first).zip(picked.added) {
        columns.push(from_values(&column.name, column.ty, values.into_iter()));
    }
    if columns.is_empty() { Ok(super::no_columns(height)?) } else { Ok(pl::DataFrame::new(height, columns)?) }
}
