//! `auk query`: one KQL query over a lake or over exports.

use std::fs;
use std::io::{self, IsTerminal, Read};
use std::path::PathBuf;
use std::time::Instant;

use super::data::{Beside, Data};
use super::failure::Failure;
use super::options::Tuning;
use super::output::{Output, Titled};
use super::picture::{Picture, visual};
use super::terminal::{Terminal, counted};
use super::{Done, Outcome, parameters};
use crate::engine::Engine;
use crate::kql::Compiled;
use crate::plan::Plan;
use crate::table::Table;
use crate::time;

/// Answer a KQL query
///
/// The query is the argument, a file (-f), or standard input. It runs over a lake (--lake) or straight
/// over exports (--from), which are then read once and kept in a cache.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    query: Text,

    #[command(flatten)]
    data: Data,

    #[command(flatten)]
    beside: Beside,

    #[command(flatten)]
    tuning: Tuning,

    #[command(flatten)]
    output: Output,

    /// Which result of a query that has several: its number, or all [default: all]
    #[arg(long, value_name = "N", value_parser = number_or_all)]
    result: Option<Which>,
}

/// Which result of a query that has several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    All,
    /// Counted from 1.
    Number(usize),
}

fn number_or_all(text: &str) -> Result<Which, String> {
    match text.parse() {
        _ if text == "all" => Ok(Which::All),
        Ok(number) if number > 0 => Ok(Which::Number(number)),
        _ => Err("it is a number from 1 on, or all".into()),
    }
}

const EXAMPLES: &str = "\
Examples:
  auk query 'print now()'
  auk query 'SigninLogs | where ResultType != 0 | summarize count() by UserPrincipalName' --lake lake
  auk query -f hunt.kql --from exports/ -o hunt.csv
  auk query 'SigninLogs | summarize count() by bin(TimeGenerated, 1d) | render timechart' \\
      --lake lake -o days.svg
  auk query 'declare query_parameters(u:string); AuditLogs | where InitiatedBy has u' \\
      --param u=adele --lake lake
  auk query -f hunt.kql --from-time 2026-01-01 --to-time 2026-02-01 --lake lake
  auk query -f tor.kql --allow lists/ --mmdb GeoLite2-City.mmdb --lake lake
  echo 'AuditLogs | take 10' | auk query --lake lake --format ndjson";

/// Where a query comes from.
#[derive(clap::Args)]
pub struct Text {
    /// The query; - for standard input
    #[arg(value_name = "KQL")]
    text: Option<String>,

    /// Read the query from a file
    #[arg(short, long, value_name = "FILE", conflicts_with = "text")]
    file: Option<PathBuf>,
}

/// A query longer than this is no query.
const LONGEST: u64 = 16 << 20;

pub fn run(args: &Args, terminal: &Terminal) -> Done {
    let (name, text) = args.query.read()?;
    let (text, parameters) = parameters::set(&name, &text, &args.tuning.parameters)?;
    let tuning = Tuning { parameters, ..args.tuning.clone() };
    let outside = args.beside.open()?;
    let wants = |engine: &Engine| engine.wants(&text, &tuning.options(0));
    let engine = args.data.open_for(wants, terminal)?.with_outside(outside);
    let named = args.data.is_named();
    let question = Question { name: &name, text: &text, named, tuning: &tuning, explain_nothing: true };
    question.answer(&engine, &args.output, args.result.unwrap_or(Which::All), terminal)?;
    Ok(Outcome::Done)
}

/// A query on its way to the engine.
pub struct Question<'a> {
    /// Its name for messages.
    pub name: &'a str,
    pub text: &'a str,
    /// Was data named to run it over?
    pub named: bool,
    pub tuning: &'a Tuning,
    /// Where there is no result, say which texts are nowhere in the lake. An analysis looks for what is normally not
    /// there, so that would be noise.
    pub explain_nothing: bool,
}

impl Question<'_> {
    /// Answers it, writes the answer, says what is to be said; how many rows it has.
    pub fn answer(
        &self,
        engine: &Engine,
        output: &Output,
        which: Which,
        terminal: &Terminal,
    ) -> Result<usize, Failure> {
        let chosen = |compiled: &Compiled| {
            let chosen = chosen(compiled, which)?;
            output.check_holds(chosen.len())?;
            Ok(chosen)
        };
        let asked = self.ask(engine, chosen)?;
        asked.say_before(terminal);
        if output.format().is_picture() {
            let (results, render) = (asked.results.as_slice(), asked.compiled.render.as_ref());
            let provenance = asked.provenance();
            Picture { name: self.name, query: self.text, results, render, provenance }
                .write(output, terminal)?;
            return Ok(asked.say_after(terminal));
        }
        match asked.results.as_slice() {
            [only] => {
                output.write(&only.table, terminal)?;
                if let Some(render) = &asked.compiled.render {
                    output.draw(&only.table, &visual(render), terminal)?;
                }
            }
            several => output.write_several(several, terminal)?,
        }
        Ok(asked.say_after(terminal))
    }

    /// Runs the chosen statements of the query.
    pub fn ask(
        &self,
        engine: &Engine,
        chosen: impl FnOnce(&Compiled) -> Result<Vec<usize>, Failure>,
    ) -> Result<Asked, Failure> {
        let (now, why) = self.tuning.now(engine.now())?;
        let options = self.tuning.options(now);
        let failed =
            |d| Failure::Query { name: self.name.to_string(), text: self.text.to_string(), diagnostics: d };
        let mut compiled = engine.compile(self.text, &options).map_err(failed)?;
        if !self.named {
            check_reads_nothing(&compiled)?;
        }
        let chosen = chosen(&compiled)?;
        let started = Instant::now();
        let mut results = Vec::new();
        for at in chosen {
            let table = engine.run(&compiled.plans[at], &options).map_err(failed)?;
            results.push(Titled { title: title(&compiled, at), table });
        }
        let seconds = started.elapsed().as_secs_f64();
        let said = engine.said_of_tables(&compiled, &options);
        compiled.warnings.extend(said);
        if self.explain_nothing {
            let tables: Vec<&Table> = results.iter().map(|r: &Titled| &r.table).collect();
            let said = engine.said_of_nothing(self.text, &compiled, &tables, &options);
            compiled.warnings.extend(said);
        }
        Ok(Asked { results, compiled, now, why, seconds })
    }
}

/// A query with its results.
pub struct Asked {
    pub results: Vec<Titled>,
    pub compiled: Compiled,
    now: i64,
    why: &'static str,
    seconds: f64,
}

impl Asked {
    /// How many rows all results have.
    pub fn rows(&self) -> usize {
        self.results.iter().map(|r| r.table.rows.len()).sum()
    }

    /// Says what the results rest on.
    pub fn say_before(&self, terminal: &Terminal) {
        if self.compiled.uses_now {
            terminal.remark(&format!("now() is {} ({})", time::datetime_text(self.now), self.why));
        }
        self.compiled.warnings.iter().for_each(|warning| terminal.warn(warning));
    }

    /// What the results rest on, for a page.
    fn provenance(&self) -> Vec<String> {
        let rows = counted(self.rows(), "row");
        let mut lines = vec![format!("{rows}, answered by auk {}.", env!("CARGO_PKG_VERSION"))];
        if self.compiled.uses_now {
            lines.push(format!("now() is {} ({}).", time::datetime_text(self.now), self.why));
        }
        lines.extend(self.compiled.warnings.iter().map(|warning| format!("Warning: {warning}")));
        lines
    }

    /// Says how many rows there are, and how long they took.
    pub fn say_after(&self, terminal: &Terminal) -> usize {
        let rows = self.rows();
        terminal.remark(&format!("{} in {:.3} s", counted(rows, "row"), self.seconds));
        rows
    }
}

/// The results that are asked for, by their places.
fn chosen(compiled: &Compiled, which: Which) -> Result<Vec<usize>, Failure> {
    let count = compiled.plans.len();
    match which {
        Which::Number(number) if number > count => Err(Failure::usage(format!(
            "there is no result {number}: the query has {}",
            counted(count, "result")
        ))),
        Which::Number(number) => Ok(vec![number - 1]),
        Which::All => Ok((0..count).collect()),
    }
}

/// What stands above a result where there are several.
fn title(compiled: &Compiled, at: usize) -> String {
    let (number, count) = (at + 1, compiled.plans.len());
    match compiled.titles.get(at) {
        Some(Some(name)) => format!("{name} (result {number} of {count})"),
        _ => format!("Result {number} of {count}"),
    }
}

/// Without data, a query that reads a table would find nothing and seem to say that nothing happened.
fn check_reads_nothing(compiled: &Compiled) -> Result<(), Failure> {
    match compiled.plans.iter().find_map(first_table) {
        None => Ok(()),
        Some(table) => {
            let failure = Failure::usage(format!("there is no data to read {table} from"));
            Err(failure.with_help("give --lake DIR, or --from PATH to read exports"))
        }
    }
}

/// The first table that a plan reads.
fn first_table(plan: &Plan) -> Option<&str> {
    match plan {
        Plan::Scan { table, .. } => Some(table),
        plan => plan.inputs().into_iter().find_map(first_table),
    }
}

impl Text {
    /// The query's name for messages, and its text.
    pub fn read(&self) -> Result<(String, String), Failure> {
        let (name, bytes) = match (&self.text, &self.file) {
            (Some(text), _) if text != "-" => return Ok(("query".to_string(), text.clone())),
            (_, Some(path)) => {
                let name = path.display().to_string();
                let file = fs::File::open(path).map_err(|e| Failure::usage(format!("{name}: {e}")))?;
                (name.clone(), limited(file, &name)?)
            }
            (None, None) if io::stdin().is_terminal() => {
                let failure = Failure::usage("there is no query");
                return Err(failure.with_help("give it as the argument, with -f FILE, or on standard input"));
            }
            _ => ("standard input".to_string(), limited(io::stdin().lock(), "standard input")?),
        };
        let text =
            String::from_utf8(bytes).map_err(|_| Failure::usage(format!("{name} is not UTF-8 text")))?;
        Ok((name, text.strip_prefix('\u{feff}').map(str::to_string).unwrap_or(text)))
    }
}

fn limited(reader: impl Read, name: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    reader.take(LONGEST + 1).read_to_end(&mut bytes).map_err(|e| Failure::usage(format!("{name}: {e}")))?;
    if bytes.len() as u64 > LONGEST {
        return Err(Failure::usage(format!("{name} is longer than a query can be (16 MiB)")));
    }
    Ok(bytes)
}
