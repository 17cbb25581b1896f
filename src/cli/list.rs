//! `auk list`: the analyses of the collection.

use super::output::{self, Output};
use super::terminal::Terminal;
use super::{Done, Failure, Outcome};
use crate::analysis::{self, Analysis};
use crate::table::Table;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

/// List the analyses, or explain one
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  auk list\n  auk list pim/activations\n  auk list --format json")]
pub struct Args {
    /// Explain this one: what it finds, its parameters and their defaults
    #[arg(value_name = "NAME")]
    name: Option<String>,

    #[command(flatten)]
    output: Output,
}

pub fn run(args: &Args, terminal: &Terminal) -> Done {
    match &args.name {
        Some(name) => output::text(&explain(analysis::find(name).map_err(Failure::usage)?))?,
        None => args.output.write(&table(), terminal)?,
    }
    Ok(Outcome::Done)
}

/// All analyses.
pub fn table() -> Table {
    let columns = ["Name", "Severity", "Title", "Parameters"];
    let schema = Schema::new(columns.iter().map(|name| Column::new(*name, Type::String)).collect());
    let row = |a: &Analysis| {
        let parameters: Vec<&str> = a.parameters.iter().map(|p| p.name.as_str()).collect();
        let cells =
            [a.name.clone(), a.header.severity.to_string(), a.header.title.clone(), parameters.join(", ")];
        cells.into_iter().map(Value::String).collect()
    };
    Table { schema, rows: analysis::all().iter().map(row).collect() }
}

fn explain(analysis: &Analysis) -> String {
    let mut text =
        format!("{}: {}\n\n{}\n\n", analysis.name, analysis.header.title, analysis.header.description);
    let mut field = |name: &str, value: &str| {
        if !value.is_empty() {
            text.push_str(&format!("{name:<12}{value}\n"));
        }
    };
    field("tables", &analysis.header.tables.join(", "));
    field("severity", analysis.header.severity.name());
    field("techniques", &analysis.header.techniques.join(", "));
    for p in &analysis.parameters {
        text.push_str(&format!("\n--param {}={} ({})\n    {}\n", p.name, p.default, p.ty, p.description));
    }
    text
}
