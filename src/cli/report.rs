//! `auk report`: the monthly review of privileged access, as one file or as a folder.
//!
//! Trap: a folder may hold the files of an earlier report, whose tables must not pass for this one's: they are removed.
//! A folder that is neither new nor empty nor a report's is refused.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::ValueEnum;

use super::data::{self, Beside};
use super::failure::Failure;
use super::output;
use super::terminal::{Terminal, counted};
use super::{Done, Outcome};
use crate::analysis;
use crate::audit;
use crate::lake::no_lake;
use crate::monthly::period::{self, Period};
use crate::monthly::sections::SECTIONS;
use crate::monthly::{self, Request};
use crate::report::pack::{self, Folder, Form};

/// Write the monthly review of privileged access
///
/// Runs the analyses of the collection over a month, or over a span of days, and writes what they found in the same
/// sections every time: a summary in plain words, findings, activations, assignments, emergency accounts, policy
/// changes, sign-ins, trends, what cannot be concluded, the sources with their hashes, and lines to sign. Nothing
/// in it comes from the clock: the same lake and options give the same bytes.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The lake that `auk ingest` made
    #[arg(long, value_name = "DIR")]
    lake: PathBuf,

    /// The month that the report is about
    #[arg(long, value_name = "YYYY-MM", value_parser = period::month, required_unless_present = "from", conflicts_with_all = ["from", "to"])]
    month: Option<NaiveDate>,

    /// The first day of the report, instead of a month
    #[arg(long, value_name = "DATE", value_parser = period::date, requires = "to")]
    from: Option<NaiveDate>,

    /// The last day of the report, included
    #[arg(long, value_name = "DATE", value_parser = period::date, requires = "from")]
    to: Option<NaiveDate>,

    /// The time zone whose days the period has, and in which times are shown [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = period::zone)]
    time_zone: Option<chrono_tz::Tz>,

    /// The case or engagement, for the head of the report
    #[arg(long, value_name = "TEXT")]
    case: Option<String>,

    /// Who prepares the report, for its head and the lines to sign
    #[arg(long, value_name = "NAME")]
    examiner: Option<String>,

    /// Set a parameter in every analysis that has it; may be given several times
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = super::options::parameter)]
    parameters: Vec<(String, String)>,

    /// The form of the report [default: by the name of -o]
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Kind>,

    /// The file to write; a folder for csv and json
    #[arg(short, long, value_name = "PATH")]
    output: PathBuf,

    #[command(flatten)]
    beside: Beside,
}

const EXAMPLES: &str = "\
Examples:
  auk report --month 2025-03 --lake lake -o report.html
  auk report --month 2025-03 --lake lake --time-zone Europe/Amsterdam --case 'Review 2025-03' -o report.xlsx
  auk report --from 2025-03-10 --to 2025-03-23 --lake lake --format csv -o tables/
  auk report --month 2025-03 --lake lake -o report.html --param 'Accounts=bg1@contoso.com,bg2@contoso.com'";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// One file for a browser and for paper; needs no network
    Html,
    /// A workbook with a sheet for each table
    Xlsx,
    #[value(alias = "md")]
    Markdown,
    /// A folder with a file for each table
    Csv,
    /// The same as JSON, and one that tells of the whole
    Json,
}

/// What a report's folder holds, by which it is known again.
const MARKS: [&str; 2] = ["figures.csv", "report.json"];

pub fn run(args: &Args, terminal: &Terminal) -> Done {
    let kind = kind(args)?;
    let period = asked(args)?;
    check_parameters(&args.parameters)?;
    let engine = data::open(Some(&args.lake))?.with_outside(args.beside.open_for_analyses()?);
    // Half a dozen parts ask for it, and it costs more than all that they ask.
    let options = engine.lake().map(|lake| monthly::options(lake, &period));
    let engine = options.iter().fold(engine, |engine, options| engine.keeping("PimActivations", options));
    let lake = engine.lake().ok_or_else(|| no_lake(&args.lake))?;
    let audit = audit::audit(&args.lake)?;
    let request = Request {
        period,
        zoned: args.time_zone.is_some(),
        case: args.case.clone(),
        examiner: args.examiner.clone(),
        parameters: args.parameters.clone(),
    };
    let pack = monthly::pack(&engine, lake, &audit, &request);
    let written = match kind {
        Kind::Html => file(&pack::file(&pack, Form::Html)?, &args.output),
        Kind::Xlsx => file(&pack::file(&pack, Form::Xlsx)?, &args.output),
        Kind::Markdown => file(&pack::file(&pack, Form::Markdown)?, &args.output),
        Kind::Csv => folder(&pack::folder(&pack, Folder::Csv)?, &args.output),
        Kind::Json => folder(&pack::folder(&pack, Folder::Json)?, &args.output),
    };
    written?;
    let not_run = pack.parts().filter(|(_, part)| !part.was_run()).count();
    let missing = if not_run > 0 {
        format!("; {} could not be filled", counted(not_run, "table"))
    } else {
        String::new()
    };
    terminal.remark(&format!(
        "the report of {} is in {}{missing}",
        pack.period.name(),
        args.output.display()
    ));
    Ok(Outcome::Done)
}

fn kind(args: &Args) -> Result<Kind, Failure> {
    let ending = args.output.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase);
    let by_name = match ending.as_deref() {
        Some("html" | "htm") => Some(Kind::Html),
        Some("xlsx") => Some(Kind::Xlsx),
        Some("md" | "markdown") => Some(Kind::Markdown),
        _ => None,
    };
    args.format.or(by_name).ok_or_else(|| {
        let failure = Failure::usage(format!("the name {} tells no form", args.output.display()));
        failure
            .with_help("name a .html, .xlsx or .md file, or give --format html, xlsx, markdown, csv or json")
    })
}

fn asked(args: &Args) -> Result<Period, Failure> {
    let zone = args.time_zone.unwrap_or(chrono_tz::Tz::UTC);
    let period = match (args.month, args.from, args.to) {
        (Some(month), ..) => Period::of_month(month, zone),
        (None, Some(from), Some(to)) => Period::of_days(from, to, zone),
        _ => None,
    };
    period.ok_or_else(|| {
        Failure::usage("the period ends before it begins").with_help("--from is the earlier day")
    })
}

/// A parameter that no analysis has is a slip.
fn check_parameters(parameters: &[(String, String)]) -> Result<(), Failure> {
    let names = || analysis::all().iter().flat_map(|a| &a.parameters).map(|p| p.name.as_str());
    match parameters.iter().find(|(name, _)| !names().any(|n| n == name)) {
        None => Ok(()),
        Some((name, _)) => Err(Failure::usage(format!("no analysis has a parameter '{name}'")).with_nearest(
            name,
            names(),
            "`auk list NAME` shows the parameters of an analysis",
        )),
    }
}

fn file(bytes: &[u8], path: &Path) -> Result<(), Failure> {
    output::replace(path, |file| Ok(file.write_all(bytes)?))
}

fn folder(files: &[(String, Vec<u8>)], path: &Path) -> Result<(), Failure> {
    let failed = |e: std::io::Error| Failure::data(format!("{}: {e}", path.display()));
    fs::create_dir_all(path).map_err(failed)?;
    let there: Vec<PathBuf> =
        fs::read_dir(path).map_err(failed)?.flatten().map(|entry| entry.path()).collect();
    if !there.is_empty() && !MARKS.iter().any(|mark| path.join(mark).is_file()) {
        let failure = Failure::usage(format!("{} holds other files than a report's", path.display()));
        return Err(failure.with_help("name a new folder"));
    }
    there.iter().filter(|file| is_table(file)).try_for_each(|file| fs::remove_file(file).map_err(failed))?;
    files.iter().try_for_each(|(name, bytes)| file(bytes, &path.join(name)))
}

/// Is it named as a file of a report: of the whole, or as a table `SECTION.PART.csv`?
fn is_table(path: &Path) -> bool {
    const WHOLE: [&str; 3] = ["figures.csv", "words.csv", "report.json"];
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let ours = name.split_once('.').is_some_and(|(id, _)| SECTIONS.iter().any(|section| section.id == id));
    WHOLE.contains(&name) || ours && (name.ends_with(".csv") || name.ends_with(".json"))
}
