//! `Series`: `make-series`, arrays of aggregates along an axis of equal steps.
//!
//! With `from` the bins start there; without it they are multiples of the step, from the first to the
//! last one that has data in the group. `to` is not part of the axis, unless `include_to`.
//!
//! Trap: a row before `from` or at and after `to` belongs to no series, not even its group does.

use std::collections::{BTreeMap, HashMap};

use polars::prelude as pl;
use polars::prelude::{IntoColumn, NewChunkedArray};
use rayon::prelude::*;

use super::super::column::Cells;
use super::super::error::{Result, compute};
use super::super::{Failure, Lowering, needs::Needs};
use super::gather::{Columns, Gather};
use super::quick::Cache;
use super::{column, groups, sort};
use crate::decimal::Decimal;
use crate::json;
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
        needs: &Needs,
    ) -> Result<pl::LazyFrame> {
        let scope = super::scope(input.schema(), wanted);
        let keys = series.keys.len();
        let mut columns = Columns::default();
        for (key, output) in series.keys.iter().zip(&schema.columns) {
            columns.name(column(input.column(*key).map_or("", |c| c.name.as_str())), &output.name);
        }
        let mut values = Vec::new();
        let wanted_values = series
            .values
            .iter()
            .zip(&schema.columns[keys..])
            .enumerate()
            .filter(|(i, _)| needs.wants(keys + i));
        for (_, ((call, default), output)) in wanted_values {
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
        let shows_axis = needs.wants(keys + series.values.len());
        let (now, failure) = (self.env.now, self.failure.clone());
        let builder = Builder { names, keys, values, shows_axis, axis, now, failure };
        let frame = self.node(input, wanted)?.select(columns.exprs());
        let mut of_output = Needs::default();
        of_output.add((0..keys).chain(needs.columns.iter().copied()));
        let physical = super::physical(schema, &of_output);
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

    /// `bin` for the ticks of a datetime or timespan, or for a long; `None` where a bound or the step is no integer.
    fn ticks(&self) -> Option<impl Fn(i64) -> Option<i64> + Sync + use<>> {
        let same = |value: &Value| value.type_of() == Some(self.ty);
        let bound = |value: &Option<Value>| match value {
            None => Some(None),
            Some(value) => value.as_i64().filter(|_| same(value)).map(Some),
        };
        let (from, to, step) = (bound(&self.from)?, bound(&self.to)?, self.step.as_i64().filter(|s| *s > 0)?);
        let include_to = self.include_to;
        Some(move |ticks: i64| {
            let inside = from.is_none_or(|from| ticks >= from)
                && to.is_none_or(|to| ticks < to || include_to && ticks == to);
            if inside { Some(ticks.checked_sub(from.unwrap_or(0))?.div_euclid(step)) } else { None }
        })
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
    /// Is the axis wanted as a column?
    shows_axis: bool,
    axis: Axis,
    now: i64,
    failure: Failure,
}

/// The rows of a series, and its first and last bin.
struct One {
    rows: Vec<pl::IdxSize>,
    first: i64,
    last: i64,
}

impl One {
    fn len(&self) -> usize {
        usize::try_from(self.last - self.first + 1).unwrap_or(0)
    }

    /// Where a bin stands in the array, if it does.
    fn place(&self, bin: Option<i64>) -> Option<usize> {
        let bin = bin.filter(|bin| (self.first..=self.last).contains(bin))?;
        usize::try_from(bin - self.first).ok()
    }
}

impl Builder {
    fn run(&self, frame: &pl::DataFrame) -> pl::PolarsResult<pl::DataFrame> {
        let cells = Cells::of_series(frame.column(AXIS)?.as_materialized_series(), self.axis.ty)?;
        let bins: Vec<Option<i64>> = match (&cells, self.axis.ticks()) {
            (Cells::Integer(ticks, _), Some(bin)) => {
                (0..frame.height()).into_par_iter().map(|row| bin(ticks.get(row)?)).collect()
            }
            _ => (0..frame.height()).map(|row| self.axis.bin(&cells.get(row))).collect(),
        };
        let groups = groups::groups(frame, &self.names[..self.keys])?;
        let all: Vec<Option<One>> = groups
            .into_par_iter()
            .map(|rows| {
                let found = || rows.iter().filter_map(|row| bins[*row as usize]);
                let (Some(first), Some(last)) = (found().min(), found().max()) else { return Ok(None) };
                let (first, last) = self.axis.span(first, last)?;
                Ok(Some(One { rows, first, last }))
            })
            .collect::<pl::PolarsResult<_>>()
            .inspect_err(|e| self.failure.set(&e.to_string()))?;
        let all: Vec<One> = all.into_iter().flatten().collect();
        let firsts = pl::IdxCa::from_iter_values("".into(), all.iter().map(|one| one.rows[0]));
        let mut columns = Vec::new();
        for key in &self.names[..self.keys] {
            columns.push(frame.column(key)?.take(&firsts)?);
        }
        let mut cache = Cache::new();
        for (gather, default) in &self.values {
            let arrays = match gather.counts(frame)? {
                Some(filter) => counted(&all, &bins, filter.as_ref(), default),
                None => self.gathered(frame, &all, &bins, gather, default, &mut cache)?,
            };
            columns.push(texts(gather.output(), &arrays));
        }
        if let Some(name) = self.names.last().filter(|_| self.shows_axis) {
            let mut known: HashMap<(i64, i64), String> = HashMap::new();
            for one in &all {
                known.entry((one.first, one.last)).or_insert_with(|| {
                    let values = (one.first..=one.last).map(|bin| self.axis.at(bin));
                    json::to_text(&Value::Array(values.collect()))
                });
            }
            let axes: Vec<&str> = all.iter().map(|one| known[&(one.first, one.last)].as_str()).collect();
            columns.push(texts(name, &axes));
        }
        if columns.is_empty() {
            return super::no_columns(all.len());
        }
        pl::DataFrame::new(all.len(), columns)
    }

    /// The arrays of an aggregate that is computed for the rows of each bin.
    fn gathered(
        &self,
        frame: &pl::DataFrame,
        all: &[One],
        bins: &[Option<i64>],
        gather: &Gather,
        default: &Value,
        cache: &mut Cache,
    ) -> pl::PolarsResult<Vec<String>> {
        let (mut places, mut rows): (Vec<Vec<usize>>, groups::Groups) = (Vec::new(), Vec::new());
        for one in all {
            let mut of_one: BTreeMap<usize, Vec<pl::IdxSize>> = BTreeMap::new();
            for row in &one.rows {
                if let Some(place) = one.place(bins[*row as usize]) {
                    of_one.entry(place).or_default().push(*row);
                }
            }
            places.push(of_one.keys().copied().collect());
            rows.extend(of_one.into_values());
        }
        cache.clear();
        let column = gather.column(frame, &rows, self.now, &self.failure, cache)?;
        let cells = Cells::of_series(column.as_materialized_series(), gather.ty())?;
        let (default, mut next) = (json::to_text(default), 0);
        let array = |(one, places): (&One, &Vec<usize>)| {
            let mut places = places.iter().peekable();
            array(one.len(), |at, out| match places.next_if(|place| **place == at) {
                Some(_) => {
                    json::write(&cells.get(next), out);
                    next += 1;
                }
                None => out.push_str(&default),
            })
        };
        Ok(all.iter().zip(&places).map(array).collect())
    }
}

/// The arrays of `count()` or, with a filter, `countif()`.
fn counted(
    all: &[One],
    bins: &[Option<i64>],
    filter: Option<&pl::BooleanChunked>,
    default: &Value,
) -> Vec<String> {
    let default = json::to_text(default);
    let one = |one: &One| {
        let mut counts: Vec<Option<i64>> = vec![None; one.len()];
        for row in &one.rows {
            if let Some(place) = one.place(bins[*row as usize]) {
                let passes = filter.is_none_or(|f| f.get(*row as usize) == Some(true));
                *counts[place].get_or_insert(0) += i64::from(passes);
            }
        }
        array(counts.len(), |at, out| match counts[at] {
            Some(count) => json::write(&Value::Long(count), out),
            None => out.push_str(&default),
        })
    };
    all.par_iter().map(one).collect()
}

/// A JSON array of so many elements, each appended by `write`.
fn array(length: usize, mut write: impl FnMut(usize, &mut String)) -> String {
    let mut out = String::with_capacity(2 * length + 2);
    out.push('[');
    for at in 0..length {
        if at > 0 {
            out.push(',');
        }
        write(at, &mut out);
    }
    out.push(']');
    out
}

fn texts<T: AsRef<str>>(name: &str, texts: &[T]) -> pl::Column {
    pl::StringChunked::from_iter_values(name.into(), texts.iter().map(AsRef::as_ref)).into_column()
}
