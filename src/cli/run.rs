//! `auk run`: analyses of the collection, by name.

use std::fs;

use super::data::{Beside, Data};
use super::failure::Failure;
use super::options::Tuning;
use super::output::{self, Format, Output};
use super::query::{Question, Which};
use super::terminal::Terminal;
use super::{Done, Outcome};
use crate::analysis::{self, Analysis};

/// Run analyses of the collection
///
/// `auk list` shows what there is. A name may be its last part when only one has it; the name of a
/// folder (pim) stands for all in it. Each parameter has a default; --param replaces it: a list is
/// JSON, or values with commas between.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The analyses, one after the other
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,

    /// Print the analysis with its parameters set, ready to paste into Sentinel, and do not run it
    #[arg(long)]
    show: bool,

    /// Exit with 1 when an analysis finds something
    #[arg(long)]
    fail_on_findings: bool,

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
  auk run pim signins --lake lake -o findings/ --format csv
  auk run activations --show                         the KQL, to paste into Sentinel

With several analyses, -o names a folder that takes a file of each.";

pub fn run(args: &Args, terminal: &Terminal) -> Done {
    let analyses = chosen(&args.names)?;
    let texts = texts(&analyses, &args.tuning.parameters)?;
    if args.show {
        texts.iter().try_for_each(|text| output::text(text))?;
        return Ok(Outcome::Done);
    }
    let several = analyses.len() > 1;
    check_form(several, &args.output)?;
    let engine = args.data.open(terminal)?.with_outside(args.beside.open()?);
    // Parameters are in the texts by now.
    let tuning = Tuning { parameters: Vec::new(), ..args.tuning.clone() };
    let mut found = 0;
    for (analysis, text) in analyses.iter().zip(&texts) {
        let output = if several { part_of(analysis, &args.output)? } else { args.output.clone() };
        let question = Question { name: &analysis.name, text, named: args.data.is_named(), tuning: &tuning };
        found += question.answer(&engine, &output, Which::All, terminal)?;
        if several && output.output.is_none() {
            output::line("")?;
        }
    }
    Ok(if args.fail_on_findings && found > 0 { Outcome::Findings } else { Outcome::Done })
}

/// The analyses that the names stand for, each once.
fn chosen(names: &[String]) -> Result<Vec<&'static Analysis>, Failure> {
    let mut chosen: Vec<&'static Analysis> = Vec::new();
    for name in names {
        let folder = format!("{}/", name.trim_end_matches('/'));
        let mut inside: Vec<&Analysis> =
            analysis::all().iter().filter(|a| a.name.starts_with(&folder)).collect();
        if inside.is_empty() {
            inside.push(analysis::find(name).map_err(Failure::usage)?);
        }
        for analysis in inside {
            if !chosen.contains(&analysis) {
                chosen.push(analysis);
            }
        }
    }
    Ok(chosen)
}

/// The queries with their parameters set. A parameter must be known to one of them at least.
fn texts(analyses: &[&Analysis], values: &[(String, String)]) -> Result<Vec<String>, Failure> {
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

/// Several results fit on standard output only in forms that can hold titles.
fn check_form(several: bool, output: &Output) -> Result<(), Failure> {
    if several && output.output.is_none() && !output.holds_titles() {
        let failure = Failure::usage("several results do not fit into one file of this format");
        return Err(failure.with_help("name a folder for them: -o findings/"));
    }
    Ok(())
}

/// Where one of several results goes: into a file of its own, or under a title.
fn part_of(analysis: &Analysis, output: &Output) -> Result<Output, Failure> {
    if let Some(folder) = &output.output {
        fs::create_dir_all(folder).map_err(|e| Failure::data(format!("{}: {e}", folder.display())))?;
        let file = format!("{}.{}", analysis.name.replace('/', "-"), output.format().extension());
        return Ok(output.to_file(folder.join(file)));
    }
    let mark = if output.format() == Format::Markdown { "## " } else { "" };
    output::line(&format!("{mark}{} ({})\n", analysis.header.title, analysis.name))?;
    Ok(output.clone())
}
