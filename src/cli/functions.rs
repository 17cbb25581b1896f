//! `auk functions`: what auk knows of KQL, from the tables that it works by.

use super::output::{self, Output};
use super::terminal::Terminal;
use super::{Done, Failure, Outcome};
use crate::functions::{self, AggregateBody, Body};
use crate::kql::operators::{self, evaluate::Bind};
use crate::table::Table;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

/// List the functions, aggregates, operators and plugins of KQL, or explain one
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  auk functions\n  auk functions has_any\n  auk functions --format markdown"
)]
pub struct Args {
    /// Explain these
    #[arg(value_name = "NAME")]
    names: Vec<String>,

    /// Write the page of all, with what is not supported in a part of its own
    #[arg(long, hide = true, conflicts_with = "names")]
    page: bool,

    #[command(flatten)]
    output: Output,
}

/// The syntax of each tabular operator, as the first line of its file says it.
const SYNTAX: &[&str] = include!(concat!(env!("OUT_DIR"), "/operators.rs"));

/// A row of one of the tables.
struct Entry {
    name: &'static str,
    kind: &'static str,
    signatures: &'static [&'static str],
    aliases: &'static [&'static str],
    doc: &'static str,
    refused: Option<&'static str>,
}

pub fn run(args: &Args, terminal: &Terminal) -> Done {
    if args.page {
        output::text(&page(&entries()))?;
        return Ok(Outcome::Done);
    }
    if args.names.is_empty() {
        args.output.write(&all(), terminal)?;
    }
    args.names.iter().try_for_each(|name| output::text(&explained(name)?))?;
    Ok(Outcome::Done)
}

/// Everything that auk knows of KQL, as a table.
pub fn all() -> Table {
    table(&entries())
}

/// What is known of a name.
pub fn explained(name: &str) -> Result<String, Failure> {
    let entries = entries();
    let found: Vec<&Entry> = entries.iter().filter(|e| e.name == name || e.aliases.contains(&name)).collect();
    if found.is_empty() {
        let failure = Failure::usage(format!("auk knows no function or operator named '{name}'"));
        return Err(failure.with_nearest(name, entries.iter().map(|e| e.name), "auk functions lists all"));
    }
    Ok(found.into_iter().map(explain).collect())
}

/// What can be called by name, with its line of documentation; not what is refused.
pub fn callable() -> impl Iterator<Item = (&'static str, &'static str)> {
    let entries = entries().into_iter().filter(|e| e.refused.is_none() && !e.signatures.is_empty());
    entries.filter(|e| e.kind != "operator").map(|e| (e.name, e.doc))
}

fn entries() -> Vec<Entry> {
    let scalar = functions::functions().map(|f| Entry {
        name: f.name,
        kind: if f.name.starts_with(|c: char| c.is_alphabetic()) { "function" } else { "operator" },
        signatures: f.signatures,
        aliases: f.aliases,
        doc: f.doc,
        refused: if let Body::Refused(reason) = f.body { Some(reason) } else { None },
    });
    let aggregate = functions::aggregates().map(|f| Entry {
        name: f.name,
        kind: "aggregate",
        signatures: f.signatures,
        aliases: f.aliases,
        doc: f.doc,
        refused: if let AggregateBody::Refused(reason) = f.body { Some(reason) } else { None },
    });
    let tabular = operators::PARSERS.iter().map(|(name, _)| Entry {
        name,
        kind: "tabular operator",
        signatures: &[],
        aliases: &[],
        doc: syntax(name),
        refused: None,
    });
    let refused = operators::REFUSED.iter().map(|(name, reason)| Entry {
        name,
        kind: "tabular operator",
        signatures: &[],
        aliases: &[],
        doc: "",
        refused: Some(reason),
    });
    let plugins = operators::evaluate::plugins().map(|p| Entry {
        name: p.name,
        kind: "plugin",
        signatures: std::slice::from_ref(&p.signature),
        aliases: &[],
        doc: p.doc,
        refused: if let Bind::Refused(reason) = p.bind { Some(reason) } else { None },
    });
    let entries = scalar.chain(aggregate).chain(tabular).chain(refused).chain(plugins);
    let mut entries: Vec<Entry> = entries.collect();
    entries.sort_by_key(|e| (e.name.to_lowercase(), e.kind));
    entries
}

/// The line that shows the operator after its pipe or, failing that, names it as another spelling.
pub fn syntax(name: &str) -> &'static str {
    let shows = |line: &str, before: &str| {
        let line = line.replace("|]", "|");
        let name = format!("{before}{name}");
        let mut rest = line.split(&name).skip(1);
        rest.any(|after| !after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-'))
    };
    let found = ["| ", "`"].iter().find_map(|before| SYNTAX.iter().find(|line| shows(line, before)));
    // It has no file of its own.
    found.copied().unwrap_or(if name == "consume" { "`T | consume`" } else { "" })
}

fn table(entries: &[Entry]) -> Table {
    let columns = ["Name", "Kind", "Signature", "Meaning"];
    let schema = Schema::new(columns.iter().map(|name| Column::new(*name, Type::String)).collect());
    let row = |e: &Entry| {
        let meaning = e.refused.map_or(e.doc.to_string(), |reason| format!("not supported: {reason}"));
        [e.name.to_string(), e.kind.to_string(), e.signatures.join(" or "), meaning]
            .map(Value::String)
            .to_vec()
    };
    Table { schema, rows: entries.iter().map(row).collect() }
}

/// Each kind as a table, then what auk does not do, as a Markdown page.
fn page(entries: &[Entry]) -> String {
    let mut kinds: Vec<&str> = entries.iter().map(|e| e.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let mut page = format!("# Functions and operators\n\n{PAGE}\n");
    for kind in kinds {
        let done: Vec<&Entry> = entries.iter().filter(|e| e.kind == kind && e.refused.is_none()).collect();
        let signed = done.iter().any(|e| !e.signatures.is_empty());
        let rows = done.iter().map(|e| {
            let signatures: Vec<String> = e.signatures.iter().map(|s| format!("`{s}`")).collect();
            let signatures = signed.then(|| signatures.join(" or "));
            [Some(names(e)), signatures, Some(e.doc.to_string())].into_iter().flatten().collect()
        });
        let columns: &[&str] = if signed { &["Name", "Signature", "Meaning"] } else { &["Name", "Syntax"] };
        page.push_str(&part(&plural(kind), columns, rows));
    }
    let refused =
        entries.iter().filter_map(|e| Some(vec![names(e), e.kind.to_string(), e.refused?.to_string()]));
    page + &part("Not supported", &["Name", "Kind", "Why"], refused)
}

/// A heading and a table, if there are rows.
fn part(heading: &str, columns: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let lines: Vec<String> = rows
        .map(|row| format!("| {} |\n", row.join("\u{0}").replace('|', "\\|").replace('\u{0}', " | ")))
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    let rule = "---|".repeat(columns.len());
    format!("\n## {heading}\n\n| {} |\n|{rule}\n{}", columns.join(" | "), lines.concat())
}

/// What the page says of itself.
const PAGE: &str = "What auk knows of KQL, written by `auk functions --page` from the tables that it works by. \
    `auk functions NAME` explains one. A test fails when this page is not what the tables say; \
    `UPDATE_EXPECT=1 cargo test --release -- tables/page` writes it anew.";

fn names(entry: &Entry) -> String {
    let all = std::iter::once(&entry.name).chain(entry.aliases);
    all.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// `aggregate` as the heading `Aggregates`.
fn plural(kind: &str) -> String {
    let mut letters = kind.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}s", first.to_uppercase(), letters.as_str()))
}

fn explain(entry: &Entry) -> String {
    let mut text = format!("{} ({})\n", entry.name, entry.kind);
    // What is known by its name alone says why, and no more.
    let described = entry.refused != Some(entry.doc);
    for signature in entry.signatures.iter().filter(|_| described) {
        text.push_str(&format!("  {}{signature}\n", entry.name));
    }
    if described && !entry.doc.is_empty() {
        text.push_str(&format!("  {}\n", entry.doc));
    }
    if !entry.aliases.is_empty() {
        text.push_str(&format!("  also written {}\n", entry.aliases.join(", ")));
    }
    if let Some(reason) = entry.refused {
        text.push_str(&format!("  not supported: {reason}\n"));
    }
    text
}
