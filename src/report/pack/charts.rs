//! The charts of a report: some columns of a part's table, drawn under the names that a reader sees.
//!
//! Trap: a chart is beside its table, never in place of it; what cannot be drawn is simply not there.

use super::cells::{CALENDAR, label};
use crate::monthly::pack::Chart;
use crate::report::charts::Size;
use crate::report::charts::asked::Visual;
use crate::report::charts::points::CATEGORIES;
use crate::report::svg;
use crate::table::Table;
use crate::time;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

/// Pixels of a bar with its room, and of the frame around bars.
const BAR: u32 = 30;
const FRAME: u32 = 110;

/// The chart as an `<svg>` element whose ids begin with `id`.
pub fn svg(table: &Table, chart: &Chart, id: &str) -> Option<String> {
    let columns: Vec<usize> = chart.columns.iter().filter_map(|name| table.schema.index(name)).collect();
    if columns.len() < 2 || table.rows.len() < 2 {
        return None;
    }
    let months = table.schema.columns[columns[0]].name == "Month";
    let column = |at: &usize| {
        let column = &table.schema.columns[*at];
        Column::new(label(&column.name), if months && *at == columns[0] { Type::String } else { column.ty })
    };
    let drawn = Table {
        schema: Schema::new(columns.iter().map(column).collect()),
        rows: table
            .rows
            .iter()
            .map(|row| columns.iter().map(|at| drawn_as(&row[*at], months && *at == columns[0])).collect())
            .collect(),
    };
    let bars = chart.kind == "barchart";
    let height = if bars { FRAME + BAR * drawn.rows.len().min(CATEGORIES) as u32 } else { 320 };
    // The heading above it is its title.
    let mut properties = Vec::new();
    if bars && columns.len() > 2 {
        properties.push(("kind".to_string(), "stacked".to_string()));
    }
    let calendar = CALENDAR.contains(&table.schema.columns[columns[0]].name.as_str());
    let visual = Visual { chart: chart.kind, properties: &properties, calendar };
    svg::draw(&drawn, &visual, Size { width: 860, height }, &format!("{id}-chart")).ok()
}

/// Months are names of columns, side by side, not moments on a scale.
fn drawn_as(value: &Value, month: bool) -> Value {
    match value {
        Value::Datetime(ticks) if month => {
            let c = time::civil(*ticks);
            Value::string(format!("{:04}-{:02}", c.year, c.month))
        }
        value => value.clone(),
    }
}
