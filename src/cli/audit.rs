//! `auk audit`: what cannot be concluded from a lake.

use std::io::Write;
use std::path::PathBuf;

use clap::ValueEnum;

use super::output;
use super::terminal::Terminal;
use super::{Done, Outcome};
use crate::audit::{self, Severity};
use crate::report::findings;

/// Say what cannot be concluded from a lake, and which export to ask for
///
/// Looks for what is missing or less than it seems: exports that ended at a limit, searches with holes, pages
/// and files that were cut, damage, gaps in time, logs that nobody exported, copies that disagree. Each finding
/// blocks a conclusion, limits one, or is a note.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  auk audit --lake lake\n  auk audit --lake lake --format markdown -o audit.md\n  auk audit --lake lake --fail-on blocks"
)]
pub struct Args {
    /// The lake that `auk ingest` made
    #[arg(long, value_name = "DIR")]
    lake: PathBuf,

    /// The form of the result [default: by the name of -o, else text]
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Form>,

    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Exit with 1 when there is a finding of this weight or a heavier one
    #[arg(long, value_enum, value_name = "SEVERITY")]
    fail_on: Option<Weight>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    Text,
    Json,
    #[value(alias = "md")]
    Markdown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Weight {
    Note,
    Limits,
    Blocks,
}

impl Args {
    fn format(&self) -> Form {
        let ending = self.output.as_deref().and_then(|path| path.extension()?.to_str());
        self.format.unwrap_or(match ending.map(str::to_ascii_lowercase).as_deref() {
            Some("md" | "markdown") => Form::Markdown,
            Some("json") => Form::Json,
            _ => Form::Text,
        })
    }
}

impl Weight {
    fn severity(self) -> Severity {
        match self {
            Weight::Note => Severity::Note,
            Weight::Limits => Severity::Limits,
            Weight::Blocks => Severity::Blocks,
        }
    }
}

pub fn run(args: &Args, terminal: &Terminal) -> Done {
    let audit = audit::audit(&args.lake)?;
    let text = match args.format() {
        Form::Text => findings::text(&audit),
        Form::Json => findings::json(&audit),
        Form::Markdown => findings::markdown(&audit),
    };
    match &args.output {
        None => output::text(&text)?,
        Some(path) => {
            output::replace(path, |file| Ok(file.write_all(text.as_bytes())?))?;
            terminal.remark(&format!("{} In {}", findings::summary(&audit), path.display()));
        }
    }
    let heavy = |least: Weight| audit.findings.iter().any(|f| f.severity >= least.severity());
    Ok(if args.fail_on.is_some_and(heavy) { Outcome::Findings } else { Outcome::Done })
}
