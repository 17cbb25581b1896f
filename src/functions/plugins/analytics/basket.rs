//! `basket`: all patterns of values that at least a share of the rows have.
//!
//! Traps: exact, where Kusto samples to find the frequent values. Of patterns with the same rows only the
//! longest comes out. They come by rows × values, the widest first.

use super::items::{self, Items, Weights};
use super::mining::{self, MAX_CANDIDATES, Pattern};
use super::push;
use crate::functions::{Called, Cx, TableCall, TableFunction};
use crate::types::Type;
use crate::value::Value;

/// Arguments: threshold, dimensions, wildcards, weight column or null; the columns.
pub static BASKET: TableFunction = TableFunction { name: "basket", run };

/// The weights of the rows, all of them in set A. Null and negative ones count nothing.
pub fn weights(call: &TableCall<'_>, column: usize) -> Vec<Weights> {
    let cells = call.column(column);
    let height = call.heights.first().copied().unwrap_or(0);
    let weight = |row: usize| match cells.get(row) {
        Some(cell) => cell.as_f64().filter(|w| w.is_finite() && *w > 0.0).unwrap_or(0.0),
        None => 1.0,
    };
    (0..height).map(|row| [weight(row), 0.0]).collect()
}

/// The columns from the argument `first` on.
pub fn columns<'a>(call: &'a TableCall<'_>, first: usize) -> Vec<&'a [Value]> {
    (first..call.args.len()).map(|at| call.column(at)).collect()
}

/// How good a pattern is: its rows times its values.
pub fn size(pattern: &Pattern) -> f64 {
    pattern.weight[0] * pattern.items.len() as f64
}

pub fn percent(part: f64, total: f64, digits: i32) -> Value {
    let scale = 10f64.powi(digits);
    let percent = if total > 0.0 { 100.0 * part / total } else { 0.0 };
    Value::Real((percent * scale).round() / scale)
}

/// The cells of a pattern: its values, and wildcards for the rest.
pub fn cells(call: &TableCall<'_>, table: &Items, pattern: &Pattern, wildcards: &Value) -> Vec<Value> {
    let first = call.schema.len().saturating_sub(table.columns);
    let wildcard = |ty: Type| {
        let custom = wildcards.as_array().unwrap_or_default().iter().find(|w| w.type_of() == Some(ty));
        custom.cloned().unwrap_or_else(|| Value::missing(ty))
    };
    let mut cells: Vec<Value> = call.schema.columns.iter().skip(first).map(|c| wildcard(c.ty)).collect();
    for item in pattern.items.iter().filter_map(|at| table.items.get(*at)) {
        if let Some(cell) = cells.get_mut(item.column) {
            *cell = item.value.clone();
        }
    }
    cells
}

/// Segments in their order: id, count, percent, cells.
pub fn segments(call: &TableCall<'_>, table: &Items, mut found: Vec<Pattern>, cx: &Cx) -> Called {
    found.sort_by(|a, b| {
        size(b)
            .total_cmp(&size(a))
            .then(b.weight[0].total_cmp(&a.weight[0]))
            .then_with(|| a.items.cmp(&b.items))
    });
    let mut rows = Vec::new();
    for (id, pattern) in found.iter().enumerate() {
        let count = pattern.weight[0];
        let mut row = vec![Value::Long(id as i64), Value::Long(count.round() as i64)];
        row.push(percent(count, table.total[0], 1));
        row.extend(cells(call, table, pattern, call.value(2)));
        if !push(&mut rows, row, cx) {
            break;
        }
    }
    Called::Rows(rows)
}

fn run(call: &TableCall<'_>, cx: &Cx) -> Called {
    let threshold = call.value(0).as_f64().unwrap_or(0.05);
    let dimensions = call.value(1).as_i64().and_then(|n| usize::try_from(n).ok()).unwrap_or(5);
    let table = items::items(&columns(call, 4), &weights(call, 3), threshold, cx);
    match mining::closed(&table, threshold, dimensions, MAX_CANDIDATES) {
        Some(found) => segments(call, &table, found, cx),
        None => {
            cx.fail(format!(
                "there are too many patterns (more than {MAX_CANDIDATES} sets of values, or too many rows); \
                 raise the threshold or project fewer columns"
            ));
            Called::Rows(Vec::new())
        }
    }
}
