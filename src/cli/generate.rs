//! `auk generate`: exports of an invented tenant, to try auk on and to measure it.

use std::path::PathBuf;
use std::time::Instant;

use super::output::show;
use super::terminal::{Terminal, bytes, counted, thousands};
use super::{Done, Failure, Outcome};
use crate::generate::{self, Report};
use crate::table::Table;
use crate::types::{Schema, Type};
use crate::value::Value;

/// Write exports of an invented tenant
///
/// The same rows, shares and seed give the same files, byte for byte. Among everyday records stand planted
/// incidents that the analyses find.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  auk generate --out exports\n  auk generate --rows 1000000 --seed 7 --out big\n  auk generate --rows 1000000 --shares 50,40,10 --out big"
)]
pub struct Args {
    /// How many records, about
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    rows: u64,

    /// Another tenant for another number
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,

    /// How many of a hundred records are directory audits, sign-ins, unified audit log [default: 35,42,23]
    #[arg(long, value_name = "A,S,U", value_delimiter = ',')]
    shares: Vec<u64>,

    /// The folder to write to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// Write every container and encoding that auk reads, as collected evidence looks
    #[arg(long)]
    evidence: bool,

    /// Work on so many threads [default: one per core]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

pub fn run(args: &Args, terminal: &Terminal) -> Done {
    let options = generate::Options {
        rows: args.rows,
        seed: args.seed,
        shares: shares(&args.shares)?,
        out: args.out.clone(),
        threads: args.threads,
    };
    let started = Instant::now();
    let written = if args.evidence { generate::sample(&options) } else { generate::run(&options) };
    let report = written.map_err(|e| Failure::data(format!("{}: {e}", args.out.display())))?;
    show(&table(&report), terminal)?;
    let seconds = started.elapsed().as_secs_f64();
    let rate = bytes((report.bytes as f64 / seconds.max(1e-9)) as u64);
    terminal.note(&format!(
        "{} in {}, {} ({} of them repeat another one), {} planted, in {seconds:.1} s ({rate}/s)",
        counted(report.rows as usize, "record"),
        counted(report.files.len(), "file"),
        bytes(report.bytes),
        thousands(report.duplicates),
        counted(report.incidents.len(), "incident"),
    ));
    Ok(Outcome::Done)
}

fn shares(given: &[u64]) -> Result<[u64; 3], Failure> {
    match *given {
        [] => Ok(generate::SHARES),
        [audits, sign_ins, unified] if given.iter().map(|&n| u128::from(n)).sum::<u128>() == 100 => {
            Ok([audits, sign_ins, unified])
        }
        _ => Err(Failure::usage("--shares is three numbers that make 100: --shares 50,40,10")),
    }
}

fn table(report: &Report) -> Table {
    let columns =
        [("File", Type::String), ("Kind", Type::String), ("Records", Type::Long), ("Bytes", Type::Long)];
    let row = |file: &generate::FileCount| {
        vec![
            Value::string(&file.name),
            Value::string(file.kind),
            Value::Long(file.rows as i64),
            Value::Long(file.bytes as i64),
        ]
    };
    Table { schema: Schema::of(&columns), rows: report.files.iter().map(row).collect() }
}
