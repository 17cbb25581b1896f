//! `auk show`: one analysis explained: what it looks for and why, what a hit means and when it is innocent, what it
//! reads, how to set its parameters, and its query.
//!
//! Trap: with `--kql` standard output is the query alone, so that it pastes into Sentinel as it is.

use clap::ValueEnum;

use super::output;
use super::run::texts;
use super::terminal::Terminal;
use super::{Done, Failure, Outcome};
use crate::analysis::{self, Analysis, Parameter};
use crate::engine::{Engine, QueryOptions};
use crate::json::write_string;
use crate::report::wrapped;
use crate::types::Type;

/// Explain an analysis, or print its query
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The analysis; its last part is enough when only one has it
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,

    /// Print the query alone, with its parameters set, ready to paste into Sentinel
    #[arg(long)]
    kql: bool,

    /// Set a parameter of the query; may be given several times
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = super::options::parameter)]
    parameters: Vec<(String, String)>,

    /// The form of the explanation
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Form::Text, conflicts_with = "kql")]
    format: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    Text,
    #[value(alias = "md")]
    Markdown,
    Json,
}

const EXAMPLES: &str = "\
Examples:
  auk show pim/activations
  auk show activations-over-threshold --param Threshold=20 --kql
  auk show password-spray --format markdown > password-spray.md";

pub fn run(args: &Args, _: &Terminal) -> Done {
    let found = args.names.iter().map(|name| analysis::find(name).map_err(Failure::usage));
    let analyses = found.collect::<Result<Vec<&Analysis>, Failure>>()?;
    let texts = texts(&analyses, &args.parameters)?;
    let several = analyses.len() > 1;
    if args.format == Form::Json && several {
        return Err(Failure::usage("JSON explains one analysis at a time").with_help("name one"));
    }
    for (at, (analysis, kql)) in analyses.iter().zip(&texts).enumerate() {
        if at > 0 {
            output::line("")?;
        }
        output::text(&match args.format {
            _ if args.kql => kql.clone(),
            Form::Text => text(analysis, kql),
            Form::Markdown => markdown(analysis, kql),
            Form::Json => json(analysis, kql),
        })?;
    }
    Ok(Outcome::Done)
}

/// Where a technique is explained.
fn link(technique: &str) -> String {
    format!("https://attack.mitre.org/techniques/{}/", technique.replace('.', "/"))
}

/// A string default that is written with escapes, or verbatim: what it stands for, as --param takes it.
fn string_value(parameter: &Parameter) -> Option<String> {
    if parameter.ty != Type::String || !parameter.default.contains(['\\', '@', '\'']) {
        return None;
    }
    let answer =
        Engine::new(None).query(&format!("print {}", parameter.default), &QueryOptions::new(0)).ok()?;
    Some(answer.table.rows.first()?.first()?.to_text())
}

/// How a parameter is set: its default as one would type it.
fn setting(parameter: &Parameter) -> String {
    if let Some(text) = string_value(parameter) {
        return format!("--param {}='{}'", parameter.name, text.replace('\'', "'\\''"));
    }
    let default = parameter.default.replace('\n', " ");
    let inside = default.strip_prefix("dynamic(").and_then(|d| d.strip_suffix(')')).unwrap_or(&default);
    let inside = inside.split_whitespace().collect::<Vec<_>>().join(" ");
    let bare = inside.strip_prefix('"').and_then(|d| d.strip_suffix('"')).unwrap_or(&inside);
    let plain = bare.chars().all(|c| c.is_alphanumeric() || "._-@/:".contains(c));
    if plain && !bare.is_empty() {
        format!("--param {}={bare}", parameter.name)
    } else {
        format!("--param {}='{}'", parameter.name, if bare.contains('\'') { &inside } else { bare })
    }
}

/// The facts of a header, each with its name.
fn facts(analysis: &Analysis) -> Vec<(&'static str, String)> {
    let header = &analysis.header;
    let facts = [
        ("Severity", header.severity.to_string()),
        ("Needs", header.needs_text()),
        ("Reads, too", header.optional.join(", ")),
        ("Tags", analysis.tags().collect::<Vec<_>>().join(", ")),
    ];
    facts.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// What the header says at length, each with its title.
fn sayings(analysis: &Analysis) -> Vec<(&'static str, String)> {
    let header = &analysis.header;
    let sayings = [
        ("What a hit means", header.hit.clone()),
        ("False positives", header.false_positives.clone()),
        ("Notes", header.notes.join(" ")),
    ];
    sayings.into_iter().filter(|(_, text)| !text.trim().is_empty()).collect()
}

fn text(analysis: &Analysis, kql: &str) -> String {
    let header = &analysis.header;
    let mut out = format!("{} ({})\n\n{}\n", header.title, analysis.name, wrapped(&header.description, 0));
    for (name, value) in facts(analysis) {
        out.push_str(&format!("{name:<12}{value}\n"));
    }
    for (at, technique) in header.techniques.iter().enumerate() {
        let name = if at == 0 { "ATT&CK" } else { "" };
        out.push_str(&format!("{name:<12}{technique:<11}{}\n", link(technique)));
    }
    for (title, said) in sayings(analysis) {
        out.push_str(&format!("\n{title}\n{}", wrapped(said.trim(), 2)));
    }
    if !analysis.parameters.is_empty() {
        out.push_str("\nParameters, with their defaults\n");
    }
    for parameter in &analysis.parameters {
        out.push_str(&format!("  {}\n{}", setting(parameter), wrapped(&explained(parameter), 6)));
    }
    let indented = body(kql).lines().map(|line| format!("  {line}").trim_end().to_string() + "\n");
    out.push_str(&format!(
        "\nQuery (auk show {} --kql has it alone)\n{}",
        analysis.name,
        indented.collect::<String>()
    ));
    out
}

fn explained(parameter: &Parameter) -> String {
    format!("{} ({})", parameter.description, parameter.ty)
}

/// The query without its header, which has been told.
fn body(kql: &str) -> &str {
    let mut at = 0;
    for line in kql.split_inclusive('\n') {
        let content = line.trim();
        let comment = content.starts_with("//") && !content.starts_with("// param ");
        if !content.is_empty() && !comment {
            break;
        }
        at += line.len();
    }
    &kql[at..]
}

fn markdown(analysis: &Analysis, kql: &str) -> String {
    let header = &analysis.header;
    let mut out = format!("# {}\n\n`{}`\n\n{}\n\n", header.title, analysis.name, header.description);
    for (name, value) in facts(analysis) {
        out.push_str(&format!("- {name}: {value}\n"));
    }
    let techniques = header.techniques.iter().map(|id| format!("[{id}]({})", link(id)));
    let techniques = techniques.collect::<Vec<_>>().join(", ");
    if !techniques.is_empty() {
        out.push_str(&format!("- ATT&CK: {techniques}\n"));
    }
    for (title, said) in sayings(analysis) {
        out.push_str(&format!("\n## {title}\n\n{}\n", said.trim()));
    }
    if !analysis.parameters.is_empty() {
        out.push_str("\n## Parameters\n\n");
    }
    for parameter in &analysis.parameters {
        out.push_str(&format!("- `{}`: {}\n", setting(parameter), explained(parameter)));
    }
    out.push_str(&format!("\n## Query\n\n```kusto\n{}\n```\n", body(kql).trim_end()));
    out
}

fn json(analysis: &Analysis, kql: &str) -> String {
    let header = &analysis.header;
    let string = |text: &str| {
        let mut out = String::new();
        write_string(text, &mut out);
        out
    };
    let list = |items: &mut dyn Iterator<Item = &str>| {
        format!("[{}]", items.map(string).collect::<Vec<_>>().join(","))
    };
    let words = |words: &[String]| list(&mut words.iter().map(String::as_str));
    let parameters = analysis.parameters.iter().map(|p| {
        let ty = p.ty.to_string();
        let members =
            [("name", &p.name), ("type", &ty), ("default", &p.default), ("description", &p.description)];
        let members = members.map(|(name, value)| format!("\"{name}\":{}", string(value)));
        format!("{{{}}}", members.join(","))
    });
    let members = [
        ("name", string(&analysis.name)),
        ("title", string(&header.title)),
        ("description", string(&header.description)),
        ("hit", string(&header.hit)),
        ("falsePositives", string(&header.false_positives)),
        ("notes", string(header.notes.join("\n").trim())),
        ("severity", string(header.severity.name())),
        ("techniques", words(&header.techniques)),
        ("tables", words(&header.tables)),
        ("optional", words(&header.optional)),
        ("tags", list(&mut analysis.tags())),
        ("parameters", format!("[{}]", parameters.collect::<Vec<_>>().join(","))),
        ("kql", string(kql)),
    ];
    let members = members.map(|(name, value)| format!("  \"{name}\": {value}"));
    format!("{{\n{}\n}}\n", members.join(",\n"))
}
