//! `rolling_percentile(ValueColumn, Percentile, IndexColumn, BinSize, BinsPerWindow, [dimension...])`: the
//! percentile of the values in a window of bins that ends at each bin.
//!
//! Trap: bins begin where `bin()` has them.

use super::{Bind, Evaluate, Plugin, arguments};
use crate::functions::plugins::ROLLING_PERCENTILE;
use crate::kql::bind::{Binder, NO_COLUMNS, Relation, Row, extend};
use crate::plan::{CallArgument, Plan};
use crate::source::Span;
use crate::types::{Column, Schema, Type};

pub const PLUGINS: &[Plugin] = &[Plugin {
    name: "rolling_percentile",
    signature: "(ValueColumn: summable, Percentile: number, IndexColumn: orderable, BinSize: scalar, BinsPerWindow: long, [dim: scalar...])",
    doc: "For each bin, the percentile of the values in the window of bins that ends there.",
    bind: Bind::Table(bind),
}];

fn bind(b: &mut Binder<'_>, op: &Evaluate, input: Relation, span: Span) -> Option<Relation> {
    let [value, percentile, index, size, length, dimensions @ ..] = op.args.as_slice() else {
        return b.error(span, format!("`rolling_percentile` is rolling_percentile{}", PLUGINS[0].signature));
    };
    let schema = input.schema().clone();
    let value = arguments::column(b, &value.value, &schema, "what is measured")?;
    let index = arguments::column(b, &index.value, &schema, "the index")?;
    let dimensions: Vec<usize> = dimensions
        .iter()
        .map(|d| arguments::column(b, &d.value, &schema, "a dimension"))
        .collect::<Option<_>>()?;
    let percentile = arguments::constant(b, &percentile.value, Type::Real, "the percentile")?;
    let bins = arguments::constant(b, &length.value, Type::Long, "the number of bins")?;
    if bins.as_i64().is_none_or(|n| n < 1) {
        return b.error(length.value.span, "a window has at least one bin");
    }
    let size = b.expr(&size.value, &Row::new(&NO_COLUMNS))?;
    let Some(step) = size.as_literal().cloned() else {
        return b.unsupported(size.span, "the size of a bin has to be a constant here");
    };
    let (at, place) = (schema.columns[index].clone(), schema.len());
    let bin = b.apply("bin", vec![arguments::of_column(index, &schema), size], span)?;
    let measured = schema.columns[value].clone();
    let label = percentile.to_text();
    let label = label.strip_suffix(".0").unwrap_or(&label).replace('.', "_");
    let mut output = Schema::new(vec![Column::new(at.name.as_str(), bin.ty)]);
    for dimension in &dimensions {
        let column = &schema.columns[*dimension];
        output.columns.push(Column::new(output.unique(&column.name), column.ty));
    }
    let name = format!("rolling_{}_percentile_{}_{label}", bins.to_text(), measured.name);
    output.columns.push(Column::new(output.unique(&name), measured.ty));
    let binned = extend(input, vec![(schema.unique("_auk_bin"), bin)]);
    let column = |column: usize| CallArgument::Column { input: 0, column };
    let mut args = vec![column(value), CallArgument::Value(percentile), column(place)];
    args.extend([step, bins].map(CallArgument::Value));
    args.extend(dimensions.into_iter().map(column));
    let inputs = vec![binned.plan];
    Some(Relation::new(Plan::Call { function: &ROLLING_PERCENTILE, inputs, args, schema: output }))
}
