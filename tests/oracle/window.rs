//! The functions that look at other rows, segment by segment.
//!
//! Trap: a restart begins anew at its row: the row itself is the first of the new run.

use auk::plan::{Expr, WindowCall, WindowFunction};
use auk::types::Type;
use auk::value::Value;

use super::eval::settled;
use super::expand::like;
use super::{Oracle, Row, segments};

impl Oracle<'_> {
    pub(super) fn window(
        &self,
        rows: Vec<Row>,
        calls: &[WindowCall],
        segment: &[usize],
    ) -> Result<Vec<Row>, String> {
        let mut out = rows.clone();
        for numbers in segments(&rows, segment) {
            let part: Vec<&Row> = numbers.iter().map(|at| &rows[*at]).collect();
            for call in calls {
                let values = self.window_call(call, &part)?;
                for (at, value) in numbers.iter().zip(values) {
                    out[*at].push(settled(value, call.ty, "a window function")?);
                }
            }
        }
        Ok(out)
    }

    /// The values of a call over the rows of one segment.
    fn window_call(&self, call: &WindowCall, rows: &[&Row]) -> Result<Vec<Value>, String> {
        match &call.function {
            WindowFunction::RowNumber { start, restart } => {
                let runs = self.runs(restart, rows)?;
                Ok(runs.into_iter().flat_map(|run| (0..run as i64).map(|i| Value::Long(start + i))).collect())
            }
            WindowFunction::Shift { value, offset, default } => {
                let values = self.values(value, rows)?;
                let at = |i: usize| usize::try_from(i as i64 - offset).ok().and_then(|i| values.get(i));
                Ok((0..rows.len()).map(|i| at(i).unwrap_or(default).clone()).collect())
            }
            WindowFunction::CumulativeSum { value, restart } => {
                self.over_runs(value, restart, rows, |run| cumulative_sum(run, call.ty))
            }
            WindowFunction::RankDense { value, restart } => self.over_runs(value, restart, rows, |run| {
                let mut rank = 1;
                ranks(run, |_| {
                    rank += 1;
                    rank
                })
            }),
            WindowFunction::RankMin { value, restart } => {
                self.over_runs(value, restart, rows, |run| ranks(run, |at| at as i64 + 1))
            }
            WindowFunction::Session { value, from_first, between, restart } => {
                self.over_runs(value, restart, rows, |run| sessions(run, *from_first, *between))
            }
        }
    }

    fn values(&self, e: &Expr, rows: &[&Row]) -> Result<Vec<Value>, String> {
        rows.iter().map(|row| self.eval(e, row)).collect()
    }

    /// The lengths of the runs that a restart cuts the rows into.
    fn runs(&self, restart: &Option<Expr>, rows: &[&Row]) -> Result<Vec<usize>, String> {
        let mut runs: Vec<usize> = Vec::new();
        for row in rows {
            let begins = restart.as_ref().map_or(Ok(false), |e| self.is_true(e, row))?;
            match runs.last_mut() {
                Some(last) if !begins => *last += 1,
                _ => runs.push(1),
            }
        }
        Ok(runs)
    }

    /// `f` over the values of each run.
    fn over_runs(
        &self,
        value: &Expr,
        restart: &Option<Expr>,
        rows: &[&Row],
        mut f: impl FnMut(&[Value]) -> Vec<Value>,
    ) -> Result<Vec<Value>, String> {
        let values = self.values(value, rows)?;
        let mut out = Vec::new();
        for run in self.runs(restart, rows)? {
            out.extend(f(&values[out.len()..out.len() + run]));
        }
        Ok(out)
    }
}

/// A null adds nothing.
fn cumulative_sum(run: &[Value], ty: Type) -> Vec<Value> {
    let (mut whole, mut real) = (0_i64, 0.0);
    let mut exact = auk::decimal::Decimal::from_i64(0);
    let mut out = Vec::new();
    for value in run {
        whole = whole.wrapping_add(value.as_i64().unwrap_or(0));
        real += value.as_f64().unwrap_or(0.0);
        if let Value::Decimal(d) = value {
            exact = exact.checked_add(*d).unwrap_or(exact);
        }
        out.push(match ty {
            Type::Real => Value::Real(real),
            Type::Decimal => Value::Decimal(exact),
            Type::Int => like(&Value::Int(0), whole),
            Type::Timespan => Value::Timespan(whole),
            _ => Value::Long(whole),
        });
    }
    out
}

/// 1 for the first value of a run, then the rank that `next` gives where the value changes.
fn ranks(run: &[Value], mut next: impl FnMut(usize) -> i64) -> Vec<Value> {
    let mut rank = 1;
    let mut out = Vec::new();
    for (at, value) in run.iter().enumerate() {
        if at > 0 && value.total_cmp(&run[at - 1]).is_ne() {
            rank = next(at);
        }
        out.push(Value::Long(rank));
    }
    out
}

/// The start of each row's session: a new one begins as far as the limits from the last session's start
/// or from the row before, and after a null.
fn sessions(run: &[Value], from_first: i64, between: i64) -> Vec<Value> {
    let mut state: Option<(i64, i64)> = None;
    let mut out = Vec::new();
    for value in run {
        let Some(now) = value.as_i64() else {
            state = None;
            out.push(Value::Null);
            continue;
        };
        let start = match state {
            Some((first, last))
                if now < first.saturating_add(from_first) && now < last.saturating_add(between) =>
            {
                first
            }
            _ => now,
        };
        state = Some((start, now));
        out.push(like(value, start));
    }
    out
}
