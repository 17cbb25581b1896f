//! `Aggregate`: a row per distinct combination of keys, ordered by the keys.
//!
//! The arguments are computed as columns; then each group's rows go to the functions' accumulators in
//! the order of the input.
//!
//! Trap: without keys there is always one row, also of no input.

use polars::prelude as pl;
use rayon::prelude::*;

use super::super::column::{Cells, from_values};
use super::super::error::{Error, Result};
use super::super::expr::Scope;
use super::super::{Failure, Lowering, kernel, needs::Needs};
use super::{column, groups, sort};
use crate::functions::{Accumulator, AggregateBody};
use crate::plan::{AggregateCall, Plan};
use crate::types::{Schema, Type};
use crate::value::Value;

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
        let frame = self.node(input, wanted)?;
        let scope = super::scope(input.schema(), wanted);
        let mut columns: Vec<pl::Expr> = keys
            .iter()
            .zip(&schema.columns)
            .filter_map(|(k, out)| Some(column(&input.column(*k)?.name).alias(out.name.as_str())))
            .collect();
        let mut gathers = Vec::new();
        let used = calls.iter().enumerate().filter(|(i, _)| needs.wants(keys.len() + i));
        for (i, call) in used {
            let output = &schema.columns[keys.len() + i];
            gathers.push(self.gather(call, &output.name, scope, &mut columns)?);
        }
        columns.push(column(scope.driver).alias("\u{1}driver"));
        let mut of_output = Needs::default();
        of_output.add((0..keys.len()).chain(needs.columns.iter().copied()));
        let names: Vec<String> = schema.names().take(keys.len()).map(String::from).collect();
        let (now, failure) = (self.env.now, self.failure.clone());
        let physical = super::physical(schema, &of_output);
        let grouped = super::pass(frame.select(columns), "aggregate", physical, move |frame| {
            grouped(&frame, &names, &gathers, now, &failure)
        });
        let order: Vec<_> = (0..keys.len()).map(sort::ascending).collect();
        Ok(sort::sort_by(grouped, schema, None, &order))
    }

    /// An aggregate's arguments as columns of the frame to be grouped.
    pub fn gather(
        &self,
        call: &AggregateCall,
        output: &str,
        scope: Scope<'_>,
        columns: &mut Vec<pl::Expr>,
    ) -> Result<Gather> {
        let AggregateBody::Accumulator(make) = call.function.body else {
            return Err(match call.function.body {
                AggregateBody::Refused(why) => Error::unsupported(format!("{}: {why}", call.function.name)),
                _ => Error::internal(format!("{}() reached the execution", call.function.name)),
            });
        };
        let place = |expr: pl::Expr, columns: &mut Vec<pl::Expr>| {
            let name = format!("\u{1}{}", columns.len());
            columns.push(expr.alias(name.as_str()));
            name
        };
        let mut args = Vec::new();
        for arg in &call.args {
            args.push(match self.lowered(arg, scope)? {
                kernel::Lowered::Constant(value) => Argument::Constant(value, arg.ty),
                lowered => Argument::Column(place(lowered.into_expr(arg.ty), columns), arg.ty),
            });
        }
        let filter = match &call.filter {
            Some(filter) => Some(place(self.expr(filter, scope)?, columns)),
            None => None,
        };
        Ok(Gather { make, args, filter, output: output.to_string(), ty: call.ty })
    }
}

enum Argument {
    Constant(Value, Type),
    Column(String, Type),
}

impl Argument {
    fn ty(&self) -> Type {
        match self {
            Argument::Constant(_, ty) | Argument::Column(_, ty) => *ty,
        }
    }
}

/// One aggregate over the columns of a frame.
pub struct Gather {
    make: fn() -> Box<dyn Accumulator>,
    args: Vec<Argument>,
    filter: Option<String>,
    output: String,
    pub ty: Type,
}

impl Gather {
    /// The aggregate of each group of rows.
    pub fn run(
        &self,
        frame: &pl::DataFrame,
        groups: &[Vec<pl::IdxSize>],
        now: i64,
        failure: &Failure,
    ) -> pl::PolarsResult<Vec<Value>> {
        let cells = self
            .args
            .iter()
            .map(|arg| match arg {
                Argument::Constant(value, _) => Ok(Cells::Constant(value.clone())),
                Argument::Column(name, ty) => Cells::new(frame.column(name)?, *ty),
            })
            .collect::<pl::PolarsResult<Vec<Cells>>>()?;
        let filter = self.filter.as_ref().map(|f| Cells::new(frame.column(f)?, Type::Bool)).transpose()?;
        let types: Vec<Type> = self.args.iter().map(Argument::ty).collect();
        let passes = |row: usize| filter.as_ref().is_none_or(|f| f.get(row) == Value::Bool(true));
        groups
            .par_iter()
            .map(|group| {
                let cx = kernel::context(now, self.ty, &types);
                let mut accumulator = (self.make)();
                let mut args: Vec<Value> = vec![Value::Null; cells.len()];
                for row in group.iter().map(|r| *r as usize).filter(|r| passes(*r)) {
                    for (slot, cells) in args.iter_mut().zip(&cells) {
                        *slot = cells.get(row);
                    }
                    accumulator.add(&args, &cx);
                }
                let value = accumulator.finish(&cx);
                kernel::check(&cx, failure)?;
                Ok(value)
            })
            .collect()
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
    for gather in gathers {
        let values = gather.run(frame, &groups, now, failure)?;
        columns.push(from_values(&gather.output, gather.ty, values.into_iter()));
    }
    if columns.is_empty() {
        return super::no_columns(groups.len());
    }
    pl::DataFrame::new(groups.len(), columns)
}
