//! Tables of values as Markdown tables, readable and exact, and back.
//!
//! A header is `Name: type`. A cell is the value as KQL prints it; null is `null`; a dynamic cell is its
//! JSON. A string stands as it is, unless it would be unclear: an empty one, one with spaces at its ends,
//! with control or invisible characters, or that begins with `"` is written as a JSON string. A pipe is
//! `\|` wherever it stands.
//!
//! Trap: a string column has no null, so `null` there is the four letters.

use auk::decimal::Decimal;
use auk::table::Table;
use auk::types::{Column, Schema, Type};
use auk::value::{Value, parse_guid};
use auk::{json, time};

/// A table as the lines of a Markdown table.
pub fn render(table: &Table) -> Vec<String> {
    let header = table.schema.columns.iter().map(|c| plain(&format!("{}: {}", c.name, c.ty))).collect();
    let rule = table.schema.columns.iter().map(|c| if c.ty.is_number() { "---:" } else { "---" }.to_string());
    let mut lines = vec![line(header), format!("|{}|", rule.collect::<Vec<_>>().join("|"))];
    lines.extend(table.rows.iter().map(|row| row_line(row, &table.schema)));
    lines
}

pub fn row_line(row: &[Value], schema: &Schema) -> String {
    line(row.iter().zip(&schema.columns).map(|(v, c)| cell(v, c.ty)).collect())
}

fn line(cells: Vec<String>) -> String {
    if cells.is_empty() { "||".to_string() } else { format!("| {} |", cells.join(" | ")) }
}

fn plain(text: &str) -> String {
    text.replace('|', "\\|")
}

fn cell(value: &Value, ty: Type) -> String {
    plain(&match (value, ty) {
        (Value::Null, _) => "null".to_string(),
        (value, Type::Dynamic) => escape_invisible(&json::to_text(value)),
        (Value::String(s), _) if is_clear(s) => s.clone(),
        (Value::String(_), _) => escape_invisible(&json::to_text(value)),
        (Value::Datetime(_), _) => match value.to_text().trim_end_matches('Z').trim_end_matches('0') {
            text if text.ends_with('.') => format!("{}Z", text.trim_end_matches('.')),
            text => format!("{text}Z"),
        },
        (value, _) => value.to_text(),
    })
}

fn is_clear(s: &str) -> bool {
    !s.is_empty() && s.trim() == s && !s.starts_with('"') && !s.chars().any(is_invisible)
}

/// Control characters, and those that change how others are shown or take no room.
fn is_invisible(c: char) -> bool {
    let hidden = matches!(c, '\u{a0}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202f}');
    c.is_control() || hidden || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{300}'..='\u{36f}')
}

/// JSON text with what cannot be seen written as `\u…`.
fn escape_invisible(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        if is_invisible(c) {
            out.push_str(&format!("\\u{:04x}", c as u32));
        } else {
            out.push(c);
        }
        out
    })
}

/// The table that the lines of a Markdown table stand for, or what is wrong with them.
pub fn parse(lines: &[&str]) -> Result<Table, String> {
    let [header, _, rows @ ..] = lines else { return Err("a table needs a header and a rule".to_string()) };
    let mut columns = Vec::new();
    for text in cells(header) {
        let (name, ty) = text.rsplit_once(':').ok_or(format!("the header '{text}' is not 'Name: type'"))?;
        let ty = Type::from_name(ty.trim()).ok_or(format!("'{}' is not a type", ty.trim()))?;
        columns.push(Column::new(name.trim(), ty));
    }
    let schema = Schema::new(columns);
    let rows = rows.iter().map(|row| parse_row(row, &schema)).collect::<Result<_, _>>()?;
    Ok(Table { schema, rows })
}

fn parse_row(text: &str, schema: &Schema) -> Result<Vec<Value>, String> {
    let cells = cells(text);
    if cells.len() != schema.len() {
        return Err(format!("{} cells under {} columns: {text}", cells.len(), schema.len()));
    }
    let pairs = cells.iter().zip(&schema.columns);
    pairs.map(|(cell, c)| value(cell, c.ty).ok_or(format!("'{cell}' is no {} ({})", c.ty, c.name))).collect()
}

/// The cells of a line: `\|` is a pipe, any other pipe ends a cell.
fn cells(line: &str) -> Vec<String> {
    let inner = line.trim().trim_start_matches('|');
    let mut out = vec![String::new()];
    for c in inner.chars() {
        let Some(last) = out.last_mut() else { break };
        match c {
            '|' if last.ends_with('\\') => {
                last.pop();
                last.push('|');
            }
            '|' => out.push(String::new()),
            c => last.push(c),
        }
    }
    out.pop();
    out.iter().map(|cell| cell.trim().to_string()).collect()
}

fn value(cell: &str, ty: Type) -> Option<Value> {
    if ty == Type::String {
        return if cell.starts_with('"') { json::parse(cell) } else { Some(Value::string(cell)) };
    }
    if cell == "null" {
        return Some(Value::Null);
    }
    Some(match ty {
        Type::Bool => Value::Bool(cell.parse().ok()?),
        Type::Int => Value::Int(cell.parse().ok()?),
        Type::Long => Value::Long(cell.parse().ok()?),
        Type::Real => Value::Real(cell.parse().ok()?),
        Type::Decimal => Value::Decimal(Decimal::parse(cell)?),
        Type::Datetime => Value::Datetime(time::parse_iso(cell)?),
        Type::Timespan => Value::Timespan(time::parse_timespan(cell)?),
        Type::Guid => Value::Guid(parse_guid(cell)?),
        Type::Dynamic | Type::String => json::parse(cell)?,
    })
}
