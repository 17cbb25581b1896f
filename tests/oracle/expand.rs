//! `Range` and `Expand`: the nodes that make rows out of values.
//!
//! Trap: several columns are expanded side by side, the shorter ones filled up with null; a value that
//! is neither array nor bag counts as an array of one.

use auk::functions::convert;
use auk::plan::{Expr, Plan};
use auk::value::Value;

use super::{Oracle, Row, TOO_LARGE, VALUES, weight};

/// No more rows than this.
const LIMIT: usize = 1_000_000;
/// No more elements of one row: each gets a copy of the row.
const ELEMENTS: usize = 10_000;

impl Oracle<'_> {
    pub(super) fn range(&self, [from, to, step]: [&Expr; 3]) -> Result<Vec<Row>, String> {
        let value = |e: &Expr| self.eval(e, &[]);
        let (from, to, step) = (value(from)?, value(to)?, value(step)?);
        let values: Vec<Value> = match (&from, &to, &step) {
            (Value::Real(a), Value::Real(b), Value::Real(s)) => count_up(
                |i| a + i as f64 * s,
                |x| if *s > 0.0 { x <= b } else { *s < 0.0 && x >= b },
                Value::Real,
            ),
            (Value::Decimal(a), Value::Decimal(b), Value::Decimal(s)) => {
                let zero = auk::decimal::Decimal::from_i64(0);
                let at = |i| {
                    s.checked_mul(auk::decimal::Decimal::from_i64(i))
                        .and_then(|x| a.checked_add(x))
                        .unwrap_or(*a)
                };
                count_up(at, |x| if *s > zero { x <= b } else { *s < zero && x >= b }, Value::Decimal)
            }
            _ => {
                let (Some(a), Some(b), Some(s)) = (from.as_i64(), to.as_i64(), step.as_i64()) else {
                    return Ok(Vec::new());
                };
                let (a, b, s) = (i128::from(a), i128::from(b), i128::from(s));
                let make = |n: i128| like(&from, n as i64);
                count_up(|i| a + i128::from(i) * s, |x| if s > 0 { *x <= b } else { s < 0 && *x >= b }, make)
            }
        };
        if values.len() > LIMIT {
            return Err(TOO_LARGE.to_string());
        }
        Ok(values.into_iter().map(|v| vec![v]).collect())
    }

    pub(super) fn expand(&self, plan: &Plan) -> Result<Vec<Row>, String> {
        let Plan::Expand { input, columns, index, limit, bags_as_pairs, .. } = plan else {
            return Err("not an Expand".to_string());
        };
        let mut out = Vec::new();
        let mut held = 0;
        for row in self.rows(input)? {
            let mut lists = Vec::new();
            for column in columns {
                lists.push(elements(self.eval(&column.source, &row)?, *bags_as_pairs));
            }
            let count = lists.iter().map(Vec::len).max().unwrap_or(0);
            let count = limit.map_or(count, |limit| count.min(usize::try_from(limit).unwrap_or(usize::MAX)));
            held += count * weight(&row);
            if count > ELEMENTS || out.len() > LIMIT || held > VALUES {
                return Err(TOO_LARGE.to_string());
            }
            for at in 0..count {
                let mut new = row.clone();
                for (column, list) in columns.iter().zip(&lists) {
                    let element = list.get(at).cloned().unwrap_or(Value::Null);
                    new.push(super::eval::settled(convert(&element, column.ty), column.ty, "mv-expand")?);
                }
                if *index {
                    new.push(Value::Long(at as i64));
                }
                out.push(new);
            }
        }
        Ok(out)
    }
}

/// `at(0)`, `at(1)`, … while `within`.
fn count_up<N>(at: impl Fn(i64) -> N, within: impl Fn(&N) -> bool, make: impl Fn(N) -> Value) -> Vec<Value> {
    (0..=LIMIT as i64).map(at).take_while(within).map(make).collect()
}

/// An integer as a value of the same type as another.
pub(super) fn like(value: &Value, n: i64) -> Value {
    match value {
        Value::Int(_) => i32::try_from(n).map_or(Value::Null, Value::Int),
        Value::Datetime(_) => Value::Datetime(n),
        Value::Timespan(_) => Value::Timespan(n),
        _ => Value::Long(n),
    }
}

fn elements(value: Value, bags_as_pairs: bool) -> Vec<Value> {
    match value {
        Value::Null => vec![Value::Null],
        Value::Array(items) => items,
        Value::Bag(members) if bags_as_pairs => {
            members.into_iter().map(|(k, v)| Value::Array(vec![Value::String(k), v])).collect()
        }
        Value::Bag(members) => members.into_iter().map(|member| Value::Bag(vec![member])).collect(),
        scalar => vec![scalar],
    }
}
