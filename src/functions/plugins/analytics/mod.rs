//! The analytic plugins: who came back, what follows what, which values go together.
//!
//! Trap: distinct counts are exact here, where Kusto's are estimates.

pub mod activity;
pub mod basket;
pub mod cohorts;
pub mod differences;
pub mod funnel;
pub mod reduce;
pub mod segments;
pub mod sequences;
pub mod windows;

mod events;
mod items;
mod mining;

use crate::functions::Cx;
use crate::value::Value;

/// The most rows that a plugin gives.
const MAX_ROWS: usize = 1 << 20;

/// Adds a row; false, and the query fails, when there are too many.
fn push(rows: &mut Vec<Vec<Value>>, row: Vec<Value>, cx: &Cx) -> bool {
    if rows.len() >= MAX_ROWS {
        cx.fail(format!("it would give more than {MAX_ROWS} rows"));
        return false;
    }
    rows.push(row);
    true
}
