//! `auk compact`: many small parts of a lake into few large ones.

use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::ingest::{disk, holder};
use super::output::Output;
use super::terminal::{Terminal, bytes};
use super::{Done, Failure, Outcome};
use crate::lake::compact::{self, Compacted};
use crate::lake::{Lake, Manifest};
use crate::table::Table;
use crate::types::{Schema, Type};
use crate::value::Value;

/// Put the small parts of a lake together
///
/// A lake that is fed every hour gets a part every hour, and a query reads them all. This makes few large ones
/// of them, in the order of time. Rows keep their provenance, and superseded records stay what they are. Who
/// reads the lake meanwhile is not disturbed. Ingest does it by itself when a table has more than 64 small parts.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  auk compact --lake lake")]
pub struct Args {
    /// The lake
    #[arg(long, value_name = "DIR")]
    lake: PathBuf,

    #[command(flatten)]
    output: Output,
}

pub fn run(args: &Args, terminal: &Terminal) -> Done {
    let rows = compact::rows_to_write(&args.lake, Lake::open(&args.lake)?.manifest());
    let bar = bar(rows, terminal);
    let disk = disk()?;
    let done = compact::run(&args.lake, &disk, &holder(), &|rows| bar.inc(rows));
    bar.finish_and_clear();
    let tables = done?;
    if let Some(steps) = disk.steps() {
        terminal.note(&format!("{steps} steps"));
    }
    args.output.write(&table(&tables), terminal)?;
    let sum = |get: fn(&Compacted) -> u64| tables.iter().map(get).sum::<u64>();
    if tables.iter().all(|t| t.before == t.after) {
        terminal.note("nothing to do: no table has parts to be put together");
    } else {
        let (before, after) = (sum(|t| t.bytes_before), sum(|t| t.bytes_after));
        terminal.note(&format!("{} are {} now", bytes(before), bytes(after)));
        leftover(args, terminal)?;
    }
    Ok(Outcome::Done)
}

/// Old parts stay while someone reads them.
fn leftover(args: &Args, terminal: &Terminal) -> Result<(), Failure> {
    let manifest = Manifest::read(&args.lake)?.unwrap_or_default();
    let files = std::fs::read_dir(args.lake.join("parts")).map_or(0, |files| files.flatten().count());
    if files > manifest.parts.len() {
        terminal.note("the old parts are being read; the next run that writes the lake removes them");
    }
    Ok(())
}

fn bar(rows: u64, terminal: &Terminal) -> ProgressBar {
    if !terminal.attended {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(rows), ProgressDrawTarget::stderr());
    if let Ok(style) =
        ProgressStyle::with_template("{bar:32.cyan/dim} {percent:>3}%  {human_pos} rows  {eta}")
    {
        bar.set_style(style.progress_chars("━━╌"));
    }
    bar
}

fn table(tables: &[Compacted]) -> Table {
    let columns = [
        ("Table", Type::String),
        ("Rows", Type::Long),
        ("Hidden", Type::Long),
        ("PartsBefore", Type::Long),
        ("Parts", Type::Long),
    ];
    let row = |t: &Compacted| {
        let numbers = [t.rows - t.masked, t.masked, t.before as u64, t.after as u64];
        let mut row = vec![Value::string(&t.table)];
        row.extend(numbers.map(|n| Value::Long(n as i64)));
        row
    };
    Table { schema: Schema::of(&columns), rows: tables.iter().map(row).collect() }
}
