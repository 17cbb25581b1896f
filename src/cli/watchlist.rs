//! `auk watchlist`: the lists that queries read by `_GetWatchlist('name')`, kept in the lake.
//!
//! Trap: a list that was exported from the service has the service's own columns; they are not the list's.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::options::clock;
use super::output::Output;
use super::terminal::{Terminal, counted};
use super::{Done, Failure, Outcome};
use crate::lake::{Lake, watchlists, watchlists::Watchlist};
use crate::table::Table;
use crate::types::{Schema, Type};
use crate::value::Value;

/// Keep lists for _GetWatchlist('name') in a lake
///
/// A watchlist is a CSV file with a header line. A query reads it as the table _GetWatchlist('name'): its
/// columns as strings, and SearchKey, which repeats the column that --key names. Case in the name does not
/// matter.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

const EXAMPLES: &str = "\
Examples:
  auk watchlist add VIPUsers vips.csv --key UserPrincipalName --lake lake
  auk watchlist list --lake lake
  auk query \"_GetWatchlist('VIPUsers') | project SearchKey, Team\" --lake lake";

#[derive(Subcommand)]
enum Action {
    /// Add a watchlist, or replace the one of its name
    Add {
        /// The name that queries call it by
        name: String,

        /// A CSV file with a header line
        #[arg(value_name = "FILE.csv")]
        file: PathBuf,

        /// The column that SearchKey repeats [default: the first]
        #[arg(long, value_name = "COLUMN")]
        key: Option<String>,

        /// The lake that `auk ingest` made
        #[arg(long, value_name = "DIR")]
        lake: PathBuf,
    },
    /// List the watchlists of a lake
    List {
        /// The lake that `auk ingest` made
        #[arg(long, value_name = "DIR")]
        lake: PathBuf,

        #[command(flatten)]
        output: Output,
    },
    /// Show the rows of a watchlist, as a query reads them
    Show {
        name: String,

        /// The lake that `auk ingest` made
        #[arg(long, value_name = "DIR")]
        lake: PathBuf,

        #[command(flatten)]
        output: Output,
    },
    /// Remove a watchlist
    Remove {
        name: String,

        /// The lake that `auk ingest` made
        #[arg(long, value_name = "DIR")]
        lake: PathBuf,
    },
}

/// A file larger than this is no watchlist.
const LARGEST: u64 = 100 << 20;

pub fn run(args: &Args, terminal: &Terminal) -> Done {
    match &args.action {
        Action::Add { name, file, key, lake } => add(name, file, key.as_deref(), lake, terminal)?,
        Action::List { lake, output } => output.write(&listed(Lake::open(lake)?.dir())?, terminal)?,
        Action::Show { name, lake, output } => {
            let lake = Lake::open(lake)?;
            match watchlists::find(lake.dir(), name)? {
                Some(list) => output.write(&list.table(), terminal)?,
                None => return Err(missing(lake.dir(), name)?),
            }
        }
        Action::Remove { name, lake } => {
            let lake = Lake::open(lake)?;
            if !watchlists::remove(lake.dir(), name)? {
                return Err(missing(lake.dir(), name)?);
            }
            terminal.note(&format!("removed the watchlist {name}"));
        }
    }
    Ok(Outcome::Done)
}

fn add(name: &str, file: &Path, key: Option<&str>, lake: &Path, terminal: &Terminal) -> Result<(), Failure> {
    let lake = Lake::open(lake)?;
    let list = read(name, file, key, terminal)?;
    let what = format!("{} with {}, SearchKey is {}", list.name, counted(list.rows.len(), "row"), list.key);
    let replaced = watchlists::write(lake.dir(), &list)?;
    terminal.note(&format!("{} the watchlist {what}", if replaced { "replaced" } else { "added" }));
    Ok(())
}

/// Reads the CSV file of a watchlist.
fn read(name: &str, file: &Path, key: Option<&str>, terminal: &Terminal) -> Result<Watchlist, Failure> {
    let shown = file.display();
    let failed = |why: String| Failure::data(format!("{shown}: {why}"));
    let size = fs::metadata(file).map_err(|e| failed(e.to_string()))?.len();
    if size > LARGEST {
        return Err(failed(format!("larger than a watchlist can be ({} MiB)", LARGEST >> 20)));
    }
    let bytes = fs::read(file).map_err(|e| failed(e.to_string()))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| failed("not UTF-8 text".to_string()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|e| failed(e.to_string()))?;
    let columns: Vec<String> = header.iter().map(|name| name.trim().to_string()).collect();
    check_columns(&columns).map_err(failed)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| failed(e.to_string()))?;
        if record.len() > columns.len() {
            let line = record.position().map_or(0, csv::Position::line);
            return Err(failed(format!("line {line} has more fields than the header has columns")));
        }
        rows.push(record.iter().map(str::to_string).collect());
    }
    let key = chosen_key(key, &columns)?;
    let own: Vec<&str> =
        columns.iter().map(String::as_str).filter(|c| watchlists::SERVICE.contains(c)).collect();
    if !own.is_empty() {
        terminal
            .note(&format!("{} of the file: columns that every watchlist has of its own", own.join(", ")));
    }
    let source = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Watchlist { name: name.to_string(), key, columns, rows, updated: clock(), source })
}

fn check_columns(columns: &[String]) -> Result<(), String> {
    if columns.iter().all(String::is_empty) {
        return Err("the first line has to name the columns".to_string());
    }
    for (at, name) in columns.iter().enumerate() {
        if name.is_empty() {
            return Err(format!("column {} has no name", at + 1));
        }
        if name.starts_with("_auk_") {
            return Err(format!("{name}: names of columns that begin with _auk_ are auk's own"));
        }
        if columns[..at].contains(name) {
            return Err(format!("two columns are named {name}"));
        }
    }
    Ok(())
}

/// The column of `SearchKey`: as it was named, else one that is called so, else the first.
fn chosen_key(key: Option<&str>, columns: &[String]) -> Result<String, Failure> {
    let Some(key) = key else {
        let own = columns.iter().find(|c| *c == "SearchKey");
        let first = columns.iter().find(|c| !watchlists::SERVICE.contains(&c.as_str()));
        return Ok(own.or(first).cloned().unwrap_or_default());
    };
    match columns.iter().find(|c| *c == key).or_else(|| columns.iter().find(|c| c.eq_ignore_ascii_case(key)))
    {
        Some(column) => Ok(column.clone()),
        None => {
            let failure = Failure::usage(format!("the file has no column {key}"));
            Err(failure.with_help(format!("it has {}", columns.join(", "))))
        }
    }
}

fn listed(dir: &Path) -> Result<Table, Failure> {
    let row = |list: Watchlist| {
        vec![
            Value::String(list.name),
            Value::Long(list.rows.len() as i64),
            Value::String(list.key),
            Value::String(list.columns.join(", ")),
            Value::String(list.source),
            Value::Datetime(list.updated),
        ]
    };
    let columns = [
        ("Watchlist", Type::String),
        ("Rows", Type::Long),
        ("SearchKey", Type::String),
        ("Columns", Type::String),
        ("File", Type::String),
        ("Added", Type::Datetime),
    ];
    let schema = Schema::of(&columns);
    Ok(Table { schema, rows: watchlists::all(dir)?.into_iter().map(row).collect() })
}

fn missing(dir: &Path, name: &str) -> Result<Failure, Failure> {
    let names: Vec<String> = watchlists::all(dir)?.into_iter().map(|list| list.name).collect();
    let failure = Failure::usage(format!("there is no watchlist named '{name}'"));
    let otherwise = "auk watchlist list --lake DIR lists all";
    Ok(failure.with_nearest(name, names.iter().map(String::as_str), otherwise))
}
