//! An audit as text, Markdown or JSON.
//!
//! Trap: paths, reasons and ids in findings are data; in text and Markdown all of them are escaped.

use std::fmt::Write;

use super::cell;
use super::escape::visible;
use super::markdown::push_text;
use super::wrap::wrap;
use crate::audit::{Audit, CHECKS, Finding, Overlap, Severity};
use crate::lake::Held;
use crate::time::datetime_text;
use crate::value::Value;

/// Sources of a finding that text names; JSON has all.
const NAMED: usize = 5;

/// How many findings there are of each weight.
pub fn summary(audit: &Audit) -> String {
    let count = |severity| audit.findings.iter().filter(|f| f.severity == severity).count();
    let (blocks, limits, notes) = (count(Severity::Blocks), count(Severity::Limits), count(Severity::Note));
    let all = audit.findings.len();
    let (findings, notes_are) =
        (if all == 1 { "finding" } else { "findings" }, if notes == 1 { "note" } else { "notes" });
    format!("{all} {findings}: {blocks} blocking, {limits} limiting, {notes} {notes_are}.")
}

const NO_FINDING: &str = "No check found anything that limits a conclusion.";

fn checked() -> String {
    let names: Vec<&str> = CHECKS.iter().map(|check| check.name).collect();
    names.join(", ")
}

fn held_text(held: &Held) -> String {
    let range = match (held.first, held.last) {
        (Some(first), Some(last)) => format!(" from {} to {}", datetime_text(first), datetime_text(last)),
        _ => String::new(),
    };
    let plural = |n: u64| if n == 1 { "" } else { "s" };
    let (rows, sources) = (held.rows, held.sources as u64);
    format!("{}: {rows} row{}{range}, out of {sources} source{}", held.table, plural(rows), plural(sources))
}

fn overlap_text(o: &Overlap) -> String {
    let (shown, other) = &o.routes;
    let differ = if o.differ == 1 { "differs" } else { "differ" };
    format!("{}: {other} beside {shown}: {} the same, {} {differ}", o.table, o.same, o.differ)
}

fn sources_text(finding: &Finding) -> String {
    let mut text = finding.sources.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if finding.sources.len() > NAMED {
        _ = write!(text, ", and {} more", finding.sources.len() - NAMED);
    }
    text
}

pub fn text(audit: &Audit) -> String {
    let mut out = String::from("What is there\n");
    audit.held.iter().for_each(|held| _ = writeln!(out, "  {}", visible(&held_text(held))));
    if !audit.overlaps.is_empty() {
        out.push_str(
            "\nRecords that came more than once, by the route of the copy and of the row that shows\n",
        );
        audit.overlaps.iter().for_each(|o| _ = writeln!(out, "  {}", visible(&overlap_text(o))));
    }
    _ = writeln!(
        out,
        "\n{}",
        if audit.findings.is_empty() { NO_FINDING.to_string() } else { summary(audit) }
    );
    for finding in &audit.findings {
        _ = writeln!(out, "\n{}: {}", finding.severity.name().to_uppercase(), finding.check);
        member("Seen", &finding.seen, &mut out);
        member("Not to be concluded", &finding.cannot, &mut out);
        member("Ask for", &finding.ask, &mut out);
        if !finding.sources.is_empty() {
            member("Sources", &sources_text(finding), &mut out);
        }
    }
    out.push('\n');
    member("Checked", &checked(), &mut out);
    out
}

/// A name and a text, wrapped at blanks.
fn member(name: &str, text: &str, out: &mut String) {
    let mut line = format!("  {name}:");
    wrap(text, "    ", &mut line, out);
}

pub fn markdown(audit: &Audit) -> String {
    let mut out = String::from("# What cannot be concluded\n\n## What is there\n\n");
    let item = |text: &str, out: &mut String| {
        out.push_str("- ");
        push_text(text, out);
        out.push('\n');
    };
    audit.held.iter().for_each(|held| item(&held_text(held), &mut out));
    if !audit.overlaps.is_empty() {
        out.push_str("\n## Records that came more than once\n\n");
        audit.overlaps.iter().for_each(|o| item(&overlap_text(o), &mut out));
    }
    out.push_str("\n## Findings\n\n");
    out.push_str(if audit.findings.is_empty() { NO_FINDING } else { "" });
    out.push_str(&if audit.findings.is_empty() { String::new() } else { summary(audit) });
    out.push('\n');
    for finding in &audit.findings {
        _ = write!(out, "\n### {}: {}\n\n", finding.severity.name(), finding.check);
        let sources = sources_text(finding);
        for (name, text) in [
            ("Seen", &finding.seen),
            ("Not to be concluded", &finding.cannot),
            ("Ask for", &finding.ask),
            ("Sources", &sources),
        ] {
            if !text.is_empty() {
                _ = write!(out, "- **{name}:** ");
                push_text(text, &mut out);
                out.push('\n');
            }
        }
    }
    _ = writeln!(out, "\nChecked: {}", checked());
    out
}

pub fn json(audit: &Audit) -> String {
    let string = |text: &str| Value::string(text);
    let time = |ticks: Option<i64>| ticks.map_or(Value::Null, |t| Value::string(datetime_text(t)));
    let long = |n: u64| Value::Long(n as i64);
    let bag = |members: Vec<(&str, Value)>| {
        Value::Bag(members.into_iter().map(|(key, value)| (key.to_string(), value)).collect())
    };
    let held = audit.held.iter().map(|h| {
        bag(vec![
            ("table", string(&h.table)),
            ("rows", long(h.rows)),
            ("first", time(h.first)),
            ("last", time(h.last)),
            ("sources", long(h.sources as u64)),
        ])
    });
    let overlaps = audit.overlaps.iter().map(|o| {
        bag(vec![
            ("table", string(&o.table)),
            ("shown", string(&o.routes.0)),
            ("other", string(&o.routes.1)),
            ("same", long(o.same)),
            ("differ", long(o.differ)),
        ])
    });
    let findings = audit.findings.iter().map(|f| {
        bag(vec![
            ("check", string(f.check)),
            ("severity", string(f.severity.name())),
            ("seen", string(&f.seen)),
            ("cannot", string(&f.cannot)),
            ("ask", string(&f.ask)),
            ("sources", Value::Array(f.sources.iter().map(Value::string).collect())),
        ])
    });
    let checks = CHECKS.iter().map(|c| bag(vec![("name", string(c.name)), ("about", string(c.about))]));
    let whole = bag(vec![
        ("tables", Value::Array(held.collect())),
        ("overlaps", Value::Array(overlaps.collect())),
        ("findings", Value::Array(findings.collect())),
        ("checks", Value::Array(checks.collect())),
    ]);
    let mut out = String::new();
    cell::dynamic(&whole, &mut out);
    out.push('\n');
    out
}
