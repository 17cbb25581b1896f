//! A report as a folder: a file for each table, and one that tells of the whole.
//!
//! CSV: `SECTION.PART.csv`, with the ids and files of the evidence as last columns, `figures.csv` and `words.csv`.
//! Text that a spreadsheet would run as a formula gets a `'` in front, hidden characters are shown as escapes. JSON: `report.json` with sections, words,
//! figures and queries, and `SECTION.PART.json`, an array of objects.

use std::fmt::Write;
use std::io;

use crate::monthly::pack::{Kind, Pack, Part, Record, Section, State};
use crate::report::escape::{is_hidden, visible};
use crate::report::{cell, csv, json};
use crate::table::Table;
use crate::time::datetime_text;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

/// The name of a part's file without its ending.
fn name(section: &Section, part: &Part) -> String {
    format!("{}.{}", section.id, part.id)
}

/// The rows of a part with the records that each was made of.
fn whole(part: &Part) -> Table {
    let mut table = part.table.clone();
    if part.evidence.is_empty() {
        return table;
    }
    for name in ["Evidence", "EvidenceFiles"] {
        table.schema.columns.push(Column::new(table.schema.unique(name), Type::Dynamic));
    }
    for (row, records) in table.rows.iter_mut().zip(&part.evidence) {
        row.push(Value::Array(records.iter().map(|record| Value::string(&record.id)).collect()));
        let mut files: Vec<&Record> = records.iter().filter(|record| !record.source.is_empty()).collect();
        files.sort_by(|a, b| a.source.cmp(&b.source));
        files.dedup_by(|a, b| a.source == b.source);
        row.push(Value::Array(files.into_iter().map(|record| Value::string(&record.source)).collect()));
    }
    table
}

fn figures(pack: &Pack) -> Table {
    let schema = Schema::of(&[
        ("Section", Type::String),
        ("Figure", Type::String),
        ("Label", Type::String),
        ("Value", Type::Long),
        ("Part", Type::String),
        ("Counts", Type::String),
    ]);
    let rows = pack.sections.iter().flat_map(|section| {
        section.figures.iter().map(|figure| {
            vec![
                Value::string(&section.id),
                Value::string(&figure.id),
                Value::string(&figure.label),
                figure.value.clone(),
                Value::string(&figure.of),
                Value::string(&figure.how),
            ]
        })
    });
    Table { schema, rows: rows.collect() }
}

/// What stands in words, and what became of each question.
fn words(pack: &Pack) -> Table {
    let schema = Schema::of(&[
        ("Section", Type::String),
        ("Kind", Type::String),
        ("Text", Type::String),
        ("Part", Type::String),
    ]);
    let mut rows = Vec::new();
    let mut push = |section: &str, kind: &str, text: &str, part: &str| {
        rows.push([section, kind, text, part].map(Value::string).to_vec());
    };
    for (name, text) in &pack.facts {
        push("", name, text, "");
    }
    for section in &pack.sections {
        for words in &section.words {
            push(&section.id, kind(words.kind), &words.text, words.to.as_deref().unwrap_or_default());
        }
        for part in &section.parts {
            push(&section.id, state(part), part.instead().unwrap_or_default(), &part.id);
        }
    }
    Table { schema, rows }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Plain => "text",
        Kind::Heading => "heading",
        Kind::Point => "point",
        Kind::Weighed(severity) => severity.name(),
    }
}

fn state(part: &Part) -> &'static str {
    match part.state {
        State::Found => "table",
        State::Nothing(_) => "nothing found",
        State::NotRun(_) => "not run",
    }
}

pub fn csv(pack: &Pack) -> io::Result<Vec<(String, Vec<u8>)>> {
    let write = |table: &Table| -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        csv::write(&shown(table), true, &mut out)?;
        Ok(out)
    };
    let mut files = vec![
        ("figures.csv".to_string(), write(&figures(pack))?),
        ("words.csv".to_string(), write(&words(pack))?),
    ];
    for (section, part) in pack.parts().filter(|(_, part)| !part.table.schema.is_empty()) {
        files.push((format!("{}.csv", name(section, part)), write(&whole(part))?));
    }
    Ok(files)
}

pub fn json(pack: &Pack) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut text = String::new();
    cell::dynamic(&index(pack), &mut text);
    text.push('\n');
    let mut files = vec![("report.json".to_string(), plain(&text))];
    for (section, part) in pack.parts() {
        let mut out = Vec::new();
        json::write_array(&whole(part), &mut out)?;
        files.push((format!("{}.json", name(section, part)), plain(&String::from_utf8_lossy(&out))));
    }
    Ok(files)
}

/// A table whose texts have no hidden character.
fn shown(table: &Table) -> Table {
    let text = |value: &Value| match value {
        Value::String(text) => Value::string(visible(text)),
        Value::Array(_) | Value::Bag(_) => {
            let mut text = String::new();
            cell::dynamic(value, &mut text);
            Value::string(visible(&text))
        }
        value => value.clone(),
    };
    let rows = table.rows.iter().map(|row| row.iter().map(text).collect()).collect();
    Table { schema: table.schema.clone(), rows }
}

/// JSON in which hidden characters are escapes: they only stand in strings, where `\u202e` means the same.
fn plain(json: &str) -> Vec<u8> {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if is_hidden(c) && c != '\n' {
            let mut units = [0; 2];
            c.encode_utf16(&mut units).iter().for_each(|unit| _ = write!(out, "\\u{unit:04x}"));
        } else {
            out.push(c);
        }
    }
    out.into_bytes()
}

fn bag(members: Vec<(&str, Value)>) -> Value {
    Value::Bag(members.into_iter().map(|(key, value)| (key.to_string(), value)).collect())
}

fn array<T>(items: &[T], of: impl Fn(&T) -> Value) -> Value {
    Value::Array(items.iter().map(of).collect())
}

fn index(pack: &Pack) -> Value {
    bag(vec![
        ("title", Value::string(&pack.title)),
        ("period", Value::string(pack.period.name())),
        ("from", Value::string(datetime_text(pack.period.from))),
        ("to", Value::string(datetime_text(pack.period.to))),
        ("timeZone", Value::string(pack.period.zone().name())),
        (
            "facts",
            array(&pack.facts, |(name, text)| {
                bag(vec![("name", Value::string(name)), ("text", Value::string(text))])
            }),
        ),
        ("sections", array(&pack.sections, section)),
    ])
}

fn section(section: &Section) -> Value {
    let optional = |text: &Option<String>| text.as_ref().map_or(Value::Null, Value::string);
    bag(vec![
        ("id", Value::string(&section.id)),
        ("title", Value::string(&section.title)),
        ("about", Value::string(&section.about)),
        (
            "words",
            array(&section.words, |words| {
                bag(vec![
                    ("kind", Value::string(kind(words.kind))),
                    ("text", Value::string(&words.text)),
                    ("part", optional(&words.to)),
                ])
            }),
        ),
        (
            "figures",
            array(&section.figures, |figure| {
                bag(vec![
                    ("id", Value::string(&figure.id)),
                    ("label", Value::string(&figure.label)),
                    ("value", figure.value.clone()),
                    ("counts", Value::string(&figure.how)),
                    ("part", Value::string(&figure.of)),
                ])
            }),
        ),
        ("parts", array(&section.parts, |part| summary(section, part))),
    ])
}

fn summary(section: &Section, part: &Part) -> Value {
    let query = part.query.as_ref();
    bag(vec![
        ("id", Value::string(&part.id)),
        ("title", Value::string(&part.title)),
        ("about", Value::string(&part.about)),
        ("severity", part.severity.map_or(Value::Null, |s| Value::string(s.name()))),
        ("state", Value::string(state(part))),
        ("reason", part.instead().map_or(Value::Null, Value::string)),
        ("rows", Value::Long(part.table.rows.len() as i64)),
        ("file", Value::string(format!("{}.json", name(section, part)))),
        ("analysis", query.map_or(Value::Null, |query| Value::string(&query.name))),
        ("kql", query.map_or(Value::Null, |query| Value::string(&query.text))),
    ])
}
