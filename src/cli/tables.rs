//! `auk tables`: the tables of a lake and what is in them; the columns of one.

use std::path::PathBuf;

use super::output::Output;
use super::terminal::Terminal;
use super::{Done, Failure, Outcome};
use crate::diagnostic::closest;
use crate::engine::{Engine, QueryOptions};
use crate::kql::Catalog;
use crate::lake::{self, Lake};
use crate::table::Table;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

/// List the tables of a lake, or the columns of one
///
/// Without a lake: every table that auk knows.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  auk tables --lake lake\n  auk tables --schema SigninLogs")]
pub struct Args {
    /// The lake that `auk ingest` made
    #[arg(long, value_name = "DIR")]
    lake: Option<PathBuf>,

    /// List the columns of this table
    #[arg(long, value_name = "TABLE")]
    schema: Option<String>,

    #[command(flatten)]
    output: Output,
}

pub fn run(args: &Args, terminal: &Terminal) -> Done {
    let table = match (&args.schema, &args.lake) {
        (Some(name), None) => columns(name, None)?,
        (Some(name), Some(dir)) => columns(name, Some(&Lake::open(dir)?))?,
        (None, Some(dir)) => contents(&Engine::new(Some(Lake::open(dir)?))),
        (None, None) => known(),
    };
    args.output.write(&table, terminal)?;
    Ok(Outcome::Done)
}

fn schema(columns: &[(&str, Type)]) -> Schema {
    Schema::new(columns.iter().map(|(name, ty)| Column::new(*name, *ty)).collect())
}

/// The columns of a table, as `getschema` lists them; hidden ones last.
fn columns(name: &str, lake: Option<&Lake>) -> Result<Table, Failure> {
    let known = lake.and_then(|lake| lake.table(name));
    let Some(table) = known.or_else(|| lake::table(name)) else {
        let failure = Failure::usage(format!("auk knows no table named '{name}'"));
        return Err(match closest(name, lake::tables().iter().map(|t| t.name.as_str())) {
            Some(near) => failure.with_help(format!("did you mean {near}?")),
            None => failure.with_help("auk tables lists all"),
        });
    };
    let row = |column: &Column| {
        let hidden = table.is_hidden(&column.name);
        vec![Value::string(&column.name), Value::string(column.ty.name()), Value::Bool(hidden)]
    };
    Ok(Table {
        schema: schema(&[("Column", Type::String), ("Type", Type::String), ("Hidden", Type::Bool)]),
        rows: table.schema.columns.iter().map(row).collect(),
    })
}

/// Every table that auk knows.
fn known() -> Table {
    let row = |t: &lake::TableDef| vec![Value::string(&t.name), Value::Long(t.visible().len() as i64)];
    Table {
        schema: schema(&[("Table", Type::String), ("Columns", Type::Long)]),
        rows: lake::tables().iter().map(row).collect(),
    }
}

/// What a lake holds: a row per table that is not empty. What is in a view is asked by a query.
fn contents(engine: &Engine) -> Table {
    let own = engine.lake().map_or(&[][..], Lake::own);
    let rows = lake::tables()
        .iter()
        .chain(own)
        .filter_map(|t| stored(engine.lake()?, &t.name).or_else(|| view(engine, &t.name)));
    Table {
        schema: schema(&[
            ("Table", Type::String),
            ("Rows", Type::Long),
            ("First", Type::Datetime),
            ("Last", Type::Datetime),
            ("Sources", Type::Long),
            ("Parts", Type::Long),
        ]),
        rows: rows.collect(),
    }
}

fn stored(lake: &Lake, name: &str) -> Option<Vec<Value>> {
    let parts = lake.parts(name);
    let rows: u64 = parts.iter().map(|p| p.rows - p.masked.len() as u64).sum();
    let time = |ticks: Option<i64>| ticks.map_or(Value::Null, Value::Datetime);
    let sources = lake.sources().iter().filter(|s| s.tables.iter().any(|table| table == name)).count();
    (!parts.is_empty()).then(|| {
        vec![
            Value::string(name),
            Value::Long(rows as i64),
            time(parts.iter().filter_map(|p| p.min).min()),
            time(parts.iter().filter_map(|p| p.max).max()),
            Value::Long(sources as i64),
            Value::Long(parts.len() as i64),
        ]
    })
}

/// A table that is another one's rows in other columns; it has no parts of its own.
fn view(engine: &Engine, name: &str) -> Option<Vec<Value>> {
    engine.view_of(name)?;
    let query = format!("{name} | summarize count(), min(TimeGenerated), max(TimeGenerated)");
    let answer = engine.query(&query, &QueryOptions::new(0)).ok()?;
    let row = answer.table.rows.into_iter().next()?;
    let rows = row.first().and_then(Value::as_i64).unwrap_or_default();
    (rows > 0).then(|| [vec![Value::string(name)], row, vec![Value::Null, Value::Null]].concat())
}
