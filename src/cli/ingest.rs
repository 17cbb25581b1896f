//! `auk ingest`: exports into a lake, with a progress bar, an account of every source, and the reason for
//! every file and record that was not taken in.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::failure::Failure;
use super::options::clock;
use super::output::Output;
use super::terminal::{Terminal, bytes, counted, thousands};
use super::{Done, Outcome};
use crate::ingest::{self, Options, Progress, Summary};
use crate::lake::disk::{Disk, Faults};
use crate::lake::lock::Holder;
use crate::lake::only::Only;
use crate::lake::{Lake, Source};
use crate::table::Table;
use crate::types::{Schema, Type};
use crate::value::Value;

/// Read exports into a lake
///
/// Takes files and folders: Purview audit searches, Search-UnifiedAuditLog, Graph, Entra and Log Analytics
/// downloads, dumps of PowerShell, reference data, as JSON, CSV or Parquet in any encoding, gzipped or
/// zipped. Each is known by its content, not its name. What is in the lake already is not taken twice. Exit
/// code 3: some record or file could not be read; all others were.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  auk ingest exports/ --lake lake\n  auk ingest AuditLog_2026*.csv --lake lake"
)]
pub struct Args {
    /// Files and folders to read
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    /// The lake; made if it is not there
    #[arg(long, value_name = "DIR")]
    lake: PathBuf,

    /// Work on so many threads [default: one per core]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,

    /// Make the files a table of this name, whatever they are: CSV, JSON or Parquet
    ///
    /// For lists to join to. The types of the columns are those that all rows have.
    #[arg(long, value_name = "NAME")]
    table: Option<String>,

    /// The case that the data belongs to, for the manifest
    #[arg(long, value_name = "NAME")]
    case: Option<String>,

    /// Who reads it in, for the manifest
    #[arg(long, value_name = "NAME")]
    examiner: Option<String>,

    #[command(flatten)]
    secrets: Passwords,

    #[command(flatten)]
    output: Output,
}

/// What opens archives.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Passwords {
    /// A file with the passwords of zip archives, one a line
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl Passwords {
    pub fn read(&self) -> Result<Vec<String>, Failure> {
        let Some(path) = &self.password_file else { return Ok(Vec::new()) };
        let text =
            fs::read_to_string(path).map_err(|e| Failure::usage(format!("{}: {e}", path.display())))?;
        Ok(text.lines().filter(|line| !line.is_empty()).map(String::from).collect())
    }
}

/// So many rejected records and skipped files are told one by one.
const TOLD: usize = 10;

pub fn run(args: &Args, terminal: &Terminal) -> Done {
    let options = Options {
        now: clock(),
        threads: args.threads,
        passwords: args.secrets.read()?,
        table: args.table.clone(),
        case: args.case.clone(),
        examiner: args.examiner.clone(),
        only: None,
        holder: holder(),
        disk: disk()?,
    };
    let summary = ingest(&args.paths, &args.lake, &options, terminal)?;
    args.output.write(&table(&summary.sources), terminal)?;
    tell(&summary, &args.lake, terminal);
    if found_nothing(&summary) {
        terminal.warn(NOTHING);
    }
    if let Some(steps) = options.disk.steps() {
        terminal.note(&format!("{steps} steps"));
    }
    let unreadable = summary.skipped.iter().any(|s| s.unreadable);
    Ok(if summary.rejected > 0 || unreadable { Outcome::Rejected } else { Outcome::Done })
}

/// This process, as others are told of it.
pub fn holder() -> Holder {
    let words = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
    Holder {
        command: ["auk".to_string()].into_iter().chain(words).collect::<Vec<_>>().join(" "),
        since: clock(),
    }
}

/// The disk; with the faults that `AUK_FAULTS` asks for, in tests of what a crash leaves.
pub fn disk() -> Result<Disk, Failure> {
    let Ok(faults) = std::env::var("AUK_FAULTS") else { return Ok(Disk::default()) };
    let faults = Faults::read(&faults);
    faults.map(Disk::faulty).ok_or_else(|| Failure::usage("AUK_FAULTS: no such fault"))
}

/// Reads exports for `--from`: what goes wrong is told on standard error. No export at all is an error.
///
/// `only` says what is asked for, if it is not everything.
pub fn quietly(
    paths: &[PathBuf],
    lake: &Path,
    only: Option<&Only>,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let options = Options { now: clock(), holder: holder(), only: only.cloned(), ..Options::default() };
    let summary = ingest(paths, lake, &options, terminal)?;
    tell(&summary, lake, terminal);
    if found_nothing(&summary) {
        let failure = Failure::data(NOTHING);
        return Err(failure.with_help("auk inspect PATH says what each file looks like"));
    }
    Ok(())
}

const NOTHING: &str = "no export that auk knows was found";

fn found_nothing(summary: &Summary) -> bool {
    summary.sources.is_empty() && !summary.skipped.iter().any(|s| s.known)
}

fn ingest(
    paths: &[PathBuf],
    lake: &Path,
    options: &Options,
    terminal: &Terminal,
) -> Result<Summary, Failure> {
    let bar = Bar::new(terminal, paths);
    let summary = ingest::run(paths, lake, options, &bar);
    bar.bar.finish_and_clear();
    summary.map_err(Failure::from)
}

/// The progress bar: bytes, their rate, records and their rate; hidden when no one is watching.
struct Bar {
    bar: ProgressBar,
    rows: AtomicU64,
}

impl Bar {
    fn new(terminal: &Terminal, paths: &[PathBuf]) -> Bar {
        if !terminal.attended {
            return Bar { bar: ProgressBar::hidden(), rows: AtomicU64::new(0) };
        }
        let total = paths.iter().map(|path| size_of(path)).sum();
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        let style = "{bar:32.cyan/dim} {percent:>3}%  {decimal_bytes}/{decimal_total_bytes}  \
                     {decimal_bytes_per_sec}  {msg}  {eta}";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style.progress_chars("━━╌"));
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        Bar { bar, rows: AtomicU64::new(0) }
    }
}

impl Progress for Bar {
    fn bytes(&self, count: u64) {
        self.bar.inc(count);
    }

    fn rows(&self, count: u64) {
        let rows = self.rows.fetch_add(count, Ordering::Relaxed) + count;
        let rate = rows as f64 / self.bar.elapsed().as_secs_f64().max(1e-3);
        self.bar.set_message(format!("{} records, {}/s", thousands(rows), thousands(rate as u64)));
    }
}

fn size_of(path: &Path) -> u64 {
    match fs::symlink_metadata(path) {
        Ok(about) if about.is_dir() => {
            fs::read_dir(path).map_or(0, |entries| entries.flatten().map(|e| size_of(&e.path())).sum())
        }
        Ok(about) => about.len(),
        Err(_) => 0,
    }
}

/// What the routes of a source are called.
pub fn formats(routes: &[String]) -> String {
    let json = ingest::FORMATS.iter().map(|format| (format.route, format.name));
    let csv = ingest::CSV_FORMATS.iter().map(|format| (format.route, format.name));
    let known: Vec<(&str, &str)> = json.chain(csv).collect();
    let mut names = Vec::new();
    for route in routes {
        names.push(known.iter().find(|(r, _)| r == route).map_or(route.as_str(), |(_, name)| name));
    }
    names.join(", ")
}

/// The account of each source.
fn table(sources: &[Source]) -> Table {
    let columns = [
        ("Source", Type::String),
        ("Format", Type::String),
        ("Seen", Type::Long),
        ("Kept", Type::Long),
        ("Duplicates", Type::Long),
        ("Superseded", Type::Long),
        ("Rejected", Type::Long),
    ];
    let row = |s: &Source| {
        let mut row = vec![Value::string(&s.path), Value::String(formats(&s.routes))];
        row.extend([s.seen, s.kept, s.duplicates, s.superseded, s.rejected].map(|n| Value::Long(n as i64)));
        row
    };
    Table { schema: Schema::of(&columns), rows: sources.iter().map(row).collect() }
}

/// Says what was skipped and rejected, and the sum of it all.
fn tell(summary: &Summary, lake: &Path, terminal: &Terminal) {
    let unknown: Vec<_> = summary.skipped.iter().filter(|s| !s.known).collect();
    for skipped in unknown.iter().take(TOLD) {
        terminal.warn(&format!("skipped {}: {}", skipped.path.display(), skipped.reason));
    }
    if unknown.len() > TOLD {
        terminal.warn(&format!("skipped {} more", counted(unknown.len() - TOLD, "file")));
    }
    let known = summary.skipped.len() - unknown.len();
    if known > 0 {
        terminal.note(&format!("{} in the lake already", counted(known, "file")));
    }
    for (source, note) in summary.sources.iter().flat_map(|s| s.notes.iter().map(move |note| (s, note))) {
        terminal.note(&format!("{}: {note}", source.path));
    }
    summary.notes.iter().for_each(|note| terminal.note(note));
    if let Some(table) = &summary.table {
        let columns: Vec<String> =
            table.columns.iter().map(|(name, ty)| format!("{name}: {}", ty.name())).collect();
        terminal.note(&format!("{} ({})", table.name, columns.join(", ")));
    }
    if summary.rejected > 0 {
        tell_rejects(summary, lake, terminal);
    }
    let seconds = summary.elapsed.as_secs_f64().max(1e-9);
    let per_second = |number: u64| (number as f64 / seconds) as u64;
    terminal.note(&format!(
        "{} from {} ({}) in {seconds:.2} s: {}/s, {} records/s",
        counted(summary.seen as usize, "record"),
        counted(summary.sources.len(), "source"),
        bytes(summary.bytes),
        bytes(per_second(summary.bytes)),
        thousands(per_second(summary.seen)),
    ));
    let told = summary.kept + summary.duplicates + summary.superseded + summary.rejected;
    // A lake for one question has some tables only.
    let passed_by = match summary.seen - told.min(summary.seen) {
        0 => String::new(),
        others => format!(", {} in tables that are not asked about", thousands(others)),
    };
    terminal.note(&format!(
        "{} kept, {} duplicates, {} superseded, {} rejected{passed_by}",
        thousands(summary.kept),
        thousands(summary.duplicates),
        thousands(summary.superseded),
        thousands(summary.rejected),
    ));
}

/// Quotes the first records that this run rejected.
fn tell_rejects(summary: &Summary, lake: &Path, terminal: &Terminal) {
    let sources: HashSet<&str> = summary.sources.iter().map(|s| s.path.as_str()).collect();
    let Ok(rejects) = Lake::open_for_one(lake).and_then(|lake| lake.rejects()) else { return };
    let of_this_run: Vec<_> = rejects.iter().filter(|r| sources.contains(r.source.as_str())).collect();
    for reject in of_this_run.iter().take(TOLD) {
        terminal.warn(&format!(
            "{}, record {} (byte {}): {}: {}",
            reject.source, reject.ordinal, reject.offset, reject.reason, reject.excerpt
        ));
    }
    if of_this_run.len() > TOLD {
        terminal.warn(&format!(
            "{} more rejected; all are in {}",
            counted(of_this_run.len() - TOLD, "record"),
            lake.join("rejects").display()
        ));
    }
}
