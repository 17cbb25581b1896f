//! The command line: a file per command. The only module that prints or ends the process.
//!
//! Standard output carries data only; notes, progress and errors go to standard error. Exit codes:
//! 0 done, 1 findings where a command was asked to fail on them, 2 usage or query error, 3 data error.
//!
//! Trap: a closed pipe (`auk query … | head`) is the reader's right: the process ends quietly with 0.

mod audit;
mod batch;
mod cache;
mod compact;
mod data;
mod explain;
mod failure;
mod function;
mod functions;
mod generate;
mod ingest;
mod inspect;
mod list;
mod manifest;
pub mod memory;
mod options;
mod output;
mod parameters;
mod picture;
mod prompt;
mod query;
mod report;
mod run;
mod show;
mod tables;
mod terminal;
mod trace;
mod verify;
mod watchlist;

use std::panic;
use std::process::ExitCode;
use std::thread;

use clap::{Parser, Subcommand};

use failure::Failure;
use terminal::Terminal;

/// Stack of the threads that compile and run queries; address space, touched only where needed.
pub const STACK: usize = 256 << 20;

/// What a command comes to when nothing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Done,
    /// There are findings, and the command was asked to fail on them.
    Findings,
    /// Some data was rejected; the rest is good.
    Rejected,
    /// Data is not what it was.
    Changed,
}

type Done = Result<Outcome, Failure>;

/// KQL over exported Microsoft 365 and Entra ID audit data, offline, on one machine
///
/// auk reads folders of exports (Purview audit searches, Search-UnifiedAuditLog, Graph and Entra downloads)
/// into a lake of Parquet files under Microsoft Sentinel's table names, and answers KQL over it. Nothing
/// leaves the machine.
#[derive(Parser)]
#[command(name = "auk", version, max_term_width = 100, propagate_version = true, after_help = EXAMPLES)]
#[command(args_conflicts_with_subcommands = true)]
struct Auk {
    #[command(subcommand)]
    command: Option<Command>,

    /// Say more on standard error
    #[arg(short, long, global = true)]
    verbose: bool,

    #[command(flatten)]
    prompt: prompt::Args,
}

const EXAMPLES: &str = "\
Examples:
  auk run pim/activations --from exports/            one analysis, straight from exports
  auk ingest exports/ --lake lake                    read exports into a lake, once
  auk query 'SigninLogs | summarize count() by ResultType' --lake lake
  auk query -f hunt.kql --lake lake --format csv -o hunt.csv
  auk run --all --lake lake --summary                what is there to look at?
  auk list                                           the analyses that come with auk
  auk show pim/activations                           one of them explained
  auk functions summarize                            what auk knows of KQL
  auk --lake lake                                    the prompt: type queries, Tab completes

Exit codes: 0 done, 1 findings (run --fail-on, audit --fail-on), 2 usage or query error,
3 data: a record rejected, evidence changed, or a lake or file that cannot be read.";

#[derive(Subcommand)]
enum Command {
    Ingest(ingest::Args),
    Inspect(inspect::Args),
    Query(query::Args),
    Run(run::Args),
    List(list::Args),
    Show(show::Args),
    Tables(tables::Args),
    Explain(explain::Args),
    Functions(functions::Args),
    Batch(batch::Args),
    Generate(generate::Args),
    Audit(audit::Args),
    Report(report::Args),
    Manifest(manifest::Args),
    Verify(verify::Args),
    Trace(trace::Args),
    Watchlist(watchlist::Args),
    Function(function::Args),
    Cache(cache::Args),
    Compact(compact::Args),
}

/// Runs the command line of this process, on a thread with room for deeply nested queries.
pub fn main() -> ExitCode {
    let work = thread::Builder::new().stack_size(STACK).spawn(command_line);
    work.ok().and_then(|thread| thread.join().ok()).unwrap_or(ExitCode::from(2))
}

fn command_line() -> ExitCode {
    let auk = match Auk::try_parse() {
        Ok(auk) => auk,
        Err(error) => {
            _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let terminal = Terminal::new(auk.verbose);
    panic::set_hook(Box::new(move |panic| {
        if crate::ingest::is_guarded() {
            return;
        }
        let at = panic.location().map(|at| format!(" ({}:{})", at.file(), at.line())).unwrap_or_default();
        let message = panic.payload_as_str().unwrap_or("it panicked");
        terminal.error(&format!("a defect of auk: {message}{at}"), None);
    }));
    let done = match &auk.command {
        None if prompt::is_wanted(&auk.prompt) => prompt::run(&auk.prompt, &terminal),
        None => Err(Failure::usage("there is no command")
            .with_help("auk --help lists them; auk --lake DIR starts the prompt")),
        Some(Command::Ingest(args)) => ingest::run(args, &terminal),
        Some(Command::Inspect(args)) => inspect::run(args, &terminal),
        Some(Command::Query(args)) => query::run(args, &terminal),
        Some(Command::Run(args)) => run::run(args, &terminal),
        Some(Command::List(args)) => list::run(args, &terminal),
        Some(Command::Show(args)) => show::run(args, &terminal),
        Some(Command::Tables(args)) => tables::run(args, &terminal),
        Some(Command::Explain(args)) => explain::run(args, &terminal),
        Some(Command::Functions(args)) => functions::run(args, &terminal),
        Some(Command::Batch(args)) => batch::run(args),
        Some(Command::Generate(args)) => generate::run(args, &terminal),
        Some(Command::Audit(args)) => audit::run(args, &terminal),
        Some(Command::Report(args)) => report::run(args, &terminal),
        Some(Command::Manifest(args)) => manifest::run(args, &terminal),
        Some(Command::Verify(args)) => verify::run(args, &terminal),
        Some(Command::Trace(args)) => trace::run(args, &terminal),
        Some(Command::Compact(args)) => compact::run(args, &terminal),
        Some(Command::Watchlist(args)) => watchlist::run(args, &terminal),
        Some(Command::Function(args)) => function::run(args, &terminal),
        Some(Command::Cache(args)) => cache::run(args, &terminal),
    };
    match done {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::from(1),
        Ok(Outcome::Rejected | Outcome::Changed) => ExitCode::from(3),
        Err(failure) => ExitCode::from(failure.report(&terminal)),
    }
}
