//! Counting the rows of parts.

use std::collections::BTreeSet;

use super::pack::{Figure, Part};
use super::sections::{Count, FigureRow};
use crate::table::Table;
use crate::types::Type;
use crate::value::Value;

/// The figures of a section over parts; those of a part that there is not are left out.
pub fn figures(section: &str, rows: &[FigureRow], parts: &[Part]) -> Vec<Figure> {
    let figure = |(at, row): (usize, &FigureRow)| {
        let part = parts.iter().find(|part| part.id == row.of)?;
        Some(Figure {
            id: format!("{section}-figure-{}", at + 1),
            label: row.label.to_string(),
            value: if part.was_run() { count(&part.table, row.count) } else { Value::Null },
            how: how(row.count, &part.title),
            of: row.of.to_string(),
        })
    };
    rows.iter().enumerate().filter_map(figure).collect()
}

/// The number that a figure is; null when the table has no such column.
pub fn count(table: &Table, count: Count) -> Value {
    let counted = match count {
        Count::Rows => Some(table.rows.len() as i64),
        Count::Where(column, value) => having(table, &[(column, value, true)]),
        Count::WhereNot(column, value) => having(table, &[(column, value, false)]),
        Count::Both(a, b) => having(table, &[(a.0, a.1, true), (b.0, b.1, true)]),
        Count::Sum(column) => table
            .schema
            .index(column)
            .map(|at| table.rows.iter().filter_map(|row| row[at].as_i64()).fold(0, i64::saturating_add)),
        Count::Distinct(column) => table.schema.index(column).map(|at| {
            let values = table.rows.iter().map(|row| row[at].to_text()).filter(|text| !text.is_empty());
            values.collect::<BTreeSet<String>>().len() as i64
        }),
    };
    // A table without rows may not know its columns.
    counted.or(table.rows.is_empty().then_some(0)).map_or(Value::Null, Value::Long)
}

fn having(table: &Table, wanted: &[(&str, &str, bool)]) -> Option<i64> {
    let columns: Option<Vec<usize>> = wanted.iter().map(|(column, ..)| table.schema.index(column)).collect();
    let columns = columns?;
    let fits = |row: &&Vec<Value>| {
        columns.iter().zip(wanted).all(|(at, (_, value, equal))| (text(&row[*at]) == *value) == *equal)
    };
    Some(table.rows.iter().filter(fits).count() as i64)
}

fn text(value: &Value) -> String {
    match value.type_of() {
        Some(Type::Bool) => value.as_bool().unwrap_or_default().to_string(),
        _ => value.to_text(),
    }
}

/// Which rows count, in words.
fn how(count: Count, title: &str) -> String {
    match count {
        Count::Rows => format!("rows of “{title}”"),
        Count::Where(column, value) => format!("rows of “{title}” with {column} = {value}"),
        Count::WhereNot(column, value) => format!("rows of “{title}” with {column} other than {value}"),
        Count::Both(a, b) => format!("rows of “{title}” with {} = {} and {} = {}", a.0, a.1, b.0, b.1),
        Count::Sum(column) => format!("the sum of {column} in “{title}”"),
        Count::Distinct(column) => format!("different values of {column} in “{title}”"),
    }
}
