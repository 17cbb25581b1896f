//! Are two answers the same, and if not, where do they differ?
//!
//! Columns agree by name, type and order. Rows agree as a multiset, or in order where the plan has one.
//! Reals agree within a relative 1e-9, everything else exactly.

use auk::table::Table;
use auk::types::Schema;
use auk::value::Value;

use super::cell;

/// The differences as lines, `-` what was expected and `+` what came; none if the answers agree.
pub fn difference(expected: &Table, actual: &Table, ordered: bool) -> Option<String> {
    if expected.schema != actual.schema {
        return Some(format!("- columns {}\n+ columns {}\n", names(&expected.schema), names(&actual.schema)));
    }
    let schema = &expected.schema;
    if ordered {
        let (missing, surplus) = pairwise_difference(&expected.rows, &actual.rows);
        return (!missing.is_empty() || !surplus.is_empty()).then(|| lines(&missing, &surplus, schema));
    }
    let (missing, surplus) = multiset_difference(expected, actual);
    (!missing.is_empty() || !surplus.is_empty()).then(|| lines(&missing, &surplus, schema))
}

/// The rows that differ from the one at their place on the other side.
fn pairwise_difference(expected: &[Vec<Value>], actual: &[Vec<Value>]) -> (Vec<Vec<Value>>, Vec<Vec<Value>>) {
    let (mut missing, mut surplus) = (Vec::new(), Vec::new());
    for at in 0..expected.len().max(actual.len()) {
        let (a, b) = (expected.get(at), actual.get(at));
        if !matches!((a, b), (Some(a), Some(b)) if same_rows(a, b)) {
            missing.extend(a.cloned());
            surplus.extend(b.cloned());
        }
    }
    (missing, surplus)
}

/// The rows of one that the other lacks, both ways.
fn multiset_difference(expected: &Table, actual: &Table) -> (Vec<Vec<Value>>, Vec<Vec<Value>>) {
    let order = |rows: &[Vec<Value>]| {
        let mut rows = rows.to_vec();
        rows.sort_by(|a, b| {
            let orders = a.iter().zip(b).map(|(x, y)| x.total_cmp(y));
            orders.into_iter().find(|o| o.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
        });
        rows
    };
    let (expected, mut surplus) = (order(&expected.rows), order(&actual.rows));
    if expected.len() == surplus.len() && expected.iter().zip(&surplus).all(|(a, b)| same_rows(a, b)) {
        return Default::default();
    }
    let mut missing = Vec::new();
    for row in expected {
        match surplus.iter().position(|other| same_rows(&row, other)) {
            Some(at) => _ = surplus.remove(at),
            None => missing.push(row),
        }
    }
    (missing, surplus)
}

fn same_rows(a: &[Value], b: &[Value]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(x, y)| same(x, y))
}

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Real(x), Value::Real(y)) => {
            x == y || x.is_nan() && y.is_nan() || (x - y).abs() <= 1e-9 * x.abs().max(y.abs())
        }
        (Value::Array(x), Value::Array(y)) => same_rows(x, y),
        (Value::Bag(x), Value::Bag(y)) => {
            x.len() == y.len() && x.iter().zip(y).all(|((k, v), (l, w))| k == l && same(v, w))
        }
        (a, b) => a == b,
    }
}

fn names(schema: &Schema) -> String {
    let names: Vec<String> = schema.columns.iter().map(|c| format!("{}: {}", c.name, c.ty)).collect();
    names.join(", ")
}

/// At most a few lines of each, so that a large difference stays readable.
fn lines(expected: &[Vec<Value>], actual: &[Vec<Value>], schema: &Schema) -> String {
    let mut out = String::new();
    for (mark, rows) in [('-', expected), ('+', actual)] {
        for row in rows.iter().take(8) {
            let text = cell::row_line(row, schema);
            let cut: String = text.chars().take(600).collect();
            out.push_str(&format!("{mark} {cut}\n"));
        }
        if rows.len() > 8 {
            out.push_str(&format!("{mark} … {} rows more\n", rows.len() - 8));
        }
    }
    out
}
