//! `auk inspect`: what files are and hold, without writing anything.

use std::path::PathBuf;

use super::ingest::{Passwords, formats};
use super::output::Output;
use super::terminal::{Terminal, counted};
use super::{Done, Failure, Outcome};
use crate::ingest::{self, Found};
use crate::table::Table;
use crate::types::{Schema, Type};
use crate::value::Value;

/// Say what files hold, without reading them into a lake
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  auk inspect exports/\n  auk inspect AuditLog.csv --format json")]
pub struct Args {
    /// Files and folders to look at
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    secrets: Passwords,

    #[command(flatten)]
    output: Output,
}

pub fn run(args: &Args, terminal: &Terminal) -> Done {
    let found = ingest::inspect(&args.paths, &args.secrets.read()?).map_err(Failure::from)?;
    args.output.write(&table(&found), terminal)?;
    for (file, note) in found.iter().flat_map(|f| f.notes.iter().map(move |note| (f, note))) {
        terminal.note(&format!("{}: {note}", file.path.display()));
    }
    let skipped = found.iter().filter(|f| f.skipped.is_some()).count();
    if skipped > 0 {
        terminal.note(&format!("{} of {} would be skipped", skipped, counted(found.len(), "file")));
    }
    Ok(Outcome::Done)
}

fn table(found: &[Found]) -> Table {
    let columns = [
        ("File", Type::String),
        ("Bytes", Type::Long),
        ("Encoding", Type::String),
        ("Format", Type::String),
        ("Records", Type::String),
        ("Rejected", Type::Long),
        ("First", Type::Datetime),
        ("Last", Type::Datetime),
        ("Skipped", Type::String),
    ];
    let time = |ticks: Option<i64>| ticks.map_or(Value::Null, Value::Datetime);
    let row = |f: &Found| {
        let records: Vec<String> = f.tables.iter().map(|(table, rows)| format!("{rows} {table}")).collect();
        vec![
            Value::string(f.path.display().to_string()),
            Value::Long(f.size as i64),
            Value::string(&f.encoding),
            Value::String(formats(&f.routes)),
            Value::string(records.join(", ")),
            Value::Long(f.rejected as i64),
            time(f.first),
            time(f.last),
            Value::string(f.skipped.clone().unwrap_or_default()),
        ]
    };
    Table { schema: Schema::of(&columns), rows: found.iter().map(row).collect() }
}
