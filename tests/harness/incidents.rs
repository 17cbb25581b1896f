//! Both directions over the sample data: each planted incident is found by its analysis, no near miss is, and an
//! analysis of high or critical severity finds nothing else. `tests/INCIDENTS.md` is the table of it.
//!
//! An incident is found when a row of the analysis names who it is about.
//!
//! Trap: the sample data must be what `auk generate` writes, or the list of incidents is not of these files.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use auk::analysis::{self, Analysis, Severity};
use auk::engine::{Engine, QueryOptions};
use auk::generate::{self, Incident};
use auk::lake::Lake;
use auk::outside::Outside;

use super::page;

/// The page, from the root of the package.
const PAGE: &str = "tests/INCIDENTS.md";
/// As `sample-data/README.md` says.
const ROWS: u64 = 3_000;
const SEED: u64 = 7;

pub fn check() -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let written = super::scratch("incidents")?;
    let out = written.clone();
    let options = generate::Options { rows: ROWS, seed: SEED, shares: generate::SHARES, out, threads: None };
    let report = generate::sample(&options).map_err(|e| e.to_string())?;
    for file in &report.files {
        let (ours, theirs) = (written.join(&file.name), root.join("sample-data").join(&file.name));
        if fs::read(&ours).ok() != fs::read(&theirs).ok() {
            return Err(format!("sample-data/{} is not what auk generate writes", file.name));
        }
    }
    let found = rows_found(&written)?;
    fs::remove_dir_all(&written).map_err(|e| e.to_string())?;
    let mut wrong = Vec::new();
    for incident in &report.incidents {
        let rows =
            found.get(name(incident)).ok_or_else(|| format!("{}: no such analysis", incident.query))?;
        let about = rows.iter().filter(|row| is_about(row, incident)).count();
        // Who comes close on one day may be found on another.
        let real = |i: &&Incident| i.query == incident.query && i.who == incident.who && !is_near_miss(i);
        let real = report.incidents.iter().filter(real).count();
        let as_planned = if is_near_miss(incident) { about <= real } else { about > 0 };
        if !as_planned {
            wrong.push(format!("{}: {} ({}): {about} rows", incident.query, incident.title, incident.who));
        }
    }
    for analysis in analysis::all().iter().filter(|a| a.header.severity >= Severity::High) {
        let planned = |row: &&String| {
            report.incidents.iter().any(|i| name(i) == analysis.name && !is_near_miss(i) && is_about(row, i))
        };
        let others = found.get(analysis.name.as_str()).into_iter().flatten().filter(|row| !planned(row));
        wrong.extend(others.map(|row| format!("{}: nobody planted: {row}", analysis.name)));
    }
    if !wrong.is_empty() {
        return Err(wrong.join("\n"));
    }
    page::held(PAGE, &table(&report.incidents, &found))
}

/// The rows of every analysis over the sample data, each as one lowercase text.
fn rows_found(exports: &Path) -> Result<BTreeMap<&'static str, Vec<String>>, String> {
    let lake = super::scratch("incidents-lake")?;
    super::ingest::ingest(exports, &lake)?;
    let opened = Lake::open(&lake).map_err(|e| e.to_string())?;
    let now = opened.now().ok_or("the lake has no event")?;
    let engine = Engine::new(Some(opened)).with_outside(Outside::default().places_optional());
    let mut found = BTreeMap::new();
    for analysis in analysis::all() {
        let answer = engine.query(&analysis.text, &QueryOptions::new(now));
        let answer = answer.map_err(|e| format!("{}: {:?}", analysis.name, e.first().map(|d| &d.message)))?;
        let text = |row: &Vec<auk::value::Value>| {
            let cells: Vec<String> = row.iter().map(auk::value::Value::to_text).collect();
            cells.join(" | ").to_lowercase()
        };
        found.insert(analysis.name.as_str(), answer.table.rows.iter().map(text).collect());
    }
    drop(engine);
    fs::remove_dir_all(&lake).map_err(|e| e.to_string())?;
    Ok(found)
}

fn name(incident: &Incident) -> &str {
    incident.query.trim_end_matches(".kql")
}

fn is_near_miss(incident: &Incident) -> bool {
    incident.title.starts_with("near miss")
}

fn is_about(row: &str, incident: &Incident) -> bool {
    row.contains(&incident.who.to_lowercase())
}

fn table(incidents: &[Incident], found: &BTreeMap<&str, Vec<String>>) -> String {
    let mut out = String::from(
        "# What is hidden in the sample data\n\n\
         Each incident with the analysis that finds it, the severity of that analysis, and how many of its rows are\n\
         about it. A near miss stops at a threshold and is not found. An analysis of high or critical severity finds\n\
         nothing but what stands here. A test holds all of this, and this page.\n\n\
         | severity | analysis | incident | who | when (UTC) | what there is to find | rows |\n\
         | --- | --- | --- | --- | --- | --- | ---: |\n",
    );
    let severity = |incident: &Incident| analysis::find(name(incident)).ok().map(|a| a.header.severity);
    let mut sorted: Vec<&Incident> = incidents.iter().collect();
    sorted.sort_by_key(|i| (std::cmp::Reverse(severity(i)), i.query));
    for incident in sorted {
        let rows = found.get(name(incident)).map_or(&[][..], Vec::as_slice);
        let about = rows.iter().filter(|row| is_about(row, incident)).count();
        let severity = severity(incident).map_or("", Severity::name);
        let Incident { title, who, when, what, query } = incident;
        let name = name(incident);
        let link = format!("[`{name}`](../queries/{query})");
        _ = writeln!(out, "| {severity} | {link} | {title} | {who} | {when} | {what} | {about} |");
    }
    let none = |a: &&Analysis| a.header.severity.finds() && !incidents.iter().any(|i| name(i) == a.name);
    let without: Vec<String> = analysis::all().iter().filter(none).map(|a| format!("`{}`", a.name)).collect();
    _ = writeln!(out, "\nWithout an incident of their own: {}.", without.join(", "));
    out
}
