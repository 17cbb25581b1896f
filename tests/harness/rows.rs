//! Tests over the tables themselves: functions, aggregates, operators.
//!
//! Trap: they read the rows, not the documentation: a row that lies about its kernel is found by goldens.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use auk::functions::{self, AggregateBody, Body, Signature};
use auk::kql::operators::evaluate::{self, Bind};

/// What is wrong with the rows of the function table.
pub fn check_functions() -> Result<(), String> {
    let mut wrong = Vec::new();
    let mut rows = 0;
    let mut names: HashMap<&str, &str> = HashMap::new();
    for f in functions::functions() {
        rows += 1;
        let refusal = match f.body {
            Body::Refused(reason) => Some(reason),
            _ => None,
        };
        let settled = matches!(f.body, Body::Kernel(_));
        check_row(f.name, f.doc, f.signatures, refusal, settled, &mut wrong);
        for name in f.aliases.iter().copied().chain([f.name]) {
            if let Some(other) = names.insert(name, f.name) {
                wrong.push(format!("{name}: is a name of {} and of {other}", f.name));
            }
        }
    }
    if rows == 0 {
        wrong.push("the table is empty".to_string());
    }
    report(wrong)
}

pub fn check_aggregates() -> Result<(), String> {
    let mut wrong = Vec::new();
    let mut rows = 0;
    let mut names: HashMap<&str, &str> = HashMap::new();
    for f in functions::aggregates() {
        rows += 1;
        let refusal = match f.body {
            AggregateBody::Refused(reason) => Some(reason),
            _ => None,
        };
        let settled = matches!(f.body, AggregateBody::Accumulator(_));
        check_row(f.name, f.doc, f.signatures, refusal, settled, &mut wrong);
        for name in f.aliases.iter().copied().chain([f.name]) {
            if let Some(other) = names.insert(name, f.name) {
                wrong.push(format!("{name}: is a name of {} and of {other}", f.name));
            }
        }
    }
    if rows == 0 {
        wrong.push("the table is empty".to_string());
    }
    report(wrong)
}

fn check_row(
    name: &str,
    doc: &str,
    signatures: &[&str],
    refusal: Option<&str>,
    settled: bool,
    wrong: &mut Vec<String>,
) {
    if refusal.is_none() && !doc.ends_with(['.', '?']) {
        wrong.push(format!("{name}: the documentation is no sentence: '{doc}'"));
    }
    if refusal.is_some_and(str::is_empty) {
        wrong.push(format!("{name}: refused without a reason"));
    }
    if settled && signatures.is_empty() {
        wrong.push(format!("{name}: has a kernel and no signature"));
    }
    for text in signatures {
        if Signature::parse(text).is_none() {
            wrong.push(format!("{name}: '{text}' is not a signature"));
        }
    }
}

/// Every operator's file opens with its syntax, and every refusal has its reason.
pub fn check_operators() -> Result<(), String> {
    let mut wrong = Vec::new();
    for (name, reason) in auk::kql::operators::REFUSED {
        if reason.is_empty() {
            wrong.push(format!("{name}: refused without a reason"));
        }
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/kql/operators");
    for entry in fs::read_dir(&folder).map_err(|e| e.to_string())?.flatten() {
        let path = if entry.path().is_dir() { entry.path().join("mod.rs") } else { entry.path() };
        let text = fs::read_to_string(path).map_err(|e| e.to_string())?;
        let first = text.lines().next().unwrap_or("");
        let is_table = entry.file_name() == "mod.rs";
        let has_syntax = first.starts_with("//! ") && first.contains('`');
        if !(is_table || has_syntax) {
            wrong.push(format!("{}: does not open with its syntax", entry.path().display()));
        }
    }
    report(wrong)
}

/// Every plugin has a name of its own, a signature, and a sentence that says what it does, or why not.
pub fn check_plugins() -> Result<(), String> {
    let mut wrong = Vec::new();
    let mut names: HashMap<&str, &str> = HashMap::new();
    for plugin in evaluate::plugins() {
        let refusal = match plugin.bind {
            Bind::Refused(reason) => Some(reason),
            Bind::Table(_) => None,
        };
        check_row(plugin.name, plugin.doc, &[], refusal, false, &mut wrong);
        if !plugin.signature.starts_with('(') {
            wrong.push(format!("{}: '{}' is not a signature", plugin.name, plugin.signature));
        }
        if names.insert(plugin.name, plugin.doc).is_some() {
            wrong.push(format!("{}: stands twice", plugin.name));
        }
    }
    report(wrong)
}

pub fn report(wrong: Vec<String>) -> Result<(), String> {
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}
