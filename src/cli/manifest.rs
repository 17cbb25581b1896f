//! `auk manifest`: what the lake was made of, a row per source, for a report or a custody form.
//!
//! Trap: but for the times, the same sources give the same text; nothing of this machine's clock is in it
//! but when each source was read.

use std::path::PathBuf;

use super::ingest::formats;
use super::output::Output;
use super::terminal::Terminal;
use super::{Done, Outcome};
use crate::audit::routes;
use crate::lake::{Lake, Manifest, Run, Source};
use crate::table::Table;
use crate::types::{Schema, Type};
use crate::value::Value;

/// List every source with its hash, its format and the account of its records
///
/// Seen = kept + duplicates + superseded + rejected, for every source. `auk verify` compares it with what is
/// there today.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  auk manifest --lake lake --format csv -o manifest.csv\n  auk manifest --lake lake --format markdown"
)]
pub struct Args {
    /// The lake that `auk ingest` made
    #[arg(long, value_name = "DIR")]
    lake: PathBuf,

    #[command(flatten)]
    output: Output,
}

const COLUMNS: &[(&str, Type)] = &[
    ("Number", Type::Long),
    ("Source", Type::String),
    ("Bytes", Type::Long),
    ("SHA256", Type::String),
    ("Archive", Type::String),
    ("ArchiveSHA256", Type::String),
    ("Route", Type::String),
    ("Format", Type::String),
    ("ToldBy", Type::String),
    ("Container", Type::String),
    ("Encoding", Type::String),
    ("Tables", Type::String),
    ("Seen", Type::Long),
    ("Kept", Type::Long),
    ("Duplicates", Type::Long),
    ("Superseded", Type::Long),
    ("Rejected", Type::Long),
    ("First", Type::Datetime),
    ("Last", Type::Datetime),
    ("Notes", Type::String),
    ("Case", Type::String),
    ("Examiner", Type::String),
    ("Auk", Type::String),
    ("ReadAt", Type::Datetime),
];

pub fn run(args: &Args, terminal: &Terminal) -> Done {
    let lake = Lake::open(&args.lake)?;
    args.output.write(&table(lake.manifest()), terminal)?;
    Ok(Outcome::Done)
}

fn table(manifest: &Manifest) -> Table {
    let rows = manifest.sources.iter().map(|source| {
        let run = manifest.runs.iter().find(|run| run.number == source.run).cloned().unwrap_or_default();
        row(source, &run)
    });
    Table { schema: Schema::of(COLUMNS), rows: rows.collect() }
}

fn row(source: &Source, run: &Run) -> Vec<Value> {
    let archive = source.archive.clone().unwrap_or_default();
    let inside =
        if archive.path.is_empty() { String::new() } else { format!("{} ({})", archive.path, archive.kind) };
    let told: Vec<&str> = source.routes.iter().filter_map(|route| routes::told_by(route)).collect();
    let long = |n: u64| Value::Long(n as i64);
    let time = |ticks: Option<i64>| ticks.map_or(Value::Null, Value::Datetime);
    vec![
        Value::Long(i64::from(source.id)),
        Value::string(&source.path),
        long(source.size),
        Value::string(&source.sha256),
        Value::String(inside),
        Value::string(&archive.sha256),
        Value::string(source.routes.join(", ")),
        Value::String(formats(&source.routes)),
        Value::string(told.join("; ")),
        Value::string(&source.container),
        Value::string(&source.encoding),
        Value::string(source.tables.join(", ")),
        long(source.seen),
        long(source.kept),
        long(source.duplicates),
        long(source.superseded),
        long(source.rejected),
        time(source.first),
        time(source.last),
        Value::string(source.notes.join("; ")),
        Value::string(run.case.clone().unwrap_or_default()),
        Value::string(run.examiner.clone().unwrap_or_default()),
        Value::string(&run.version),
        time((run.time > 0).then_some(run.time)),
    ]
}
