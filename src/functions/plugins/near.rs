//! `rows_near`: the rows around those for which a condition holds.
//!
//! Trap: a row that is near several of them comes once.

use super::super::{Called, Cx, Picked, TableCall, TableFunction};
use crate::value::Value;

/// Arguments: the condition, how many rows before, how many after.
pub static ROWS_NEAR: TableFunction = TableFunction { name: "rows_near", run };

fn run(call: &TableCall<'_>, _: &Cx) -> Called {
    let count = |at: usize| usize::try_from(call.value(at).as_i64().unwrap_or(0)).unwrap_or(0);
    let (before, after) = (count(1), count(2));
    let (mut rows, mut next) = (Vec::new(), 0_usize);
    for (at, cell) in call.column(0).iter().enumerate() {
        if *cell == Value::Bool(true) {
            let end = at.saturating_add(after).saturating_add(1).min(call.column(0).len());
            let start = at.saturating_sub(before).max(next);
            rows.extend((start..end).filter_map(|row| u32::try_from(row).ok()).map(Some));
            next = next.max(end);
        }
    }
    Called::Picked(Picked { rows: vec![rows], added: Vec::new() })
}
