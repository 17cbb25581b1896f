//! How fast is auk: start-up, ingest by format, queries and analyses, with and without shredded paths.
//!
//! ```text
//! cargo bench                                  1,000,000 records, medians of 5 runs
//! cargo bench -- --rows 100000 --runs 3 --json figures.json
//! ```
//!
//! The records are generated, the same for the same size; every figure is the median of several runs,
//! after one that is not counted. Each ingest runs in a process of its own, so that its peak memory is
//! its own; peak memory is known on Linux only.
//!
//! Trap: files stay in the page cache between runs; these are warm figures.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use std::{env, fs};

use auk::engine::{Engine, QueryOptions};
use auk::lake::Lake;
use auk::report::{self, Format};
use auk::table::Table;
use auk::types::{Column, Schema, Type};
use auk::value::Value;
use auk::{analysis, generate, ingest, json, time};
use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Measure auk on generated records
#[derive(Parser)]
struct Args {
    /// How many records
    #[arg(long, default_value_t = 1_000_000)]
    rows: u64,

    /// Figures are medians of so many runs
    #[arg(long, default_value_t = 5)]
    runs: usize,

    /// Also write the figures to this file
    #[arg(long)]
    json: Option<PathBuf>,

    /// Ingest these files into a new lake, say how it went, and end
    #[arg(long, hide = true, num_args = 1..)]
    ingest: Vec<PathBuf>,

    #[arg(long, hide = true)]
    lake: Option<PathBuf>,

    /// What cargo passes
    #[arg(long, hide = true)]
    bench: bool,
}

/// Queries of the usual shapes.
const QUERIES: &[(&str, &str)] = &[
    ("count", "SigninLogs | count"),
    ("a word in a text column", "SigninLogs | where UserPrincipalName has 'lindemeer' | count"),
    ("one day of all", "AuditLogs | where TimeGenerated between (ago(1d) .. now()) | count"),
    (
        "group by two dynamic paths",
        "AuditLogs | summarize count() by tostring(InitiatedBy.user.userPrincipalName), \
         tostring(TargetResources[0].displayName)",
    ),
    ("a word in a dynamic column", "AuditLogs | where TargetResources has 'Administrator' | count"),
    (
        "join of two tables",
        "AuditLogs | extend User = tostring(InitiatedBy.user.userPrincipalName) | where isnotempty(User) \
         | join kind=inner (SigninLogs | summarize SignIns = count() by User = UserPrincipalName) on User \
         | summarize Changes = count() by User, SignIns | top 10 by Changes",
    ),
    (
        "expand and count",
        "AuditLogs | mv-expand TargetResources | summarize count() by tostring(TargetResources.type)",
    ),
    ("distinct users a day", "SigninLogs | summarize dcount(UserId) by bin(TimeGenerated, 1d)"),
];

fn main() -> Outcome<()> {
    let work =
        std::thread::Builder::new().stack_size(auk::cli::STACK).spawn(|| work().map_err(|e| e.to_string()));
    Ok(work?.join().map_err(|_| "the benchmark panicked")??)
}

fn work() -> Outcome<()> {
    let args = Args::parse();
    if let Some(lake) = &args.lake {
        return ingest_once(&args.ingest, lake);
    }
    let folder = env::temp_dir().join(format!("auk-bench-{}", std::process::id()));
    let measured = measure(&args, &folder);
    _ = fs::remove_dir_all(&folder);
    let sections = measured?;
    let mut out = std::io::stdout().lock();
    for (title, table) in &sections {
        println!("\n{title}");
        report::write(table, Format::Table, None, false, &mut out)?;
    }
    if let Some(path) = &args.json {
        fs::write(path, json::to_text(&figures(&args, &sections)) + "\n")?;
    }
    Ok(())
}

fn measure(args: &Args, folder: &Path) -> Outcome<Vec<(String, Table)>> {
    let exports = folder.join("exports");
    let lake = folder.join("lake");
    let options = generate::Options {
        rows: args.rows,
        seed: 1,
        shares: generate::SHARES,
        out: exports.clone(),
        threads: None,
    };
    eprintln!("generating {} records", args.rows);
    let started = Instant::now();
    let made = generate::run(&options)?;
    let seconds = started.elapsed().as_secs_f64();
    let mut sections = vec![
        (format!("Start-up, median of {}", args.runs), start_up(args.runs)?),
        (format!("Ingest, medians of {}", args.runs), ingests(args, &made, seconds, folder, &lake)?),
    ];
    let engine = Engine::new(Some(Lake::open(&lake)?));
    let queries: Vec<(&str, &str)> = QUERIES.to_vec();
    let analyses: Vec<(&str, &str)> =
        analysis::all().iter().map(|a| (a.name.as_str(), a.text.as_str())).collect();
    for (title, texts) in [("Queries", queries), ("Analyses", analyses)] {
        eprintln!("{title}");
        sections.push((format!("{title}, medians of {}", args.runs), answers(&engine, &texts, args.runs)?));
    }
    Ok(sections)
}

/// The time that `auk query 'print 1'` takes.
fn start_up(runs: usize) -> Outcome<Table> {
    let mut seconds = Vec::new();
    for _ in 0..=runs {
        let started = Instant::now();
        let done =
            Command::new(env!("CARGO_BIN_EXE_auk")).args(["query", "print 1", "--format", "csv"]).output()?;
        seconds.push(started.elapsed().as_secs_f64());
        if !done.status.success() {
            return Err("auk query 'print 1' failed".into());
        }
    }
    let columns = [("Command", Type::String), ("Milliseconds", Type::Real)];
    let row =
        vec![Value::string("auk query 'print 1'"), Value::Real(rounded(median(&seconds[1..]) * 1e3, 1))];
    Ok(table(&columns, vec![row]))
}

/// Ingest of each kind of file by itself, then of all, each run in a process of its own.
fn ingests(args: &Args, made: &generate::Report, seconds: f64, folder: &Path, lake: &Path) -> Outcome<Table> {
    let mut kinds: Vec<(&str, Vec<PathBuf>)> = Vec::new();
    for file in &made.files {
        let path = folder.join("exports").join(&file.name);
        match kinds.iter_mut().find(|(kind, _)| *kind == file.kind) {
            Some((_, paths)) => paths.push(path),
            None => kinds.push((file.kind, vec![path])),
        }
    }
    let generated = vec![
        Value::string("(generated)"),
        Value::Long(made.rows as i64),
        mega(made.bytes as f64),
        Value::Real(rounded(seconds, 3)),
        mega(made.bytes as f64 / seconds),
        Value::Long((made.rows as f64 / seconds) as i64),
        Value::Null,
        Value::Null,
    ];
    let mut rows = vec![generated];
    for (kind, paths) in &kinds {
        eprintln!("ingesting {kind}");
        rows.push(ingest_row(kind, paths, args.runs, &folder.join("one"))?);
    }
    eprintln!("ingesting all");
    rows.push(ingest_row("all together", &[folder.join("exports")], args.runs, lake)?);
    let columns = [
        ("Files", Type::String),
        ("Records", Type::Long),
        ("MB", Type::Real),
        ("Seconds", Type::Real),
        ("MB/s", Type::Real),
        ("Records/s", Type::Long),
        ("Peak MB", Type::Real),
        ("Lake MB", Type::Real),
    ];
    Ok(table(&columns, rows))
}

fn ingest_row(name: &str, paths: &[PathBuf], runs: usize, lake: &Path) -> Outcome<Vec<Value>> {
    let mut seconds = Vec::new();
    let mut last = Value::Null;
    for _ in 0..=runs {
        _ = fs::remove_dir_all(lake);
        let mut command = Command::new(env::current_exe()?);
        let done = command.arg("--lake").arg(lake).arg("--ingest").args(paths).output()?;
        let said = String::from_utf8_lossy(&done.stdout);
        last = json::parse(said.trim()).ok_or_else(|| String::from_utf8_lossy(&done.stderr).into_owned())?;
        seconds.push(last.member("seconds").as_f64().unwrap_or_default());
    }
    let number = |name: &str| last.member(name).as_f64().unwrap_or_default();
    let seconds = median(&seconds[1..]);
    let peak = if last.member("peak").is_null() { Value::Null } else { mega(number("peak")) };
    Ok(vec![
        Value::string(name),
        Value::Long(number("records") as i64),
        mega(number("bytes")),
        Value::Real(rounded(seconds, 3)),
        mega(number("bytes") / seconds),
        Value::Long((number("records") / seconds) as i64),
        peak,
        mega(size_of(lake) as f64),
    ])
}

/// The ingest of one process: prints its figures as a line of JSON.
fn ingest_once(paths: &[PathBuf], lake: &Path) -> Outcome<()> {
    let options = ingest::Options { now: time::MAX_DATETIME, ..ingest::Options::default() };
    let started = Instant::now();
    let summary = ingest::run(paths, lake, &options, &ingest::Quiet)?;
    let seconds = started.elapsed().as_secs_f64();
    let members = [
        ("seconds", Value::Real(seconds)),
        ("records", Value::Long(summary.seen as i64)),
        ("bytes", Value::Long(summary.bytes as i64)),
        ("peak", peak_memory().map_or(Value::Null, Value::Long)),
    ];
    println!("{}", json::to_text(&bag(members)));
    Ok(())
}

/// The most memory that this process has held, in bytes.
fn peak_memory() -> Option<i64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<i64>().ok().map(|kb| kb * 1024)
}

/// Each query with and without shredded paths.
fn answers(engine: &Engine, texts: &[(&str, &str)], runs: usize) -> Outcome<Table> {
    let mut rows = Vec::new();
    for (name, text) in texts {
        let mut row = vec![Value::string(*name)];
        let mut found = 0;
        for shreds in [true, false] {
            let mut options = QueryOptions::new(engine.now().unwrap_or_default());
            options.shreds = shreds;
            let mut seconds = Vec::new();
            for _ in 0..=runs {
                let started = Instant::now();
                match engine.query(text, &options) {
                    Ok(answer) => found = answer.table.rows.len(),
                    Err(errors) => {
                        let first = errors.first().map(|e| e.message.clone()).unwrap_or_default();
                        return Err(format!("{name}: {first}").into());
                    }
                }
                seconds.push(started.elapsed().as_secs_f64());
            }
            row.push(Value::Real(rounded(median(&seconds[1..]), 4)));
        }
        row.push(Value::Long(found as i64));
        rows.push(row);
    }
    let columns = [
        ("Query", Type::String),
        ("Seconds", Type::Real),
        ("Seconds without shreds", Type::Real),
        ("Rows", Type::Long),
    ];
    Ok(table(&columns, rows))
}

fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

fn rounded(number: f64, digits: i32) -> f64 {
    let scale = 10f64.powi(digits);
    (number * scale).round() / scale
}

fn mega(bytes: f64) -> Value {
    Value::Real(rounded(bytes / 1e6, 1))
}

fn size_of(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let size =
        |path: &Path| if path.is_dir() { size_of(path) } else { fs::metadata(path).map_or(0, |m| m.len()) };
    entries.flatten().map(|entry| size(&entry.path())).sum()
}

fn table(columns: &[(&str, Type)], rows: Vec<Vec<Value>>) -> Table {
    Table { schema: Schema::new(columns.iter().map(|(name, ty)| Column::new(*name, *ty)).collect()), rows }
}

fn bag<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Bag(members.into_iter().map(|(key, value)| (key.to_string(), value)).collect())
}

/// All figures as one JSON object.
fn figures(args: &Args, sections: &[(String, Table)]) -> Value {
    let objects = |table: &Table| {
        let object = |row: &Vec<Value>| {
            Value::Bag(table.schema.names().map(str::to_string).zip(row.iter().cloned()).collect())
        };
        Value::Array(table.rows.iter().map(object).collect())
    };
    let cores = std::thread::available_parallelism().map_or(0, |n| n.get());
    let mut members = vec![
        ("rows".to_string(), Value::Long(args.rows as i64)),
        ("runs".to_string(), Value::Long(args.runs as i64)),
        ("cores".to_string(), Value::Long(cores as i64)),
    ];
    members.extend(sections.iter().map(|(title, table)| {
        let name = title.split(',').next().unwrap_or(title);
        (name.to_lowercase(), objects(table))
    }));
    Value::Bag(members)
}
