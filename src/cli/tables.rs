//! `auk tables`: the tables of a lake and what is in them; the columns of one.

use std::path::PathBuf;

use super::output::{self, Output};
use super::terminal::Terminal;
use super::{Done, Failure, Outcome};
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

    /// Print the KQL of this table that is a query; that of PimActivations can be saved as a function in
    /// Microsoft Sentinel
    #[arg(long, value_name = "TABLE", conflicts_with_all = ["schema", "lake"])]
    text: Option<String>,

    #[command(flatten)]
    output: Output,
}

pub fn run(args: &Args, terminal: &Terminal) -> Done {
    if let Some(name) = &args.text {
        return text(name);
    }
    let table = match (&args.schema, &args.lake) {
        (Some(name), None) => columns(name, None)?,
        (Some(name), Some(dir)) => columns(name, Some(&Lake::open(dir)?))?,
        (None, Some(dir)) => contents(&Engine::new(Some(Lake::open(dir)?))),
        (None, None) => known(),
    };
    args.output.write(&table, terminal)?;
    Ok(Outcome::Done)
}

fn text(name: &str) -> Done {
    let Some(view) = lake::views::view(name) else {
        let failure = Failure::usage(format!("'{name}' is no table that is a query"));
        let names: Vec<&str> = lake::views::VIEWS.iter().map(|view| view.name).collect();
        return Err(failure.with_help(format!("there are {}", names.join(", "))));
    };
    output::text(view.text)?;
    Ok(Outcome::Done)
}

/// The columns of a table, as `getschema` lists them; hidden ones last.
pub fn columns(name: &str, lake: Option<&Lake>) -> Result<Table, Failure> {
    let known = lake.and_then(|lake| lake.table(name));
    let Some(table) = known.or_else(|| lake::table(name)) else {
        let failure = Failure::usage(format!("auk knows no table named '{name}'"));
        return Err(failure.with_nearest(
            name,
            lake::tables().iter().map(|t| t.name.as_str()),
            "auk tables lists all",
        ));
    };
    let row = |column: &Column| {
        let hidden = table.is_hidden(&column.name);
        vec![Value::string(&column.name), Value::string(column.ty.name()), Value::Bool(hidden)]
    };
    Ok(Table {
        schema: Schema::of(&[("Column", Type::String), ("Type", Type::String), ("Hidden", Type::Bool)]),
        rows: table.schema.columns.iter().map(row).collect(),
    })
}

/// Every table that auk knows.
pub fn known() -> Table {
    let row = |t: &lake::TableDef| vec![Value::string(&t.name), Value::Long(t.visible().len() as i64)];
    Table {
        schema: Schema::of(&[("Table", Type::String), ("Columns", Type::Long)]),
        rows: lake::tables().iter().map(row).collect(),
    }
}

/// What a lake holds: a row per table that is not empty. What is in a view is asked by a query.
pub fn contents(engine: &Engine) -> Table {
    let own = engine.lake().map_or(&[][..], Lake::own);
    let rows = lake::tables()
        .iter()
        .chain(own)
        .filter_map(|t| stored(engine.lake()?, &t.name).or_else(|| view(engine, &t.name)));
    Table {
        schema: Schema::of(&[
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
    let held = lake.held(name)?;
    let time = |ticks: Option<i64>| ticks.map_or(Value::Null, Value::Datetime);
    Some(vec![
        Value::String(held.table),
        Value::Long(held.rows as i64),
        time(held.first),
        time(held.last),
        Value::Long(held.sources as i64),
        Value::Long(held.parts as i64),
    ])
}

/// A table that is another one's rows in other columns; it has no parts of its own. What a view in KQL has
/// is not counted: that is a query, and takes its time.
fn view(engine: &Engine, name: &str) -> Option<Vec<Value>> {
    engine.view_of(name)?;
    if engine.view(name).is_some() {
        let lake = engine.lake()?;
        let has_rows = |table: &str| !lake.parts(table).is_empty();
        if !["AuditLogs", "UnifiedAuditLog"].into_iter().any(has_rows) {
            return None;
        }
        let unknown = std::iter::repeat_n(Value::Null, 5);
        return Some(std::iter::once(Value::string(name)).chain(unknown).collect());
    }
    let query = format!("{name} | summarize count(), min(TimeGenerated), max(TimeGenerated)");
    let answer = engine.query(&query, &QueryOptions::new(0)).ok()?;
    let row = answer.table.rows.into_iter().next()?;
    let rows = row.first().and_then(Value::as_i64).unwrap_or_default();
    (rows > 0).then(|| [vec![Value::string(name)], row, vec![Value::Null, Value::Null]].concat())
}
