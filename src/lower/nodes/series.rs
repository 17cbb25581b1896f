//! `Series`: `make-series`, arrays of aggregates along an axis of equal steps.
//!
//! With `from` the bins start there; without it they are multiples of the step, from the first to the
//! last one that has data in the group. `to` is not part of the axis, unless `include_to`.
//!
//! Trap: a row before `from` or at and after `to` belongs to no series, not even its group does.

use std::collections::BTreeMap;

use polars::prelude as pl;

use super::super::column::{Cells, from_values};
use super::super::error::{Result, compute};
use super::super::{Failure, Lowering, needs::Needs};
use super::gather::{Columns, Gather};
use super::{column, groups, sort};
use crate::decimal::Decimal;
use crate::plan::{Plan, Series};
use crate::types::{Schema, Type};
use crate::value::Value;

/// The most elements of a series.
const LIMIT: i64 = 1 << 20;

impl Lowering<'_> {
    pub fn series(
        &self,
        input: &Plan,
        wanted: &Needs,
        series: &Series,
        schema: &Schema,
    ) -> Result<pl::LazyFrame> {
        let scope = super::scope(input.schema(), wanted);
        let keys = series.keys.len();
        let mut columns = Columns::default();
        for (key, output) in series.keys.iter().zip(&schema.columns) {
            columns.name(column(input.column(*key).map_or("", |c| c.name.as_str())), &output.name);
        }
        let mut values = Vec::new();
        for ((call, default), output) in series.values.iter().zip(&schema.columns[keys..]) {
            values.push((self.gather(call, &output.name, scope, &mut columns)?, default.clone()));
        }
        let axis_type = input.column(series.axis).map_or(Type::Datetime, |c| c.ty);
        columns.name(column(input.column(series.axis).map_or("", |c| c.name.as_str())), AXIS);
        let names: Vec<String> = schema.names().map(String::from).collect();
        let axis = Axis {
            ty: axis_type,
            from: series.from.clone(),
            to: series.to.clone(),
            step: series.step.clone(),
            include_to: series.include_to,
        };
        let builder = Builder { names, keys, values, axis, now: self.env.now, failure: self.failure.clone() };
        let frame = self.node(input, wanted)?.select(columns.exprs());
        let physical = super::physical(schema, &Needs::all(schema));
        let made = super::pass(frame, "make-series", physical, move |frame| builder.run(&frame));
        let order: Vec<_> = (0..keys).map(sort::ascending).collect();
        Ok(sort::sort_by(made, schema, None, &order))
    }
}

const AXIS: &str = "\u{1}axis";

/// Where the bins lie.
struct Axis {
    ty: Type,
    from: Option<Value>,
    to: Option<Value>,
    step: Value,
    include_to: bool,
}

impl Axis {
    /// The bin of a value, counted in steps from `from`, or from zero; null when it has none.
    fn bin(&self, value: &Value) -> Option<i64> {
        let inside_from = self.from.as_ref().is_none_or(|from| value.total_cmp(from).is_ge());
        let inside_to = self.to.as_ref().is_none_or(|to| {
            let order = value.total_cmp(to);
            order.is_lt() || self.include_to && order.is_eq()
        });
        if value.is_null() || !inside_from || !inside_to {
            return None;
        }
        match (value, &self.step) {
            (Value::Real(_) | Value::Decimal(_), step) | (_, step @ (Value::Real(_) | Value::Decimal(_))) => {
                let from = self.from.as_ref().and_then(Value::as_f64).unwrap_or(0.0);
                let bin = ((value.as_f64()? - from) / step.as_f64()?).floor();
                (bin.abs() < 9e15).then_some(bin as i64)
            }
            (value, step) => {
                let from = self.from.as_ref().and_then(Value::as_i64).unwrap_or(0);
                let step = step.as_i64().filter(|s| *s > 0)?;
                Some(value.as_i64()?.checked_sub(from)?.div_euclid(step))
            }
        }
    }

    /// The value at which a bin begins.
    fn at(&self, bin: i64) -> Value {
        let from = self.from.clone().unwrap_or(Value::Long(0));
        let integer = || {
            let [from, step] = [&from, &self.step].map(|v| i128::from(v.as_i64().unwrap_or(0)));
            let at = from + i128::from(bin) * step;
            i64::try_from(at).unwrap_or(if at < 0 { i64::MIN } else { i64::MAX })
        };
        let real = || from.as_f64().unwrap_or(0.0) + bin as f64 * self.step.as_f64().unwrap_or(0.0);
        match self.ty {
            Type::Datetime => Value::Datetime(integer()),
            Type::Timespan => Value::Timespan(integer()),
            Type::Decimal => Decimal::from_f64(real()).map_or(Value::Null, Value::Decimal),
            Type::Real => Value::Real(real()),
            _ if matches!(self.step, Value::Real(_)) => Value::Real(real()),
            _ => Value::Long(integer()),
        }
    }

    /// The first and the last bin of a series whose rows lie in `first..=last`.
    fn span(&self, first: i64, last: i64) -> pl::PolarsResult<(i64, i64)> {
        let first = if self.from.is_some() { 0 } else { first };
        let mut end = last;
        if let Some(to) = &self.to {
            // The last bin that begins before `to`.
            let before = |bin: i64| {
                let order = self.at(bin).total_cmp(to);
                order.is_lt() || self.include_to && order.is_eq()
            };
            let (mut low, mut high) = (first - 1, first + LIMIT);
            if before(high) {
                return Err(compute(format!("make-series would give more than {LIMIT} values")));
            }
            while high - low > 1 {
                let middle = low + (high - low) / 2;
                if before(middle) { low = middle } else { high = middle }
            }
            end = low;
        }
        if end.saturating_sub(first) >= LIMIT {
            return Err(compute(format!("make-series would give more than {LIMIT} values")));
        }
        Ok((first, end))
    }
}

struct Builder {
    names: Vec<String>,
    keys: usize,
    values: Vec<(Gather, Value)>,
    axis: Axis,
    now: i64,
    failure: Failure,
}

impl Builder {
    fn run(&self, frame: &pl::DataFrame) -> pl::PolarsResult<pl::DataFrame> {
        let cells = Cells::new(frame.column(AXIS)?, self.axis.ty)?;
        let mut firsts: Vec<Vec<pl::IdxSize>> = Vec::new();
        let mut series: Vec<Vec<Value>> = vec![Vec::new(); self.values.len() + 1];
        for group in groups::groups(frame, &self.names[..self.keys])? {
            let mut bins: BTreeMap<i64, Vec<pl::IdxSize>> = BTreeMap::new();
            for row in &group {
                if let Some(bin) = self.axis.bin(&cells.get(*row as usize)) {
                    bins.entry(bin).or_default().push(*row);
                }
            }
            let (Some(first), Some(last)) = (bins.keys().next(), bins.keys().next_back()) else { continue };
            let (first, last) =
                self.axis.span(*first, *last).inspect_err(|e| self.failure.set(&e.to_string()))?;
            firsts.push(group.clone());
            let slots: Vec<i64> = bins.keys().copied().collect();
            let rows: Vec<Vec<pl::IdxSize>> = bins.into_values().collect();
            for ((gather, default), arrays) in self.values.iter().zip(&mut series) {
                let found: BTreeMap<i64, Value> =
                    slots.iter().copied().zip(gather.run(frame, &rows, self.now, &self.failure)?).collect();
                let filled = (first..=last).map(|bin| found.get(&bin).unwrap_or(default).clone());
                arrays.push(Value::Array(filled.collect()));
            }
            if let Some(axes) = series.last_mut() {
                axes.push(Value::Array((first..=last).map(|bin| self.axis.at(bin)).collect()));
            }
        }
        let firsts_of = groups::firsts(&firsts);
        let mut columns = Vec::new();
        for key in &self.names[..self.keys] {
            columns.push(frame.column(key)?.take(&firsts_of)?);
        }
        for (name, values) in self.names[self.keys..].iter().zip(series) {
            columns.push(from_values(name, Type::Dynamic, values.into_iter()));
        }
        pl::DataFrame::new(firsts.len(), columns)
    }
}
