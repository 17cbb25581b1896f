//! The interactive prompt: `auk` without a command, over a lake or over exports.
//!
//! A line that is a whole query runs; one that is not goes on, and from then on an empty line ends it
//! (`whole.rs`). A line that begins with `.` is a command of the prompt (`commands.rs`). Without a terminal
//! the same is read from standard input, so that a script can be piped in.
//!
//! Trap: a mistake ends a query, never the session; only a script's exit code tells of it.

mod commands;
mod editor;
mod pager;
mod whole;
mod words;

use std::io::{self, BufRead, IsTerminal};
use std::path::{Path, PathBuf};

use super::data::{self, Beside, Data};
use super::failure::Failure;
use super::options::Tuning;
use super::output::{self, Format};
use super::query::Question;
use super::terminal::{Terminal, counted};
use super::{Done, Outcome, parameters};
use crate::engine::Engine;
use crate::report;
use commands::Next;

#[derive(clap::Args)]
pub struct Args {
    /// Keep no history of what is typed at the prompt
    #[arg(long)]
    no_history: bool,

    #[command(flatten)]
    data: Data,

    #[command(flatten)]
    tuning: Tuning,

    #[command(flatten)]
    beside: Beside,
}

/// What a session is about.
pub struct Session<'a> {
    pub engine: &'a Engine,
    pub tuning: Tuning,
    pub format: Format,
    pub terminal: Terminal,
}

/// A lake that nobody named: the folder itself, or its subfolder `lake`.
const HERE: [&str; 2] = [".", "lake"];

/// Is there anything to talk about, or anyone to talk to?
pub fn is_wanted(args: &Args) -> bool {
    args.data.is_named() || io::stdin().is_terminal()
}

pub fn run(args: &Args, terminal: &Terminal) -> Done {
    let engine = match args.data.is_named() {
        true => args.data.open(terminal)?,
        false => data::open(lake_here().as_deref())?,
    };
    let engine = engine.with_outside(args.beside.open()?);
    let (tuning, format) = (args.tuning.clone(), Format::Table);
    let mut session = Session { engine: &engine, tuning, format, terminal: *terminal };
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        session.greet();
        editor::converse(&mut session, args.no_history)?;
        return Ok(Outcome::Done);
    }
    session.script(io::stdin().lock())
}

fn lake_here() -> Option<PathBuf> {
    HERE.iter().map(Path::new).find(|dir| dir.join("manifest.json").is_file()).map(Path::to_path_buf)
}

impl Session<'_> {
    fn greet(&self) {
        let about = match self.engine.lake() {
            Some(lake) => {
                format!("{} read from {}", counted(lake.sources().len(), "source"), lake.dir().display())
            }
            None => {
                "no lake: give --lake DIR or --from PATH; only `print` and `datatable` have rows".to_string()
            }
        };
        self.terminal.say(&format!("auk {} · {}", env!("CARGO_PKG_VERSION"), report::visible(&about)));
        self.terminal.say("KQL runs on Enter once it is whole · Tab completes · .help · Ctrl-D ends");
    }

    /// Runs queries and commands line by line, to the end or to the first `.quit`.
    fn script(&mut self, input: impl BufRead) -> Done {
        let (mut text, mut failed) = (String::new(), false);
        for line in input.lines().map(Some).chain([None]) {
            let line = line.transpose()?;
            match &line {
                Some(line) if text.is_empty() => text.clone_from(line),
                Some(line) => text = format!("{text}\n{line}"),
                None => {}
            }
            if line.is_some() && !whole::is_whole(&text) {
                continue;
            }
            match self.take(&std::mem::take(&mut text)) {
                Ok(Next::Go) => {}
                Ok(Next::Quit) => break,
                Err(Failure::Quiet) => return Err(Failure::Quiet),
                Err(failure) => {
                    failure.report(&self.terminal);
                    failed = true;
                }
            }
        }
        if failed { Err(Failure::Said) } else { Ok(Outcome::Done) }
    }

    /// Runs one query or command.
    pub fn take(&mut self, text: &str) -> Result<Next, Failure> {
        let text = text.trim();
        if let Some(command) = text.strip_prefix('.') {
            return commands::run(self, command);
        }
        if !text.is_empty() {
            self.answer(text)?;
        }
        Ok(Next::Go)
    }

    fn answer(&self, text: &str) -> Result<(), Failure> {
        const NAME: &str = "query";
        let (text, parameters) = parameters::set(NAME, text, &self.tuning.parameters)?;
        let tuning = Tuning { parameters, ..self.tuning.clone() };
        let question =
            Question { name: NAME, text: &text, named: true, tuning: &tuning, explain_nothing: true };
        let asked = question.ask(self.engine, |compiled| Ok((0..compiled.plans.len()).collect()))?;
        asked.say_before(&self.terminal);
        let several = asked.results.len() > 1;
        for (number, result) in asked.results.iter().enumerate() {
            if several {
                output::line(&report::visible(&result.title))?;
            }
            let render = asked.compiled.render.as_ref().filter(|_| number == 0);
            pager::show(&result.table, self.format, render, &self.terminal)?;
        }
        asked.say_after(&self.terminal);
        Ok(())
    }
}
