//! `auk list`: the analyses of the collection, and which of them a lake has the tables for.

use std::path::PathBuf;

use super::output::Output;
use super::run::choice::Choice;
use super::run::gaps::Gaps;
use super::terminal::Terminal;
use super::{Done, Outcome, data};
use crate::analysis::{self, Analysis};
use crate::engine::QueryOptions;
use crate::table::Table;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

/// List the analyses
///
/// With --lake, a column says which tables the lake lacks: such an analysis is not run, or goes without.
/// `auk show NAME` explains one.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  auk list\n  auk list pim --lake lake\n  auk list --tag monthly --severity medium\n  auk list --format json"
)]
pub struct Args {
    #[command(flatten)]
    choice: Choice,

    /// Say which tables this lake has
    #[arg(long, value_name = "DIR")]
    lake: Option<PathBuf>,

    #[command(flatten)]
    output: Output,
}

pub fn run(args: &Args, terminal: &Terminal) -> Done {
    let analyses = args.choice.analyses()?;
    let gaps = match &args.lake {
        None => None,
        Some(lake) => {
            let engine = data::open(Some(lake))?;
            let now = engine.now().unwrap_or_else(super::options::clock);
            Some(Gaps::of(&analyses, &engine, &QueryOptions::new(now)))
        }
    };
    args.output.write(&table(&analyses, gaps.as_ref()), terminal)?;
    Ok(Outcome::Done)
}

/// All analyses.
pub fn all() -> Table {
    table(&analysis::all().iter().collect::<Vec<_>>(), None)
}

fn table(analyses: &[&Analysis], gaps: Option<&Gaps>) -> Table {
    let mut columns = vec!["Name", "Severity", "Title", "Tables"];
    if gaps.is_some() {
        columns.push("Data");
    }
    let schema = Schema::new(columns.iter().map(|name| Column::new(*name, Type::String)).collect());
    let row = |a: &&Analysis| {
        let header = &a.header;
        let tables = header.needs_text();
        let mut cells = vec![a.name.clone(), header.severity.to_string(), header.title.clone(), tables];
        cells.extend(gaps.map(|gaps| gaps.account(a)));
        cells.into_iter().map(Value::String).collect()
    };
    Table { schema, rows: analyses.iter().map(row).collect() }
}
