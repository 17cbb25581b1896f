//! `Window`: functions that look at the rows before and after, one pass over the whole frame.
//!
//! Trap: within segments each segment is a table of its own; the rows keep their places all the same.

use polars::prelude as pl;
use polars::prelude::{ChunkShiftFill, IntoColumn};

use super::super::Lowering;
use super::super::column::{Cells, from_values};
use super::super::error::Result;
use super::super::needs::{Needs, operands};
use super::{groups, quick};
use crate::plan::{Expr, Plan, WindowCall, WindowFunction};
use crate::types::{Column, Schema, Type};
use crate::value::Value;

impl Lowering<'_> {
    pub fn window(
        &self,
        input: &Plan,
        wanted: &Needs,
        calls: &[WindowCall],
        segment: &[usize],
        schema: &Schema,
    ) -> Result<pl::LazyFrame> {
        let scope = super::scope(input.schema(), wanted);
        let width = input.schema().len();
        let mut exprs = super::wanted(input.schema(), wanted);
        let kept = exprs.len();
        let mut place = |expr: Option<&Expr>| -> Result<Option<(String, Type)>> {
            let Some(expr) = expr else { return Ok(None) };
            let name = format!("\u{1}{}", exprs.len());
            exprs.push(self.expr(expr, scope)?.alias(name.as_str()));
            Ok(Some((name, expr.ty)))
        };
        let mut passes = Vec::new();
        for (call, output) in calls.iter().zip(&schema.columns[width..]) {
            let (value, restart) = operands(&call.function);
            let pass = Pass {
                function: call.function.clone(),
                value: place(value)?,
                restart: place(restart)?.map(|(name, _)| name),
                output: output.clone(),
            };
            passes.push(pass);
        }
        let segment: Vec<String> =
            segment.iter().filter_map(|i| input.column(*i)).map(|c| c.name.clone()).collect();
        let mut of_output = wanted.clone();
        of_output.add(width..schema.len());
        let physical = super::physical(schema, &of_output);
        // What is passed over has its columns in the order that was told.
        let names: Vec<String> = physical.iter_names().map(ToString::to_string).collect();
        let frame = self.node(input, wanted)?.select(exprs);
        Ok(super::pass(frame, "window", physical, move |frame| {
            let groups = groups::groups(&frame, &segment)?;
            let mut columns = frame.columns()[..kept].to_vec();
            for pass in &passes {
                columns.push(pass.run(&frame, &groups)?);
            }
            if width == 0 {
                columns.remove(0);
            }
            pl::DataFrame::new(frame.height(), columns)?.select(names.iter().map(String::as_str))
        }))
    }
}

/// One call, over the columns that hold its operands.
struct Pass {
    function: WindowFunction,
    value: Option<(String, Type)>,
    restart: Option<String>,
    output: Column,
}

impl Pass {
    fn run(&self, frame: &pl::DataFrame, groups: &[Vec<pl::IdxSize>]) -> pl::PolarsResult<pl::Column> {
        let column = match (&self.function, &self.value, &self.restart) {
            (WindowFunction::RowNumber { start, .. }, _, None) => numbered(*start, frame.height(), groups),
            (WindowFunction::Shift { offset, default, .. }, Some((name, ty)), _)
                if *ty == self.output.ty && *default == Value::missing(*ty) =>
            {
                shifted(frame.column(name)?, *ty, *offset, groups)?
            }
            _ => return self.each(frame, groups),
        };
        Ok(column.with_name(self.output.name.as_str().into()))
    }

    /// By values, a row at a time.
    fn each(&self, frame: &pl::DataFrame, groups: &[Vec<pl::IdxSize>]) -> pl::PolarsResult<pl::Column> {
        let mut results = vec![Value::Null; frame.height()];
        let value = match &self.value {
            Some((name, ty)) => Cells::new(frame.column(name)?, *ty)?,
            None => Cells::Constant(Value::Null),
        };
        let restart = match &self.restart {
            Some(name) => Cells::new(frame.column(name)?, Type::Bool)?,
            None => Cells::Constant(Value::Bool(false)),
        };
        for group in groups {
            let mut state = State::new(&self.function, self.output.ty);
            for (at, row) in group.iter().enumerate() {
                let row = *row as usize;
                results[row] = match &self.function {
                    WindowFunction::Shift { offset, default, .. } => {
                        let from = (at as i64).checked_sub(*offset).and_then(|i| usize::try_from(i).ok());
                        let from = from.and_then(|i| group.get(i));
                        from.map_or_else(|| default.clone(), |r| value.get(*r as usize))
                    }
                    _ => state.next(value.get(row), restart.get(row) == Value::Bool(true)),
                };
            }
        }
        Ok(from_values(&self.output.name, self.output.ty, results.into_iter()))
    }
}

/// `row_number()` without a restart.
fn numbered(start: i64, height: usize, groups: &[Vec<pl::IdxSize>]) -> pl::Column {
    let mut numbers = vec![0_i64; height];
    for group in groups {
        for (row, number) in group.iter().zip(0_i64..) {
            numbers[*row as usize] = start.wrapping_add(number);
        }
    }
    pl::Column::new("".into(), numbers)
}

/// `prev()` or `next()`, with a missing value where there is no such row.
fn shifted(
    column: &pl::Column,
    ty: Type,
    offset: i64,
    groups: &[Vec<pl::IdxSize>],
) -> pl::PolarsResult<pl::Column> {
    if groups.len() == 1 {
        // All rows, in order.
        let series = column.as_materialized_series();
        return Ok(match ty {
            Type::String => series.str()?.shift_and_fill(offset, Some("")).into_column().rechunk(),
            _ => series.shift(offset).rechunk().into(),
        });
    }
    let mut from: Vec<Option<pl::IdxSize>> = vec![None; column.len()];
    for group in groups {
        let by = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX).min(group.len());
        let (earlier, later) = (&group[..group.len() - by], &group[by..]);
        let (sources, rows) = if offset >= 0 { (earlier, later) } else { (later, earlier) };
        for (source, row) in sources.iter().zip(rows) {
            from[*row as usize] = Some(*source);
        }
    }
    quick::taken(column, ty, &from)
}

/// Where a running function stands.
struct State<'f> {
    function: &'f WindowFunction,
    ty: Type,
    /// Rows seen since the start or the last restart.
    seen: i64,
    rank: i64,
    sum: Value,
    previous: Value,
    session: Value,
}

impl<'f> State<'f> {
    fn new(function: &'f WindowFunction, ty: Type) -> State<'f> {
        let null = Value::Null;
        State { function, ty, seen: 0, rank: 0, sum: null.clone(), previous: null.clone(), session: null }
    }

    fn next(&mut self, value: Value, restart: bool) -> Value {
        if restart {
            *self = State::new(self.function, self.ty);
        }
        self.seen += 1;
        match self.function {
            WindowFunction::RowNumber { start, .. } => Value::Long(start.wrapping_add(self.seen - 1)),
            WindowFunction::CumulativeSum { .. } => {
                self.sum = add(&self.sum, &value, self.ty);
                self.sum.clone()
            }
            WindowFunction::RankDense { .. } => {
                self.rank += i64::from(self.seen == 1 || value.total_cmp(&self.previous).is_ne());
                self.previous = value;
                Value::Long(self.rank)
            }
            WindowFunction::RankMin { .. } => {
                if self.seen == 1 || value.total_cmp(&self.previous).is_ne() {
                    self.rank = self.seen;
                }
                self.previous = value;
                Value::Long(self.rank)
            }
            WindowFunction::Session { from_first, between, .. } => self.session(value, *from_first, *between),
            WindowFunction::Shift { .. } => Value::Null,
        }
    }

    /// The start of the session that `value` is in.
    fn session(&mut self, value: Value, from_first: i64, between: i64) -> Value {
        let far = |from: &Value, limit: i64| match (from.as_i64(), value.as_i64()) {
            (Some(from), Some(now)) => now >= from.saturating_add(limit),
            _ => true,
        };
        if far(&self.session, from_first) || far(&self.previous, between) {
            self.session = value.clone();
        }
        self.previous = value;
        self.session.clone()
    }
}

/// A running sum; null adds nothing.
fn add(sum: &Value, value: &Value, ty: Type) -> Value {
    match (sum, value) {
        (Value::Null, Value::Null) => match ty {
            Type::Real => Value::Real(0.0),
            Type::Int => Value::Int(0),
            Type::Timespan => Value::Timespan(0),
            Type::Decimal => Value::Decimal(crate::decimal::Decimal::from_i64(0)),
            _ => Value::Long(0),
        },
        (Value::Null, v) | (v, Value::Null) => v.clone(),
        (Value::Int(a), Value::Int(b)) => Value::Int(a.wrapping_add(*b)),
        (Value::Decimal(a), Value::Decimal(b)) => a.checked_add(*b).map_or(Value::Null, Value::Decimal),
        (Value::Real(a), Value::Real(b)) => Value::Real(a + b),
        _ => {
            let total = sum.as_i64().unwrap_or(0).wrapping_add(value.as_i64().unwrap_or(0));
            if ty == Type::Timespan { Value::Timespan(total) } else { Value::Long(total) }
        }
    }
}
