//! The analyses: what the header of each must say, and that a page of `tests/analyses/` runs it.
//!
//! Trap: the tables of a header decide whether an analysis is run at all, so they are held against what the query
//! reads: one that is missing there would let it run over nothing and look clean.

use std::collections::{BTreeSet, HashSet};

use auk::analysis::{self, Analysis};
use auk::engine::{Engine, QueryOptions};
use auk::kql::Catalog;

use super::page::{self, Page};
use super::rows::report;

pub fn check() -> Result<(), String> {
    let engine = Engine::new(None);
    let known: HashSet<String> = engine.tables().into_iter().collect();
    let run = run_by_pages()?;
    let mut wrong = Vec::new();
    for analysis in analysis::all() {
        let mut faults = analysis.header.faults();
        faults.extend(tables(analysis, &engine, &known));
        if !run.contains(&analysis.name) {
            faults.push("no page of tests/analyses/ runs it".to_string());
        }
        faults.extend(parameters(analysis));
        wrong.extend(faults.into_iter().map(|fault| format!("queries/{}.kql: {fault}", analysis.name)));
    }
    report(wrong)
}

/// The tables of the header against the catalogue, and against those that the query names.
fn tables(analysis: &Analysis, engine: &Engine, known: &HashSet<String>) -> Vec<String> {
    let header = &analysis.header;
    let said: BTreeSet<&String> = header.tables.iter().chain(&header.optional).collect();
    let unknown = said.iter().filter(|name| !known.contains(**name));
    let mut faults: Vec<String> = unknown.map(|name| format!("there is no table `{name}`")).collect();
    if said.len() < header.tables.len() + header.optional.len() {
        faults.push("a table stands twice".to_string());
    }
    let options = QueryOptions::new(super::engine::NOW);
    match engine.compile(&analysis.text, &options) {
        Err(errors) => faults.extend(errors.into_iter().map(|e| e.message)),
        Ok(compiled) => {
            if compiled.plans.len() != 1 {
                faults.push(format!("it has {} results, and an analysis has one", compiled.plans.len()));
            }
            let read: BTreeSet<&String> = compiled.tables.iter().collect();
            let missing =
                read.difference(&said).map(|name| format!("it reads {name}, and its header does not"));
            let idle =
                said.difference(&read).map(|name| format!("its header names {name}, which it does not read"));
            faults.extend(missing.chain(idle));
        }
    }
    faults
}

/// A `// param` line that explains no literal `let` is none that a user can set.
fn parameters(analysis: &Analysis) -> Vec<String> {
    let explained = analysis.text.lines().filter(|line| line.starts_with("// param ")).count();
    let own = analysis.parameters.len();
    let fault = format!("{explained} parameters are explained, {own} can be set");
    if explained == own { Vec::new() } else { vec![fault] }
}

/// The names that stand in `analysis` fences.
fn run_by_pages() -> Result<HashSet<String>, String> {
    let mut names = HashSet::new();
    for path in page::pages("analyses") {
        for case in Page::read(&path)?.cases {
            let fences = case.blocks.iter().filter(|block| block.language() == "analysis");
            names.extend(fences.map(|fence| fence.text().trim().trim_end_matches(".kql").to_string()));
        }
    }
    Ok(names)
}
