//! The events of a timeline plugin: who, when, in which slice; and the periods of its axis.
//!
//! Traps: a row without a time is no event. One without an id counts as a record and as nobody. Periods
//! stand on a grid that begins at the start of the analysis, not at year 1 as those of `bin()`; weeks,
//! months and years are the calendar's, a week's first day is Sunday.

use std::collections::HashMap;

use super::MAX_ROWS;
use crate::functions::aggregates::count::Key;
use crate::functions::{Cx, TableCall};
use crate::time::{TICKS_PER_DAY, civil_from_days, days_from_civil};
use crate::types::Type;
use crate::value::Value;

#[derive(Clone, Copy)]
pub struct Event {
    pub id: Option<u32>,
    pub at: i64,
    /// The row it came from.
    pub row: usize,
}

/// The events with equal dimensions, by time; those of one time in the order of the input.
pub struct Slice {
    pub dims: Vec<Value>,
    pub events: Vec<Event>,
}

/// The number of each distinct value, by its first row; null has none.
pub fn numbered(cells: &[Value]) -> Vec<Option<u32>> {
    let mut known: HashMap<Key, u32> = HashMap::new();
    let number = |value: &Value| {
        let next = known.len() as u32;
        (!value.is_null()).then(|| *known.entry(Key::of(value)).or_insert(next))
    };
    cells.iter().map(number).collect()
}

/// Splits rows by the columns from the argument `first` on; slices come sorted by their dimensions.
pub fn slices(call: &TableCall<'_>, ids: &[Option<u32>], times: &[Value], first: usize) -> Vec<Slice> {
    let dims: Vec<&[Value]> = (first..call.args.len()).map(|at| call.column(at)).collect();
    let mut known: HashMap<Vec<Key>, usize> = HashMap::new();
    let mut found: Vec<Slice> = Vec::new();
    for (row, time) in times.iter().enumerate() {
        let Some(at) = time.as_i64() else { continue };
        let key = dims.iter().filter_map(|column| column.get(row)).map(Key::of).collect();
        let slice = *known.entry(key).or_insert_with(|| {
            let dims = dims.iter().filter_map(|column| column.get(row)).cloned().collect();
            found.push(Slice { dims, events: Vec::new() });
            found.len() - 1
        });
        found[slice].events.push(Event { id: ids.get(row).copied().flatten(), at, row });
    }
    found.sort_by(|a, b| compare(&a.dims, &b.dims));
    found.iter_mut().for_each(|slice| slice.events.sort_by_key(|e| e.at));
    found
}

/// The slices of a call whose first arguments are the id and the time; `first` is that of the dimensions.
pub fn of(call: &TableCall<'_>, first: usize) -> Vec<Slice> {
    slices(call, &numbered(call.column(0)), call.column(1), first)
}

pub fn compare(a: &[Value], b: &[Value]) -> std::cmp::Ordering {
    let first = a.iter().zip(b).map(|(x, y)| x.total_cmp(y)).find(|o| o.is_ne());
    first.unwrap_or_else(|| a.len().cmp(&b.len()))
}

/// Sorts rows by their first columns: the time, then the dimensions.
pub fn by_time(mut rows: Vec<Vec<Value>>, columns: usize) -> Vec<Vec<Value>> {
    rows.sort_by(|a, b| compare(&a[..columns.min(a.len())], &b[..columns.min(b.len())]));
    rows
}

/// A point of the timeline as a value of the timeline's type.
pub fn point(at: i64, ty: Type) -> Value {
    match ty {
        Type::Datetime => Value::Datetime(at),
        Type::Timespan => Value::Timespan(at),
        Type::Int => i32::try_from(at).map_or(Value::Null, Value::Int),
        _ => Value::Long(at),
    }
}

#[derive(Clone, Copy)]
enum Step {
    Fixed(i64),
    Week,
    Month,
    Year,
}

/// The periods of an analysis, and its bounds, both included.
pub struct Axis {
    pub start: i64,
    pub end: i64,
    anchor: i64,
    step: Step,
}

impl Axis {
    /// Bounds that are null leave that side open.
    pub fn new(start: &Value, end: &Value, step: &Value) -> Axis {
        let step = match step {
            Value::String(word) if word == "week" => Step::Week,
            Value::String(word) if word == "month" => Step::Month,
            Value::String(_) => Step::Year,
            other => Step::Fixed(other.as_i64().unwrap_or(1).max(1)),
        };
        let (from, to) = (start.as_i64(), end.as_i64());
        Axis { start: from.unwrap_or(i64::MIN), end: to.unwrap_or(i64::MAX), anchor: from.unwrap_or(0), step }
    }

    /// On the grid of `bin()`.
    pub fn unanchored(self) -> Axis {
        Axis { anchor: 0, ..self }
    }

    pub fn holds(&self, at: i64) -> bool {
        (self.start..=self.end).contains(&at)
    }

    /// The start of the period of a point.
    pub fn bin(&self, at: i64) -> i64 {
        let days = at.div_euclid(TICKS_PER_DAY);
        let first = match self.step {
            Step::Fixed(step) => {
                let (at, anchor, step) = (i128::from(at), i128::from(self.anchor), i128::from(step));
                let start = (at - anchor).div_euclid(step) * step + anchor;
                return i64::try_from(start).unwrap_or(i64::MIN);
            }
            Step::Week => days - (days + 1).rem_euclid(7),
            Step::Month => {
                let (year, month, _) = civil_from_days(days);
                days_from_civil(year, month, 1)
            }
            Step::Year => days_from_civil(civil_from_days(days).0, 1, 1),
        };
        first.saturating_mul(TICKS_PER_DAY)
    }

    /// The start of the period after the one that starts here.
    pub fn next(&self, bin: i64) -> i64 {
        let days = bin.div_euclid(TICKS_PER_DAY);
        let (year, month, _) = civil_from_days(days);
        match self.step {
            Step::Fixed(step) => bin.saturating_add(step),
            Step::Week => bin.saturating_add(7 * TICKS_PER_DAY),
            Step::Month => days_from_civil(year, month + 1, 1) * TICKS_PER_DAY,
            Step::Year => days_from_civil(year + 1, 1, 1) * TICKS_PER_DAY,
        }
    }

    /// A lookback as whole periods, one at least; months and years have no length to count in.
    pub fn rounded(&self, lookback: i64) -> i64 {
        match self.step {
            Step::Fixed(step) => (lookback / step * step).max(step),
            Step::Week => (lookback / (7 * TICKS_PER_DAY)).max(1) * 7 * TICKS_PER_DAY,
            _ => lookback.max(1),
        }
    }

    /// The starts of all periods; none, and the query fails, when there are too many.
    pub fn periods(&self, cx: &Cx) -> Vec<i64> {
        let mut all = Vec::new();
        let mut at = self.bin(self.start);
        while at <= self.end {
            if all.len() >= MAX_ROWS {
                cx.fail(format!("the analysis has more than {MAX_ROWS} periods"));
                return Vec::new();
            }
            all.push(at);
            let next = self.next(at);
            if next <= at {
                break;
            }
            at = next;
        }
        all
    }
}
