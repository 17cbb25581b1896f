//! The summary of many analyses: counts by severity, a line for each that has rows, what was not run and why.
//!
//! Trap: reasons and warnings may quote data; they are escaped wherever they are written.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::super::batch::write_warnings;
use super::super::output::{Format, Output, Titled};
use super::super::terminal::counted;
use super::report::{Entry, Status};
use crate::analysis::Severity;
use crate::json::write_string;
use crate::report::{self, Screen, visible};
use crate::table::Table;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

impl Entry {
    fn severity(&self) -> Severity {
        self.analysis.header.severity
    }

    /// Its status in one word or two.
    fn word(&self) -> &'static str {
        match self.status {
            Status::Found if self.severity().finds() => "found",
            Status::Found => "rows",
            Status::Clean if self.severity().finds() => "clean",
            Status::Clean => "no rows",
            Status::NotRun => "not run",
            Status::Failed => "failed",
        }
    }
}

/// `3 findings`, `1 row`.
pub fn rows(entry: &Entry) -> String {
    counted(entry.rows, if entry.severity().finds() { "finding" } else { "row" })
}

/// A paragraph of the project's own text, wrapped.
pub fn paragraph(text: &str, markdown: bool, out: &mut dyn Write) -> io::Result<()> {
    match (text.is_empty(), markdown) {
        (true, _) => Ok(()),
        (_, true) => writeln!(out, "{text}\n"),
        _ => out.write_all(report::wrapped(text, 0).as_bytes()),
    }
}

/// Ends a report with its summary; `after` says that results stand above it.
pub fn write(
    entries: &[Entry],
    output: &Output,
    screen: Option<Screen>,
    after: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    match output.format() {
        Format::Json => write!(out, "\n],\"summary\":{}}}\n", counts_json(entries)),
        Format::Ndjson | Format::Parquet | Format::Svg | Format::Png | Format::Html => Ok(()),
        Format::Csv => {
            report::write(&table(entries), report::Format::Csv, screen, output.excel_safe, out).map(|_| ())
        }
        Format::Markdown => text(entries, report::Format::Markdown, None, after, out),
        Format::Table => text(entries, report::Format::Table, screen, after, out),
    }
}

fn text(
    entries: &[Entry],
    format: report::Format,
    screen: Option<Screen>,
    after: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let markdown = format == report::Format::Markdown;
    let screen = screen.map(|screen| Screen { rows: usize::MAX, ..screen });
    if after {
        writeln!(out, "{}Summary\n", if markdown { "## " } else { "" })?;
    }
    report::write(&counts(entries), format, screen, false, out)?;
    let found = found(entries);
    if !found.rows.is_empty() {
        writeln!(out)?;
        report::write(&found, format, screen, false, out)?;
    }
    let item = if markdown { "- " } else { "  " };
    let mut section = |title: &str, lines: Vec<(String, String)>| -> io::Result<()> {
        if !lines.is_empty() {
            writeln!(out, "\n{title}{}", if markdown { "\n" } else { "" })?;
        }
        for (what, why) in lines {
            writeln!(out, "{item}{}: {}", visible(&what), visible(&why))?;
        }
        Ok(())
    };
    section("Not run", not_run(entries))?;
    let failed = entries.iter().filter(|e| e.status == Status::Failed);
    section("Failed", failed.map(|e| (e.analysis.name.clone(), e.reason.clone())).collect())?;
    let said = entries.iter().flat_map(|e| e.warnings.iter().map(|w| (e.analysis.name.clone(), w.clone())));
    section("Remarks", grouped(said))
}

/// The reasons, each with the analyses that it kept from running.
fn not_run(entries: &[Entry]) -> Vec<(String, String)> {
    let not_run = entries.iter().filter(|e| e.status == Status::NotRun);
    grouped(not_run.map(|e| (e.analysis.name.clone(), e.reason.clone())))
}

/// Names put together by what is said of them.
fn grouped(said: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    let mut by_text: BTreeMap<String, Vec<String>> = BTreeMap::new();
    said.for_each(|(name, text)| by_text.entry(text).or_default().push(name));
    by_text.into_iter().map(|(text, names)| (text, names.join(", "))).collect()
}

/// How many of each severity, the worst first: with rows, without, not run, failed.
fn counted_by_severity(entries: &[Entry]) -> impl Iterator<Item = (Severity, [usize; 4])> {
    Severity::ALL.into_iter().rev().map(|severity| {
        let count =
            |status| entries.iter().filter(|e| e.severity() == severity && e.status == status).count();
        (severity, [Status::Found, Status::Clean, Status::NotRun, Status::Failed].map(count))
    })
}

fn counts(entries: &[Entry]) -> Table {
    let mut columns = vec![Column::new("Severity", Type::String)];
    columns.extend(["Found", "Clean", "Not run", "Failed"].map(|name| Column::new(name, Type::Long)));
    let row = |(severity, counts): (Severity, [usize; 4])| {
        let name = if severity.finds() { severity.name() } else { "informational (rows, no findings)" };
        let cells = counts.into_iter().map(|n| Value::Long(n as i64));
        std::iter::once(Value::string(name)).chain(cells).collect()
    };
    Table { schema: Schema::new(columns), rows: counted_by_severity(entries).map(row).collect() }
}

fn counts_json(entries: &[Entry]) -> String {
    let rows = counted_by_severity(entries).map(|(severity, [found, clean, not_run, failed])| {
        let (some, none) = if severity.finds() { ("found", "clean") } else { ("rows", "no rows") };
        format!(
            "\"{severity}\":{{\"{some}\":{found},\"{none}\":{clean},\"not run\":{not_run},\"failed\":{failed}}}"
        )
    });
    format!("{{{}}}", rows.collect::<Vec<_>>().join(","))
}

/// A line for each analysis that has rows, the worst first.
fn found(entries: &[Entry]) -> Table {
    let mut found: Vec<&Entry> = entries.iter().filter(|e| e.rows > 0).collect();
    found.sort_by_key(|e| std::cmp::Reverse(e.severity()));
    let row = |e: &&Entry| {
        let header = &e.analysis.header;
        let cells = [header.severity.name(), &e.analysis.name, &header.title, &rows(e)];
        cells.map(Value::string).to_vec()
    };
    let columns = ["Severity", "Name", "Title", "Result"].map(|name| Column::new(name, Type::String));
    Table { schema: Schema::new(columns.to_vec()), rows: found.iter().map(row).collect() }
}

/// A row for each analysis, in the order of the run.
pub fn table(entries: &[Entry]) -> Table {
    let columns = [
        ("Severity", Type::String),
        ("Name", Type::String),
        ("Title", Type::String),
        ("Status", Type::String),
        ("Rows", Type::Long),
        ("Remarks", Type::String),
    ];
    let row = |e: &Entry| {
        let ran = matches!(e.status, Status::Found | Status::Clean);
        let reason = Some(&e.reason).filter(|reason| !reason.is_empty());
        let remarks: Vec<&str> = reason.into_iter().chain(&e.warnings).map(String::as_str).collect();
        vec![
            Value::string(e.severity().name()),
            Value::string(&e.analysis.name),
            Value::string(&e.analysis.header.title),
            Value::string(e.word()),
            if ran { Value::Long(e.rows as i64) } else { Value::Null },
            Value::string(remarks.join("; ")),
        ]
    };
    let columns = columns.map(|(name, ty)| Column::new(name, ty)).to_vec();
    Table { schema: Schema::new(columns), rows: entries.iter().map(row).collect() }
}

/// An analysis as a JSON object; with its results if they are given and it was run.
pub fn object(entry: &Entry, results: Option<&[Titled]>) -> String {
    let mut out = String::from("{");
    let mut member = |name: &str, value: &str| {
        out.push_str(if out.len() > 1 { "," } else { "" });
        out.push_str(&format!("\"{name}\":"));
        write_string(value, &mut out);
    };
    let header = &entry.analysis.header;
    member("name", &entry.analysis.name);
    member("title", &header.title);
    member("severity", header.severity.name());
    member("status", entry.word());
    if !entry.reason.is_empty() {
        member("reason", &entry.reason);
    }
    let ran = matches!(entry.status, Status::Found | Status::Clean);
    if ran {
        out.push_str(&format!(",\"rows\":{}", entry.rows));
    }
    write_warnings(&entry.warnings, &mut out);
    if let ([first, ..], true) = (results.unwrap_or_default(), ran) {
        let mut text = Vec::new();
        // Writing into memory does not fail.
        _ = report::write(&first.table, report::Format::Json, None, false, &mut text);
        out.push_str(",\"result\":");
        out.push_str(String::from_utf8_lossy(&text).trim_end());
    }
    out.push('}');
    out
}
