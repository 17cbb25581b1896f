//! `auk function`: functions of a workspace, kept in the lake, that any query on it calls by name.
//!
//! Trap: what a file holds is refused here when it does not parse, not in the middle of a query.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::output::{self, Output};
use super::terminal::Terminal;
use super::{Done, Failure, Outcome};
use crate::functions;
use crate::kql::SavedFunction;
use crate::lake::{self, Lake};
use crate::table::Table;
use crate::types::{Schema, Type};
use crate::value::Value;

/// Keep functions of your workspace in a lake, for any query to call
///
/// A function is a file of KQL in one of two forms. Either it is a function as `let` writes it:
///
///   let FailedSignIns = (user: string, days: long = 7) { SigninLogs | where … };
///
/// or it is the body as the workspace shows it, with comments that say the rest:
///
///   // name: FailedSignIns
///   // parameters: user: string, days: long = 7
///   SigninLogs | where …
///
/// Functions may call each other. One without parameters is called as a table, too: Failures | count.
#[derive(clap::Args)]
#[command(verbatim_doc_comment, after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

const EXAMPLES: &str = "\
Examples:
  auk function add FailedSignIns.kql --lake lake
  auk function add parser.kql --name MyParser --lake lake
  auk function list --lake lake
  auk query \"FailedSignIns('adele@contoso.com') | count\" --lake lake";

#[derive(Subcommand)]
enum Action {
    /// Add a function, or replace the one of its name
    Add {
        /// The file with the function
        #[arg(value_name = "FILE.kql")]
        file: PathBuf,

        /// The name to call it by [default: what the file says]
        #[arg(long, value_name = "NAME")]
        name: Option<String>,

        /// The lake that `auk ingest` made
        #[arg(long, value_name = "DIR")]
        lake: PathBuf,
    },
    /// List the functions of a lake
    List {
        /// The lake that `auk ingest` made
        #[arg(long, value_name = "DIR")]
        lake: PathBuf,

        #[command(flatten)]
        output: Output,
    },
    /// Print a function as it was added
    Show {
        name: String,

        /// The lake that `auk ingest` made
        #[arg(long, value_name = "DIR")]
        lake: PathBuf,
    },
    /// Remove a function
    Remove {
        name: String,

        /// The lake that `auk ingest` made
        #[arg(long, value_name = "DIR")]
        lake: PathBuf,
    },
}

pub fn run(args: &Args, terminal: &Terminal) -> Done {
    match &args.action {
        Action::Add { file, name, lake } => add(file, name.as_deref(), lake, terminal)?,
        Action::List { lake, output } => output.write(&listed(Lake::open(lake)?.dir())?, terminal)?,
        Action::Show { name, lake } => {
            let lake = Lake::open(lake)?;
            match lake::functions::all(lake.dir())?.into_iter().find(|(own, _)| own == name) {
                Some((_, text)) if text.ends_with('\n') => output::text(&text)?,
                Some((_, text)) => output::line(&text)?,
                None => return Err(missing(lake.dir(), name)?),
            }
        }
        Action::Remove { name, lake } => {
            let lake = Lake::open(lake)?;
            if !lake::functions::remove(lake.dir(), name)? {
                return Err(missing(lake.dir(), name)?);
            }
            terminal.note(&format!("removed the function {name}"));
        }
    }
    Ok(Outcome::Done)
}

fn add(file: &Path, name: Option<&str>, lake: &Path, terminal: &Terminal) -> Result<(), Failure> {
    let lake = Lake::open(lake)?;
    let shown = file.display().to_string();
    let size = fs::metadata(file).map_err(|e| Failure::usage(format!("{shown}: {e}")))?.len();
    if size > lake::functions::LARGEST {
        return Err(Failure::usage(format!("{shown} is longer than a function can be (4 MiB)")));
    }
    let text = fs::read_to_string(file).map_err(|e| Failure::usage(format!("{shown}: {e}")))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let failed = |diagnostics| Failure::Query { name: shown.clone(), text: text.to_string(), diagnostics };
    let function = SavedFunction::read(name, text).map_err(failed)?;
    let name = &function.name;
    let taken = functions::function(name).is_some() || functions::aggregate(name).is_some();
    if taken || lake::table(name).is_some() {
        let what = if taken { "KQL has a function" } else { "there is a table" };
        let failure = Failure::usage(format!("{what} named {name}"));
        return Err(failure.with_help("give another name with --name"));
    }
    let replaced = lake::functions::write(lake.dir(), name, text)?;
    let what = if replaced { "replaced" } else { "added" };
    terminal.note(&format!("{what} the function {}", function.signature()));
    Ok(())
}

fn listed(dir: &Path) -> Result<Table, Failure> {
    let row = |(name, text): (String, String)| {
        let call = match SavedFunction::read(Some(&name), &text) {
            Ok(function) => function.signature(),
            Err(_) => "cannot be read".to_string(),
        };
        vec![Value::String(name), Value::String(call), Value::Long(text.lines().count() as i64)]
    };
    let columns = [("Function", Type::String), ("Call", Type::String), ("Lines", Type::Long)];
    let schema = Schema::of(&columns);
    Ok(Table { schema, rows: lake::functions::all(dir)?.into_iter().map(row).collect() })
}

fn missing(dir: &Path, name: &str) -> Result<Failure, Failure> {
    let names: Vec<String> = lake::functions::all(dir)?.into_iter().map(|(name, _)| name).collect();
    let failure = Failure::usage(format!("there is no function named '{name}'"));
    let otherwise = "auk function list --lake DIR lists all";
    Ok(failure.with_nearest(name, names.iter().map(String::as_str), otherwise))
}
