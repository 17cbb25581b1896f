//! `make-series`: aggregates per step of an axis, a row per group.
//!
//! Trap: without `from` the axis of a group begins at the bin of its own first value, without `to` it
//! ends with the bin of its own last one.

use std::collections::BTreeMap;

use auk::plan::Series;
use auk::types::Type;
use auk::value::Value;

use super::expand::like;
use super::{Key, Oracle, Row};

/// The longest series that KQL makes.
const LIMIT: i64 = 1 << 20;

impl Oracle<'_> {
    pub(super) fn series(
        &self,
        rows: Vec<Row>,
        series: &Series,
        axis_type: Type,
    ) -> Result<Vec<Row>, String> {
        let axis = Axis::new(series, axis_type);
        let mut groups: BTreeMap<Key, BTreeMap<i64, Vec<Row>>> = BTreeMap::new();
        for row in rows {
            if let Some(step) = axis.step_of(&row[series.axis]) {
                groups.entry(Key::of(&row, &series.keys)).or_default().entry(step).or_default().push(row);
            }
        }
        let mut out = Vec::new();
        for (key, steps) in groups {
            let (first, last) = axis.ends(&steps)?;
            let mut row = key.0;
            for (call, default) in &series.values {
                let mut values = Vec::new();
                for step in first..=last {
                    values.push(match steps.get(&step) {
                        Some(rows) => self.aggregate_call(call, rows)?,
                        None => default.clone(),
                    });
                }
                row.push(super::eval::settled(Value::Array(values), Type::Dynamic, "make-series")?);
            }
            let marks = (first..=last).map(|step| axis.at(step)).collect();
            row.push(super::eval::settled(Value::Array(marks), Type::Dynamic, "make-series")?);
            out.push(row);
        }
        Ok(out)
    }
}

/// Steps are counted from `from`, or from zero without it.
struct Axis<'a> {
    series: &'a Series,
    from: Option<f64>,
    /// The value that steps are counted from, of the axis' type.
    origin: Value,
}

impl Axis<'_> {
    fn new(series: &Series, ty: Type) -> Axis<'_> {
        let zero = match ty {
            Type::Datetime => Value::Datetime(0),
            Type::Timespan => Value::Timespan(0),
            Type::Int => Value::Int(0),
            Type::Long => Value::Long(0),
            _ => Value::Real(0.0),
        };
        let origin = series.from.clone().unwrap_or(zero);
        Axis { series, from: series.from.as_ref().and_then(number), origin }
    }

    /// The step that a value falls in; `None` outside of the axis.
    fn step_of(&self, value: &Value) -> Option<i64> {
        let inside = |value: &Value| {
            let after = self.series.from.as_ref().is_none_or(|from| value.total_cmp(from).is_ge());
            let before = self.series.to.as_ref().is_none_or(|to| {
                let order = value.total_cmp(to);
                order.is_lt() || order.is_eq() && self.series.include_to
            });
            after && before
        };
        if value.is_null() || !inside(value) {
            return None;
        }
        match (value.as_i64(), self.series.step.as_i64()) {
            (Some(value), Some(step)) if step != 0 => {
                let origin = self.series.from.as_ref().and_then(Value::as_i64).unwrap_or(0);
                Some((value - origin).div_euclid(step))
            }
            _ => {
                Some(((number(value)? - self.from.unwrap_or(0.0)) / number(&self.series.step)?).floor() as i64)
            }
        }
    }

    /// The value at which a step begins.
    fn at(&self, step: i64) -> Value {
        match (self.origin.as_i64(), self.series.step.as_i64()) {
            (Some(origin), Some(size)) => {
                like(&self.origin, origin.saturating_add(step.saturating_mul(size)))
            }
            _ => {
                Value::Real(self.from.unwrap_or(0.0) + step as f64 * number(&self.series.step).unwrap_or(0.0))
            }
        }
    }

    /// The first and the last step of a group.
    fn ends(&self, steps: &BTreeMap<i64, Vec<Row>>) -> Result<(i64, i64), String> {
        let known = |step: Option<&i64>| step.copied().unwrap_or(0);
        let first = if self.series.from.is_some() { 0 } else { known(steps.keys().next()) };
        let mut last = known(steps.keys().next_back());
        if let Some(to) = &self.series.to {
            let inside = |step: i64| {
                let order = self.at(step).total_cmp(to);
                order.is_lt() || order.is_eq() && self.series.include_to
            };
            while inside(last + 1) && last - first <= LIMIT {
                last += 1;
            }
        }
        if last - first >= LIMIT { Err("the series is too long".to_string()) } else { Ok((first, last)) }
    }
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_i64().map(|n| n as f64))
}
