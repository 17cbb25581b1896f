//! One aggregate over the columns of a frame: by Polars itself, over the cells, or by its accumulator.
//!
//! Trap: the accumulator of a group sees its rows one after the other in the order of the input, and is
//! never merged with another.

use polars::prelude as pl;
use rayon::prelude::*;

use super::super::column::{Cells, from_values};
use super::super::error::{Error, Result};
use super::super::expr::Scope;
use super::super::kernel::Lowered;
use super::super::{Failure, Lowering, kernel};
use super::groups::Groups;
use super::native::Native;
use super::partial::Fold;
use super::quick::{self, Cache};
use crate::functions::{Accumulator, AggregateBody};
use crate::plan::AggregateCall;
use crate::types::Type;
use crate::value::Value;

/// What stops `make_list` and `make_set`.
const MOST: usize = 1_048_576;

/// The columns that a grouping works on; equal expressions are one column.
#[derive(Default)]
pub struct Columns(Vec<(pl::Expr, String)>);

impl Columns {
    pub fn name(&mut self, expr: pl::Expr, name: &str) {
        self.0.push((expr, name.to_string()));
    }

    /// The name of a column that holds the expression.
    fn place(&mut self, expr: pl::Expr) -> String {
        if let Some((_, name)) = self.0.iter().find(|(e, name)| *e == expr && name.starts_with('\u{1}')) {
            return name.clone();
        }
        let name = format!("\u{1}{}", self.0.len());
        self.0.push((expr, name.clone()));
        name
    }

    pub fn exprs(self) -> Vec<pl::Expr> {
        self.0.into_iter().map(|(expr, name)| expr.alias(name.as_str())).collect()
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

/// One aggregate.
pub struct Gather {
    name: &'static str,
    make: fn() -> Box<dyn Accumulator>,
    args: Vec<Argument>,
    filter: Option<String>,
    output: String,
    ty: Type,
}

impl Lowering<'_> {
    /// An aggregate, with its arguments among the columns of the frame to be grouped.
    pub fn gather(
        &self,
        call: &AggregateCall,
        output: &str,
        scope: Scope<'_>,
        columns: &mut Columns,
    ) -> Result<Gather> {
        let AggregateBody::Accumulator(make) = call.function.body else {
            return Err(match call.function.body {
                AggregateBody::Refused(why) => Error::unsupported(format!("{}: {why}", call.function.name)),
                _ => Error::internal(format!("{}() reached the execution", call.function.name)),
            });
        };
        let mut args = Vec::new();
        for arg in &call.args {
            args.push(match self.lowered(arg, scope)? {
                Lowered::Constant(value) => Argument::Constant(value, arg.ty),
                lowered => Argument::Column(columns.place(lowered.into_expr(arg.ty)), arg.ty),
            });
        }
        let filter = match &call.filter {
            Some(filter) => Some(columns.place(self.expr(filter, scope)?)),
            None => None,
        };
        Ok(Gather { name: call.function.name, make, args, filter, output: output.to_string(), ty: call.ty })
    }
}

impl Gather {
    /// The aggregate as Polars computes it within a group, if it does.
    pub fn native(&self, failure: &Failure) -> Option<pl::Expr> {
        let arg = match self.args.first() {
            Some(Argument::Column(name, ty)) => Some((super::column(name), *ty)),
            _ => None,
        };
        if self.args.len() > 1 && self.name != "dcount" {
            return None;
        }
        let filter = self.filter.as_ref().map(|f| super::column(f));
        let native = Native { name: self.name, arg, filter, returns: self.ty, failure };
        Some(native.expr()?.alias(self.output.as_str()))
    }

    /// How the aggregate is worked out of parts of a group, and of which column of the frame.
    pub fn fold(&self) -> Option<(Fold, Option<String>)> {
        let integer = |ty: &Type| matches!(ty, Type::Long | Type::Datetime | Type::Timespan);
        match (self.name, self.args.as_slice(), &self.filter) {
            ("count", [], filter) => Some((Fold::Count, filter.clone())),
            ("min", [Argument::Column(name, ty)], None) if integer(ty) => {
                Some((Fold::Least, Some(name.clone())))
            }
            ("max", [Argument::Column(name, ty)], None) if integer(ty) => {
                Some((Fold::Greatest, Some(name.clone())))
            }
            _ => None,
        }
    }

    pub fn output(&self) -> &str {
        &self.output
    }

    pub fn ty(&self) -> Type {
        self.ty
    }

    /// The rows that count, if the aggregate only counts them; `Some(None)` for all rows.
    pub fn counts(&self, frame: &pl::DataFrame) -> pl::PolarsResult<Option<Option<pl::BooleanChunked>>> {
        let counts = self.name == "count" && self.args.is_empty() && self.ty == Type::Long;
        if counts { self.filter(frame).map(Some) } else { Ok(None) }
    }

    /// The aggregate of each group as a column.
    pub fn column(
        &self,
        frame: &pl::DataFrame,
        groups: &Groups,
        now: i64,
        failure: &Failure,
        cache: &mut Cache,
    ) -> pl::PolarsResult<pl::Column> {
        let quick = match self.chosen(frame, groups, cache)? {
            Some(column) => Some(column),
            None => self.gathered(frame, groups)?,
        };
        match quick {
            Some(column) => Ok(column.with_name(self.output.as_str().into())),
            None => {
                let values = self.run(frame, groups, now, failure)?;
                Ok(from_values(&self.output, self.ty, values.into_iter()))
            }
        }
    }

    /// Through the row that is chosen in each group, if the aggregate chooses one.
    fn chosen(
        &self,
        frame: &pl::DataFrame,
        groups: &Groups,
        cache: &mut Cache,
    ) -> pl::PolarsResult<Option<pl::Column>> {
        let Some((choice, given)) = quick::choice(self.name, self.args.len()) else { return Ok(None) };
        let (Argument::Column(by, by_type), Argument::Column(given, ty)) = (&self.args[0], &self.args[given])
        else {
            return Ok(None);
        };
        if *ty != self.ty {
            return Ok(None);
        }
        let key = (choice, by.clone(), self.filter.clone());
        if !cache.contains_key(&key) {
            let filter = self.filter(frame)?;
            let passes = |row: usize| passes(filter.as_ref(), row);
            let cells = Cells::of_series(frame.column(by)?.as_materialized_series(), *by_type)?;
            let Some(rows) = quick::choose(choice, &cells, groups, &passes) else { return Ok(None) };
            cache.insert(key.clone(), rows);
        }
        match cache.get(&key) {
            Some(rows) => quick::taken(frame.column(given)?, *ty, rows).map(Some),
            None => Ok(None),
        }
    }

    fn gathered(&self, frame: &pl::DataFrame, groups: &Groups) -> pl::PolarsResult<Option<pl::Column>> {
        let cells = match self.args.first() {
            Some(Argument::Column(name, ty)) => {
                Some(Cells::of_series(frame.column(name)?.as_materialized_series(), *ty)?)
            }
            _ => None,
        };
        let most = match self.args.get(1) {
            None => MOST,
            Some(Argument::Constant(size, _)) => {
                size.as_i64().map_or(MOST, |n| usize::try_from(n).unwrap_or(0).min(MOST))
            }
            Some(Argument::Column(..)) if self.name != "dcount" => return Ok(None),
            Some(Argument::Column(..)) => MOST,
        };
        let filter = self.filter(frame)?;
        Ok(quick::gathered(self.name, cells.as_ref(), most, groups, &|row| passes(filter.as_ref(), row)))
    }

    fn filter(&self, frame: &pl::DataFrame) -> pl::PolarsResult<Option<pl::BooleanChunked>> {
        let Some(name) = &self.filter else { return Ok(None) };
        let column = frame.column(name)?.as_materialized_series().rechunk();
        Ok(Some(column.cast(&pl::DataType::Boolean)?.bool()?.clone()))
    }

    /// The aggregate of each group, by its accumulator.
    pub fn run(
        &self,
        frame: &pl::DataFrame,
        groups: &Groups,
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
        let filter = self.filter(frame)?;
        let types: Vec<Type> = self.args.iter().map(Argument::ty).collect();
        groups
            .par_iter()
            .map(|group| {
                let cx = kernel::context(now, self.ty, &types);
                let mut accumulator = (self.make)();
                let mut args: Vec<Value> = vec![Value::Null; cells.len()];
                for row in group.iter().map(|r| *r as usize).filter(|r| passes(filter.as_ref(), *r)) {
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

/// Does a row count?
fn passes(filter: Option<&pl::BooleanChunked>, row: usize) -> bool {
    filter.is_none_or(|f| f.get(row) == Some(true))
}
