//! `Call`: a table function over the rows of its inputs.
//!
//! Trap: what the function means is its own; that the right columns reach it, and that the rows it picks
//! come out whole, is what is looked at here.

use auk::functions::{Called, TableCall, TableFunction, TableValue};
use auk::plan::{CallArgument, Plan};
use auk::types::{Schema, Type};
use auk::value::Value;

use super::{Oracle, Row};

impl Oracle<'_> {
    pub(super) fn call(
        &self,
        function: &TableFunction,
        inputs: &[Plan],
        args: &[CallArgument],
        schema: &Schema,
    ) -> Result<Vec<Row>, String> {
        let tables: Vec<Vec<Row>> = inputs.iter().map(|p| self.rows(p)).collect::<Result<_, _>>()?;
        let value = |arg: &CallArgument| match arg {
            CallArgument::Value(value) => TableValue::Value(value.clone()),
            CallArgument::Column { input, column } => {
                TableValue::Column(tables[*input].iter().map(|row| row[*column].clone()).collect())
            }
        };
        let args = args.iter().map(value).collect();
        let heights = tables.iter().map(Vec::len).collect();
        let run = |cx: &_| (function.run)(&TableCall { args, heights, schema }, cx);
        match self.with_cx(Type::Dynamic, &[], run) {
            Called::Rows(rows) => Ok(rows),
            Called::Picked(picked) => {
                let mut out = vec![Row::new(); picked.rows.first().map_or(0, Vec::len)];
                for ((plan, rows), picks) in inputs.iter().zip(&tables).zip(&picked.rows) {
                    let missing: Row = plan.schema().columns.iter().map(|c| Value::missing(c.ty)).collect();
                    for (row, pick) in out.iter_mut().zip(picks) {
                        row.extend(pick.map_or(missing.clone(), |at| rows[at as usize].clone()));
                    }
                }
                for added in picked.added {
                    out.iter_mut().zip(added).for_each(|(row, cell)| row.push(cell));
                }
                Ok(out)
            }
        }
    }
}
