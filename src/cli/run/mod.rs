//! `auk run`: analyses of the collection, one by its name, or many, and what they come to.
//!
//! One analysis gives its table, in any format, like a query. Many give a report: the results that have rows, then a
//! summary (`report.rs`).
//!
//! Trap: an analysis without the tables that it needs finds nothing, and that must not look like a clean lake: it is
//! not run (`gaps.rs`). One that fails ends none of the others, but the command ends with 2.

pub mod choice;
pub mod gaps;
mod pool;
mod report;
mod summary;

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::data::{Beside, Data};
use super::failure::Failure;
use super::options::{Now, Tuning};
use super::output::Output;
use super::query::Which;
use super::terminal::Terminal;
use super::{Done, Outcome};
use crate::analysis::{Analysis, Severity};
use crate::engine::{Engine, QueryOptions};
use crate::kql::Catalog;
use crate::lake::only::Only;
use crate::lake::views::VIEWS;
use crate::time;
use choice::Choice;
use gaps::Gaps;
use pool::{Ending, Pool};
use report::{Entry, Report, Status};

/// Run analyses of the collection: one, some, or all
///
/// `auk list` shows what there is, `auk show NAME` explains one. A single analysis gives its table. Several are run
/// side by side and give a report: the results with rows, then a summary: what found something, what is clean, what
/// was not run since the lake lacks a table, what failed. Each parameter has a default; --param replaces it: a list
/// is JSON, or values with commas between. Exit code 1 when --fail-on finds something, 2 when an analysis failed.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    choice: Choice,

    /// Run the whole collection
    #[arg(long, conflicts_with = "names")]
    all: bool,

    /// Write the summary alone
    #[arg(long)]
    summary: bool,

    /// Exit with 1 when something of this severity or above is found: low (or any), medium, high, critical
    #[arg(long, value_name = "SEVERITY", value_parser = fail_on)]
    fail_on: Option<Severity>,

    #[command(flatten)]
    data: Data,

    #[command(flatten)]
    beside: Beside,

    #[command(flatten)]
    tuning: Tuning,

    #[command(flatten)]
    output: Output,
}

const EXAMPLES: &str = "\
Examples:
  auk run pim/activations --from exports/
  auk run activations --param LookBack=30d --lake lake --format markdown
  auk run pim --lake lake                            all of pim/
  auk run --all --lake lake --summary                what is there to look at?
  auk run --tag monthly --severity medium --lake lake -o findings/ --format csv
  auk run --all --lake lake -o report.json           one document
  auk run --all --lake lake --fail-on high           exit code 1 for scripts

With several analyses, -o names a file for the whole report by its ending (.md, .json, .ndjson, .csv of the summary, .txt),
or else a folder that takes a file of each, and summary beside them.";

fn fail_on(text: &str) -> Result<Severity, String> {
    match text {
        "any" => Ok(Severity::Low),
        text => choice::severity(text).and_then(|severity| match severity {
            Severity::Informational => Err("what is informational finds nothing; use any, medium, …".into()),
            found => Ok(found),
        }),
    }
}

/// An analysis on its way to a worker.
pub struct Job {
    analysis: &'static Analysis,
    /// Its query with the parameters set.
    text: String,
    /// The rows of the tables that it reads.
    rows: u64,
}

pub fn run(args: &Args, terminal: &Terminal) -> Done {
    if args.choice.is_empty() && !args.all {
        let failure = Failure::usage("there is nothing to run");
        return Err(failure.with_help("name analyses (auk list shows them), --tag, --severity, or --all"));
    }
    let single = args.choice.single()?.filter(|_| !args.summary);
    let analyses = args.choice.analyses()?;
    if analyses.is_empty() {
        return Err(Failure::usage("no analysis is of that choice").with_help("auk list --help"));
    }
    let texts = texts(&analyses, &args.tuning.parameters)?;
    if !args.data.is_named() {
        let failure = Failure::usage("there is no data to run it over");
        return Err(failure.with_help("give --lake DIR, or --from PATH to read exports"));
    }
    // Parameters are in the texts by now.
    let tuning = Tuning { parameters: Vec::new(), ..args.tuning.clone() };
    let outside = args.beside.open_for_analyses()?;
    let wants = |engine: &Engine| wants(engine, single?, texts.first()?, &tuning.options(0));
    let engine = args.data.open_for(wants, terminal)?.with_outside(outside);
    let (now, why) = tuning.now(engine.now())?;
    let gaps = Gaps::of(&analyses, &engine, &tuning.options(now));
    let engine = keeping(engine, &analyses, &gaps, &tuning.options(now));
    let job = |(analysis, text): (&&'static Analysis, String)| {
        let rows = gaps::read_by(analysis, &engine);
        Job { analysis, text, rows }
    };
    let jobs: Vec<Job> = analyses.iter().zip(texts).map(job).collect();
    let pool = Pool { engine: &engine, tuning: &tuning, gaps: &gaps };
    if let (Some(analysis), [job]) = (single, jobs.as_slice()) {
        return one(analysis, job, args, &pool, terminal);
    }
    terminal.remark(&format!("now() is {} ({why})", time::datetime_text(now)));
    // One now() for all of them, by the clock, too.
    let tuning = Tuning { now: Some(Now::At(now)), ..tuning.clone() };
    let pool = Pool { tuning: &tuning, ..pool };
    gaps.hints().for_each(|hint| terminal.note(hint));
    several(&jobs, args, &pool, terminal)
}

/// What a single analysis looks at; whether the tables are there that it names is asked, too.
fn wants(engine: &Engine, analysis: &Analysis, text: &str, options: &QueryOptions) -> Option<Only> {
    let mut only = engine.wants(text, options)?;
    for table in analysis.header.tables.iter().chain(&analysis.header.optional) {
        only.0.entry(engine.view_of(table).unwrap_or_else(|| table.clone())).or_default();
    }
    Some(only)
}

/// The engine with the rows of views that several of the analyses read: they cost more than all that is asked of them.
fn keeping(engine: Engine, analyses: &[&Analysis], gaps: &Gaps, options: &QueryOptions) -> Engine {
    let reading = |view: &str| {
        let reads = |a: &&&Analysis| a.header.tables.iter().any(|table| table == view);
        analyses.iter().filter(reads).filter(|a| gaps.why_not(a).is_none()).count()
    };
    let views = VIEWS.iter().filter(|view| reading(view.name) > 1);
    views.fold(engine, |engine, view| engine.keeping(view.name, options))
}

/// A single analysis: its table, as a query gives it.
fn one(analysis: &Analysis, job: &Job, args: &Args, pool: &Pool<'_>, terminal: &Terminal) -> Done {
    if let Some(reason) = pool.gaps.why_not(analysis) {
        let failure = Failure::data(format!("{} cannot be run: {reason}", analysis.name));
        let hint = pool.gaps.hints().next().map(str::to_string);
        return Err(hint.into_iter().fold(failure, Failure::with_help));
    }
    if let Some(missing) = pool.gaps.without(analysis) {
        terminal.note(&format!("{missing}: {} goes without", analysis.name));
    }
    let rows =
        pool.question(job, terminal.verbose).answer(pool.engine, &args.output, Which::All, terminal)?;
    let found = rows > 0 && args.fail_on.is_some_and(|least| analysis.header.severity >= least);
    Ok(if found { Outcome::Findings } else { Outcome::Done })
}

/// Many analyses: their results in order, then the summary.
fn several(jobs: &[Job], args: &Args, pool: &Pool<'_>, terminal: &Terminal) -> Done {
    let bar = bar(jobs.len(), terminal);
    let entries = Report::write(&args.output, args.summary, terminal, |report| {
        pool.run(jobs, |job, ending| {
            bar.set_message(job.analysis.name.clone());
            let (entry, results) = entry(job.analysis, ending, pool.gaps, &bar, terminal);
            bar.suspend(|| report.take(entry, results))?;
            bar.inc(1);
            Ok(())
        })?;
        bar.finish_and_clear();
        Ok(())
    })?;
    if entries.iter().any(|entry| entry.status == Status::Failed) {
        return Err(Failure::Said);
    }
    let least = args.fail_on;
    let found = |e: &Entry| e.rows > 0 && least.is_some_and(|least| e.analysis.header.severity >= least);
    Ok(if entries.iter().any(found) { Outcome::Findings } else { Outcome::Done })
}

/// What became of an analysis, with its results; a failure is told where it is seen.
fn entry(
    analysis: &'static Analysis,
    ending: Ending,
    gaps: &Gaps,
    bar: &ProgressBar,
    terminal: &Terminal,
) -> (Entry, Vec<super::output::Titled>) {
    let mut entry =
        Entry { analysis, status: Status::Clean, rows: 0, reason: String::new(), warnings: Vec::new() };
    match ending {
        Ending::NotRun(reason) => {
            (entry.status, entry.reason) = (Status::NotRun, reason);
            (entry, Vec::new())
        }
        Ending::Failed(failure) => {
            bar.suspend(|| _ = failure.report(terminal));
            (entry.status, entry.reason) = (Status::Failed, failure.message().to_string());
            (entry, Vec::new())
        }
        Ending::Ran(asked) => {
            entry.rows = asked.rows();
            if entry.rows > 0 {
                entry.status = Status::Found;
            }
            entry.warnings = asked.compiled.warnings;
            entry.warnings.extend(gaps.without(analysis));
            (entry, asked.results)
        }
    }
}

/// The progress bar: analyses; hidden when no one is watching.
fn bar(count: usize, terminal: &Terminal) -> ProgressBar {
    if !terminal.attended {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(count as u64), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:32.cyan/dim} {pos}/{len}  {msg}") {
        bar.set_style(style.progress_chars("━━╌"));
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// The queries with their parameters set. A parameter must be known to one of them at least.
pub fn texts(analyses: &[&Analysis], values: &[(String, String)]) -> Result<Vec<String>, Failure> {
    let knows = |analysis: &Analysis, name: &str| analysis.parameters.iter().any(|p| p.name == name);
    let unknown = values.iter().find(|(name, _)| !analyses.iter().any(|a| knows(a, name)));
    let mut texts = Vec::new();
    for analysis in analyses {
        let own =
            |(name, _): &&(String, String)| knows(analysis, name) || unknown.is_some_and(|u| u.0 == *name);
        let values: Vec<(String, String)> = values.iter().filter(own).cloned().collect();
        texts.push(analysis.with(&values).map_err(Failure::usage)?);
    }
    Ok(texts)
}
