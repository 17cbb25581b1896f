//! The queries of all pages, mutated: no text may make auk panic, and whatever is answered is what the
//! oracle answers.
//!
//! Every query is changed token by token (`tests/fuzz/src/mutate.rs`) by a seed of its own, compiled, and run
//! every way; refused ones must say so at a place that is there. `AUK_SEED` begins elsewhere; the fuzz targets
//! in `tests/fuzz` go on where this ends.
//!
//! Trap: there is a limit of time; which queries it cuts off depends on the machine, what a query is does not.

use std::time::{Duration, Instant};

use auk::diagnostic::Kind;

use super::differential::{guarded, plan_difference};
use super::engine::World;
use super::mutate::{Draw, mutated};
use super::page::{self, Page};
use super::walk;

/// How many seconds to go on, if `AUK_SECONDS` says nothing else.
const SECONDS: u64 = 10;
/// Mutants of a query.
const ROUNDS: u64 = 3;

pub fn run() -> Result<(), String> {
    let number = |name: &str| std::env::var(name).ok().and_then(|v| v.parse().ok());
    let first: u64 = number("AUK_SEED").unwrap_or(1);
    let time = Duration::from_secs(number("AUK_SECONDS").unwrap_or(SECONDS));
    let (begin, world, names, queries) = (Instant::now(), World::empty(), names(), queries()?);
    let (mut wrong, mut refused, mut run) = (Vec::new(), 0, 0);
    'all: for seed in first..first + ROUNDS {
        for (at, (place, query)) in queries.iter().enumerate() {
            if begin.elapsed() > time {
                break 'all;
            }
            let text = mutated(query, &names, &mut Draw::new(seed << 32 | at as u64));
            run += 1;
            match check(&text, &world) {
                Ok(true) => {}
                Ok(false) => refused += 1,
                Err(message) => wrong.push(format!("seed {seed}, {place}\n{text}\n{message}")),
            }
        }
    }
    eprintln!("mutants: {run} of {} queries, {refused} refused, {} fail", queries.len(), wrong.len());
    super::rows::report(wrong)
}

/// Is a query answered, and every way the same?
fn check(text: &str, world: &World) -> Result<bool, String> {
    match guarded(|| world.compile(text))? {
        Ok(plan) if walk::is_huge(&plan) => Ok(true),
        Ok(plan) => match plan_difference(&plan, world) {
            // An engine need not look at what the oracle fails at.
            Err(difference) if !difference.contains("the oracle alone fails") => Err(difference),
            _ => Ok(true),
        },
        Err(diagnostics) => {
            let is_bad = |d: &auk::diagnostic::Diagnostic| {
                d.kind == Kind::Internal || text.get(d.span.start..d.span.end).is_none()
            };
            match diagnostics.iter().find(|d| is_bad(d)) {
                Some(bad) => Err(format!("{bad:?}")),
                None if diagnostics.is_empty() => Err("refused without a reason".to_string()),
                None => Ok(false),
            }
        }
    }
}

/// The queries of all pages and of all analyses, with their places.
pub fn queries() -> Result<Vec<(String, String)>, String> {
    let mut out: Vec<(String, String)> =
        auk::analysis::all().iter().map(|a| (a.name.clone(), a.text.clone())).collect();
    for path in ["kql", "ingest", "analyses"].into_iter().flat_map(page::pages) {
        for case in Page::read(&path)?.cases {
            let given = case.block("kql given").map(|b| b.text() + "\n").unwrap_or_default();
            if let Some(query) = case.block("kql") {
                out.push((format!("{}:{}", path.display(), case.line), given + &query.text()));
            }
        }
    }
    Ok(out)
}

/// Names of functions, tables and columns.
fn names() -> Vec<String> {
    let scalar = auk::functions::functions().map(|f| format!("{}(", f.name));
    let aggregates = auk::functions::aggregates().map(|f| format!("{}(", f.name));
    let columns = ["SigninLogs", "AuditLogs", "UnifiedAuditLog"].into_iter().filter_map(auk::lake::table);
    let columns = columns.flat_map(|t| t.schema.names().map(str::to_string));
    scalar.chain(aggregates).chain(columns).collect()
}
