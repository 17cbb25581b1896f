//! KQL pages: each case is compiled, run by both engines and by the oracle, and held against the page.
//!
//! `kql given` (optional) holds `let`s that stand before the query; `kql` is the query; then a pipe
//! table, an `error` fence (the diagnostics, the line and the place of each) or a `plan` fence. Without an
//! expectation a case is one that fails, until `UPDATE_EXPECT=1` writes it.
//!
//! Trap: a heading that starts with FIXME blesses an answer that is wrong today; it is run all the same.

use std::path::Path;

use auk::plan::Plan;
use auk::table::Table;

use super::engine::{self, World};
use super::page::{Block, Case, Page};
use super::{cell, compare};

/// What a case gives.
pub enum Outcome {
    Table { table: Table, ordered: bool },
    Error(String),
    Plan(String),
}

impl Outcome {
    /// As the lines of a page.
    fn lines(&self) -> Vec<String> {
        let fence = |info: &str, text: &str| {
            let body = text.trim_end().lines().map(str::to_string);
            [format!("```{info}")].into_iter().chain(body).chain(["```".to_string()]).collect()
        };
        match self {
            Outcome::Table { table, .. } => cell::render(table),
            Outcome::Error(text) => fence("error", text),
            Outcome::Plan(text) => fence("plan", text),
        }
    }
}

/// Runs a page; the error lists every case that fails, with its difference.
pub fn run_page(path: &Path) -> Result<(), String> {
    let page = Page::read(path)?;
    let world = World::empty();
    check_cases(&page, |case| run_case(case, &world))
}

/// Runs the cases of a page: each gives what it does and the expectation that it has, or a failure.
pub fn check_cases(page: &Page, mut run: impl FnMut(&Case) -> Result<Outcome, String>) -> Result<(), String> {
    let (mut failures, mut changes) = (Vec::new(), Vec::new());
    for case in page.cases.iter().filter(|c| query(c).is_some()) {
        let place = format!("{}:{} {}", page.path.display(), case.line, case.heading);
        let outcome = match run(case) {
            Ok(outcome) => outcome,
            Err(message) => {
                failures.push(format!("{place}\n{message}"));
                continue;
            }
        };
        super::digest::record(&place, &outcome.lines());
        let expected = case.blocks.iter().find(|b| matches!(b.info.as_str(), "table" | "error" | "plan"));
        let Some(difference) = difference(expected, &outcome) else { continue };
        if updating(expected.is_none()) && !case.is_authority() {
            changes.push(change(case, expected, &outcome));
        } else {
            failures.push(format!("{place}\n{difference}"));
        }
    }
    if !changes.is_empty() {
        page.rewrite(changes)?;
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

/// Are expectations to be written? `1` writes all, `new` those of cases that have none.
pub fn updating(is_new: bool) -> bool {
    std::env::var("UPDATE_EXPECT").is_ok_and(|v| v == "1" || v == "new" && is_new)
}

/// Where the new expectation goes: in place of the old one, or below the query.
fn change(case: &Case, expected: Option<&Block>, outcome: &Outcome) -> ((usize, usize), Vec<String>) {
    match (expected, query(case)) {
        (Some(block), _) => (block.at, outcome.lines()),
        (None, query) => {
            let end = query.map_or(case.line, |b| b.at.1);
            ((end, end), [vec![String::new()], outcome.lines()].concat())
        }
    }
}

fn difference(expected: Option<&Block>, outcome: &Outcome) -> Option<String> {
    let Some(block) = expected else { return Some("nothing is expected yet".to_string()) };
    match (block.info.as_str(), outcome) {
        ("table", Outcome::Table { table, ordered }) => {
            let lines: Vec<&str> = block.lines.iter().map(String::as_str).collect();
            match cell::parse(&lines) {
                Ok(expected) => compare::difference(&expected, table, *ordered),
                Err(message) => Some(message),
            }
        }
        ("error", Outcome::Error(text)) | ("plan", Outcome::Plan(text)) => {
            let same = block.text().trim_end() == text.trim_end();
            (!same).then(|| {
                format!("- {}\n+ {}", block.text().replace('\n', "\n- "), text.replace('\n', "\n+ "))
            })
        }
        _ => Some(format!("expected a {}, got\n+ {}", block.info, outcome.lines().join("\n+ "))),
    }
}

/// The block with the query of a case: `kql`, or `analysis` with the name of one.
fn query(case: &Case) -> Option<&Block> {
    case.blocks.iter().find(|b| matches!(b.info.as_str(), "kql" | "analysis"))
}

/// The whole text of a case's query.
fn query_text(case: &Case) -> Result<String, String> {
    let mut text = case.block("kql given").map(|b| b.text() + "\n").unwrap_or_default();
    match query(case) {
        Some(block) if block.info == "analysis" => {
            text.push_str(&super::ingest::analysis(block.text().trim())?)
        }
        Some(block) => text.push_str(&block.text()),
        None => {}
    }
    Ok(text)
}

/// Compiles and runs a case; the ways to run it must agree.
pub fn run_case(case: &Case, world: &World) -> Result<Outcome, String> {
    let text = query_text(case)?;
    let plan = match world.compile(&text) {
        Ok(plan) => plan,
        Err(diagnostics) => return Ok(Outcome::Error(engine::render(&text, &diagnostics))),
    };
    if case.block("plan").is_some() {
        return Ok(Outcome::Plan(auk::plan::display::display(&plan)));
    }
    run_plan(&plan, world, &text)
}

fn run_plan(plan: &Plan, world: &World, text: &str) -> Result<Outcome, String> {
    let oracle = world.oracle(plan);
    let mut first = None;
    for way in world.ways {
        let answer = world.run(plan, *way);
        match (&oracle, &answer) {
            (Ok(expected), Ok(actual)) => {
                if let Some(difference) = compare::difference(expected, actual, true) {
                    return Err(format!("the oracle (-) and {way:?} (+) differ\n{difference}"));
                }
            }
            (Err(_), Err(_)) => {}
            (Err(message), Ok(_)) => {
                return Err(format!("{way:?} answers where the oracle fails: {message}"));
            }
            (Ok(_), Err(d)) => {
                return Err(format!(
                    "{way:?} fails: {}",
                    d.iter().map(|d| d.message.clone()).collect::<String>()
                ));
            }
        }
        first.get_or_insert(answer);
    }
    match first {
        Some(Ok(table)) => Ok(Outcome::Table { table, ordered: plan.is_ordered() }),
        Some(Err(diagnostics)) => Ok(Outcome::Error(engine::render(text, &diagnostics))),
        None => Err("there is no engine".to_string()),
    }
}
