//! A report as Markdown: sections as headings, figures as a list, tables as pipe tables.
//!
//! Every heading has an anchor of its own by its id, so that links hold whatever a renderer makes of titles.
//!
//! Trap: a fence around KQL must be longer than any run of backticks in it.

use std::fmt::Write;

use super::cells::{label, styles};
use super::parts::{Cut, cut};
use crate::monthly::pack::{Figure, Kind, Pack, Part, Section, Words};
use crate::monthly::period::Period;
use crate::report::escape::push_visible;
use crate::report::markdown::push_text;

/// So many rows of a table are written; CSV, JSON and XLSX have all.
const ROWS: usize = 1000;

pub fn text(pack: &Pack) -> String {
    let mut out = String::from("# ");
    push_text(&pack.title, &mut out);
    _ = write!(out, ": {}\n\n", pack.period.name());
    for (name, text) in &pack.facts {
        item(&format!("{name}: "), text, &mut out);
    }
    out.push_str("\n## Contents\n\n");
    for (at, section) in pack.sections.iter().enumerate() {
        _ = writeln!(out, "{}. [{}](#{})", at + 1, section.title, section.id);
    }
    for (at, section) in pack.sections.iter().enumerate() {
        write_section(section, at + 1, &pack.period, &mut out);
    }
    out
}

fn item(before: &str, text: &str, out: &mut String) {
    out.push_str("- ");
    out.push_str(before);
    push_text(text, out);
    out.push('\n');
}

fn write_section(section: &Section, number: usize, period: &Period, out: &mut String) {
    _ = write!(out, "\n<a id=\"{}\"></a>\n\n## {number}. {}\n\n", section.id, section.title);
    push_text(&section.about, out);
    out.push('\n');
    if !section.figures.is_empty() {
        out.push('\n');
        section.figures.iter().for_each(|figure| write_figure(figure, out));
    }
    write_words(&section.words, out);
    section.parts.iter().for_each(|part| write_part(part, period, out));
    if !section.signatures.is_empty() {
        out.push_str("\n| | Name | Date | Signature |\n|---|---|---|---|\n");
        for (role, name) in &section.signatures {
            _ = write!(out, "| {role} | ");
            push_text(name, out);
            out.push_str(" | | |\n");
        }
    }
}

fn write_figure(figure: &Figure, out: &mut String) {
    let value = match figure.value.as_i64() {
        Some(number) => number.to_string(),
        None => "no data".to_string(),
    };
    _ = writeln!(out, "- **{value}** [{}](#{})", figure.label, figure.of);
}

fn write_words(words: &[Words], out: &mut String) {
    let mut listed = false;
    for words in words {
        let point = matches!(words.kind, Kind::Point | Kind::Weighed(_));
        if !(point && listed) {
            out.push('\n');
        }
        listed = point;
        match words.kind {
            Kind::Heading => out.push_str("### "),
            Kind::Plain => {}
            Kind::Point => out.push_str("- "),
            Kind::Weighed(severity) => _ = write!(out, "- **{}** ", severity.name()),
        }
        push_text(&words.text, out);
        if let Some(to) = &words.to {
            _ = write!(out, " [rows](#{to})");
        }
        out.push('\n');
    }
}

fn write_part(part: &Part, period: &Period, out: &mut String) {
    _ = write!(out, "\n<a id=\"{}\"></a>\n\n### ", part.id);
    push_text(&part.title, out);
    if let Some(severity) = part.severity.filter(|severity| severity.finds()) {
        _ = write!(out, " ({})", severity.name());
    }
    out.push_str("\n\n");
    push_text(&part.about, out);
    out.push('\n');
    match part.instead() {
        Some(text) => {
            out.push_str("\n*");
            push_text(text, out);
            out.push_str("*\n");
        }
        None => write_table(part, period, out),
    }
    let notes = if part.was_run() { part.notes.as_slice() } else { &[] };
    for (at, (name, text)) in notes.iter().enumerate() {
        out.push_str(if at == 0 { "\n" } else { "" });
        item(&format!("{name}: "), text, out);
    }
    if let Some(query) = &part.query {
        let longest = query.text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        _ = write!(out, "\n<details><summary>The KQL: {}</summary>\n\n{fence}kusto\n", query.name);
        for line in query.text.trim_end().lines() {
            line.chars().for_each(|c| push_visible(c, out));
            out.push('\n');
        }
        _ = write!(out, "{fence}\n\n</details>\n");
    }
}

fn write_table(part: &Part, period: &Period, out: &mut String) {
    let table = &part.table;
    let evidence = !part.evidence.is_empty();
    out.push_str("\n|");
    for column in &table.schema.columns {
        out.push(' ');
        push_text(&label(&column.name), out);
        out.push_str(" |");
    }
    out.push_str(if evidence { " Evidence |\n|" } else { "\n|" });
    for column in &table.schema.columns {
        out.push_str(if column.ty.is_number() { "---:|" } else { "---|" });
    }
    out.push_str(if evidence { "---|\n" } else { "\n" });
    let styles = styles(table, period);
    for (at, row) in table.rows.iter().take(ROWS).enumerate() {
        out.push('|');
        for (value, style) in row.iter().zip(&styles) {
            out.push(' ');
            let text = style.text(value);
            match cut(&text) {
                Cut::Whole => push_text(&text, out),
                Cut::At(end, left) => {
                    push_text(&text[..end], out);
                    _ = write!(out, "… ({left} more characters)");
                }
            }
            out.push_str(" |");
        }
        if let Some(records) = part.evidence.get(at) {
            out.push(' ');
            for (nth, record) in records.iter().enumerate() {
                out.push_str(if nth > 0 { ", " } else { "" });
                push_text(&record.id, out);
            }
            out.push_str(" |");
        }
        out.push('\n');
    }
    if table.rows.len() > ROWS {
        _ = write!(out, "\n{ROWS} of {} rows; CSV, JSON and XLSX have all.\n", table.rows.len());
    }
}
