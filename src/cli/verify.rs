//! `auk verify`: is the lake what was ingested, and are the sources what was read?
//!
//! Trap: a source that is not where it was is no change of the data, as exports are moved and locked away; it
//! is one when the user says with `--sources` where they are.

use std::path::PathBuf;

use super::output::Output;
use super::terminal::{Terminal, counted};
use super::{Done, Outcome};
use crate::audit::verify::{self, Check, State};
use crate::lake;
use crate::table::Table;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

/// Hash the lake and its sources again, and name what has changed
///
/// Compares the files of the lake with the hashes of the day they were written, the sources with those of the
/// day they were read, the rows of the parts with the manifest, and adds up the account of every source.
/// Watchlists and saved functions, which are yours to change, have no hash. Exit code 3: something has changed.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  auk verify --lake lake\n  auk verify --lake lake --sources /evidence/exports"
)]
pub struct Args {
    /// The lake that `auk ingest` made
    #[arg(long, value_name = "DIR")]
    lake: PathBuf,

    /// Where the sources are today; then each must be there, and files that are none are named
    #[arg(long, value_name = "DIR")]
    sources: Option<PathBuf>,

    #[command(flatten)]
    output: Output,
}

pub fn run(args: &Args, terminal: &Terminal) -> Done {
    let checks = verify::verify(&args.lake, args.sources.as_deref())?;
    args.output.write(&table(&checks), terminal)?;
    let manifest = args.lake.join(lake::manifest::FILE);
    let hash = lake::hashed::sha256_of(&manifest).map_err(|e| lake::Error::io(&manifest, &e))?;
    let wrong = checks.iter().filter(|c| c.state.is_change()).count();
    terminal.note(&format!("the manifest itself has SHA-256 {hash}"));
    if wrong == 0 {
        let unseen = |c: &&Check| matches!(c.state, State::NotFound | State::Unrecorded);
        let unseen = match checks.iter().filter(unseen).count() {
            0 => String::new(),
            number => format!("; {number} could not be compared"),
        };
        terminal.note(&format!("{}, nothing has changed{unseen}", counted(checks.len(), "check")));
        return Ok(Outcome::Done);
    }
    terminal.warn(&format!("{} of {} failed", wrong, counted(checks.len(), "check")));
    Ok(Outcome::Changed)
}

fn table(checks: &[Check]) -> Table {
    let names = ["What", "Name", "State", "Detail"];
    let row = |c: &Check| {
        let state = State::name(c.state);
        [c.what, &c.name, state, &c.detail].map(Value::string).to_vec()
    };
    Table {
        schema: Schema::new(names.iter().map(|name| Column::new(*name, Type::String)).collect()),
        rows: checks.iter().map(row).collect(),
    }
}
