//! Real queries over sample data: every way to run a query must give the oracle's answer.
//!
//! The queries are the `kql` of the JSONL files in the folder that `AUK_CASES` names, or in
//! `../shared/kql`; without either the test is ignored. What differs is listed in full in
//! `differential-NAME.txt` in the test folder of the target directory.
//!
//! Where a query gives no rows, the parts of its plan are run, too, down to where there are some.
//!
//! Trap: a query that does not compile is not a failure here; that is for other tests to judge.

use std::fmt::Write;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Instant;

use auk::diagnostic::{Diagnostic, Kind};
use auk::plan::Plan;
use auk::table::Table;
use auk::types::{Column, Schema};

use super::engine::World;
use super::{compare, walk};

/// What became of one query.
enum Outcome {
    /// All ways give the same answer, with or without rows.
    Agrees {
        rows: bool,
    },
    NotCompiled,
    Volatile,
    /// All ways fail.
    Fails,
    /// Too large for the oracle.
    TooLarge,
    Differs(String),
}

/// The folder with the cases, if there is one.
pub fn cases_folder() -> Option<PathBuf> {
    let named = std::env::var_os("AUK_CASES").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/kql");
    [named, Some(beside)].into_iter().flatten().find(|p| p.is_dir())
}

/// The queries of `NAME.dev.jsonl`, with their ids.
pub fn queries(name: &str) -> Result<Vec<(String, String)>, String> {
    let folder = cases_folder().ok_or("there is no folder with cases (AUK_CASES)")?;
    let path = folder.join(format!("{name}.dev.jsonl"));
    let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let cases = text.lines().filter_map(auk::json::parse);
    Ok(cases.map(|case| (case.member("id").to_text(), case.member("kql").to_text())).collect())
}

/// Runs all queries of `NAME.dev.jsonl` over a world.
pub fn run(name: &str, world: &World) -> Result<(), String> {
    run_queries(&format!("differential-{name}"), queries(name)?, world)
}

/// Runs queries, each with its id, over a world.
pub fn run_queries(name: &str, queries: Vec<(String, String)>, world: &World) -> Result<(), String> {
    let only = std::env::var("AUK_ONLY").unwrap_or_default();
    let verbose = std::env::var_os("AUK_VERBOSE").is_some();
    let (mut report, mut short) = (String::new(), String::new());
    let [mut full, mut empty, mut uncompiled, mut fail, mut large, mut volatile, mut differ] = [0; 7];
    for (id, kql) in queries {
        if !id.contains(&only) {
            continue;
        }
        let begin = Instant::now();
        let outcome = check(&kql, world);
        if verbose {
            eprintln!("{:8.3} s: {id}", begin.elapsed().as_secs_f64());
        }
        match outcome {
            Outcome::Agrees { rows: true } => full += 1,
            Outcome::Agrees { rows: false } => empty += 1,
            Outcome::TooLarge => large += 1,
            Outcome::NotCompiled => uncompiled += 1,
            Outcome::Volatile => volatile += 1,
            Outcome::Fails => fail += 1,
            Outcome::Differs(difference) => {
                differ += 1;
                _ = writeln!(report, "== {id}\n{kql}\n-- {difference}\n");
                let line: String = difference.replace('\n', " ⏎ ").chars().take(300).collect();
                _ = writeln!(short, "{id}: {line}");
            }
        }
    }
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.txt"));
    fs::write(&file, report).map_err(|e| format!("{}: {e}", file.display()))?;
    let counts = format!(
        "{name}: {full} agree with rows, {empty} without, {differ} differ, {fail} fail every way, \
         {uncompiled} not compiled, {volatile} volatile, {large} too large for the oracle"
    );
    eprintln!("{counts}");
    if differ == 0 { Ok(()) } else { Err(format!("{counts}\n{short}in full: {}", file.display())) }
}

fn check(kql: &str, world: &World) -> Outcome {
    let plan = match guarded(|| world.compile(kql)) {
        Ok(Ok(plan)) => plan,
        Ok(Err(_)) => return Outcome::NotCompiled,
        Err(message) => return Outcome::Differs(format!("compiling panics: {message}")),
    };
    let outcome = check_plan(&plan, world);
    match outcome {
        Outcome::Agrees { rows: false } => below(&plan, world).map_or(outcome, Outcome::Differs),
        _ => outcome,
    }
}

/// The first difference below a plan without rows: in its inputs, down to where there are rows, and in
/// the values of the predicates that let none through.
fn below(plan: &Plan, world: &World) -> Option<String> {
    if let Plan::Filter { input, predicate } = plan {
        let schema = Schema::new(vec![Column::new("predicate", predicate.ty)]);
        let values = Plan::Project { input: input.clone(), exprs: vec![predicate.clone()], schema };
        if let Outcome::Differs(difference) = check_plan(&values, world) {
            return Some(format!("in the predicate {predicate:?}: {difference}"));
        }
    }
    plan.inputs().into_iter().find_map(|input| match check_plan(input, world) {
        Outcome::Differs(difference) => Some(format!("in {}: {difference}", head(input))),
        Outcome::Agrees { rows: false } => below(input, world),
        _ => None,
    })
}

/// The first line of a plan.
fn head(plan: &Plan) -> String {
    auk::plan::display::display(plan).lines().next().unwrap_or("").to_string()
}

/// Runs a plan every way.
fn check_plan(plan: &Plan, world: &World) -> Outcome {
    if walk::is_volatile(plan) {
        return Outcome::Volatile;
    }
    let expected = guarded(|| world.oracle(plan)).and_then(|answer| answer);
    if expected.as_ref().is_err_and(|e| e.starts_with(crate::oracle::TOO_LARGE)) {
        return Outcome::TooLarge;
    }
    let mut fails = expected.is_err();
    for way in world.ways {
        let answer = guarded(|| world.run(plan, *way));
        match verdict(&expected, answer) {
            Ok(answered) => fails &= !answered,
            Err(difference) => return Outcome::Differs(format!("{way:?}: {difference}")),
        }
    }
    let rows = expected.is_ok_and(|table| !table.rows.is_empty());
    if fails { Outcome::Fails } else { Outcome::Agrees { rows } }
}

/// Is there an answer (the oracle's), is there none either way, or do they differ?
fn verdict(
    expected: &Result<Table, String>,
    answer: Result<Result<Table, Vec<Diagnostic>>, String>,
) -> Result<bool, String> {
    match (expected, answer) {
        (_, Err(panic)) => Err(format!("panics: {panic}")),
        (Ok(expected), Ok(Ok(actual))) => match compare::difference(expected, &actual, true) {
            Some(difference) => {
                let what =
                    if compare::difference(expected, &actual, false).is_none() { "in order" } else { "" };
                Err(format!("the oracle (-) and the engine (+) differ {what}\n{difference}"))
            }
            None => Ok(true),
        },
        (Ok(_), Ok(Err(errors))) => Err(format!("fails: {}", messages(&errors))),
        (Err(_), Ok(Err(errors))) if errors.iter().any(|e| e.kind == Kind::Internal) => {
            Err(format!("fails: {}", messages(&errors)))
        }
        (Err(_), Ok(Err(_))) => Ok(false),
        (Err(message), Ok(Ok(_))) => Err(format!("the oracle alone fails: {message}")),
    }
}

fn messages(errors: &[Diagnostic]) -> String {
    let messages: Vec<String> = errors.iter().map(|e| format!("{}: {}", e.kind.name(), e.message)).collect();
    messages.join("; ")
}

/// A panic as an error.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|s| s.to_string())).unwrap_or_default()
    })
}

/// Runs a plan every way; the difference, if there is one.
pub fn plan_difference(plan: &Plan, world: &World) -> Result<(), String> {
    match check_plan(plan, world) {
        Outcome::Differs(difference) => Err(difference),
        _ => Ok(()),
    }
}

/// Runs one text every way; is there an answer (or does it fail every way), or what is the difference?
pub fn difference(kql: &str, world: &World) -> Result<bool, String> {
    match check(kql, world) {
        Outcome::Agrees { .. } | Outcome::Volatile | Outcome::TooLarge => Ok(true),
        Outcome::Fails => Ok(false),
        Outcome::NotCompiled => {
            let errors = world.compile(kql).err().unwrap_or_default();
            Err(format!("does not compile: {}", messages(&errors)))
        }
        Outcome::Differs(difference) => Err(difference),
    }
}
