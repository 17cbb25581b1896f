//! A lake made for one question must give the answer of a whole lake, or say that it cannot.
//!
//! The questions are the analyses, over the sample data, and queries by paths, over odd records in which few paths are
//! exact; each is asked of a lake of its own.
//!
//! Trap: where neither finds anything nothing is shown, so it is counted how many have rows.

use std::fs;
use std::path::{Path, PathBuf};

use auk::engine::{Engine, QueryOptions};
use auk::ingest::{Options, Quiet};
use auk::lake::Lake;

use super::{compare, odd, shreds};

/// Of so many queries by paths one is asked.
const EVERY: usize = 61;

/// Queries that look at more than it seems.
const OTHERS: &[&str] = &[
    "AuditLogs | count",
    "AuditLogs | where TimeGenerated > ago(30d) | count",
    "union withsource = T AuditLogs, SigninLogs | summarize count() by T",
    "union isfuzzy=true (AuditLogs | count), (SigninLogs | summarize Count = dcount(UserPrincipalName))",
    "AuditLogs | summarize by _auk_route | sort by _auk_route asc",
    "AuditLogs | summarize count() by _auk_flags",
    "AuditLogs | summarize arg_max(TimeGenerated, _auk_source, _auk_ordinal) by OperationName",
    "OfficeActivity | summarize count() by RecordType, Operation",
    "SigninLogs | where AppDisplayName in ((AuditLogs | distinct OperationName)) | count",
    "let n = toscalar(AuditLogs | count); SigninLogs | summarize x = count() * n",
    "AuditLogs | where * has 'Global' | summarize count() by Category",
    "AuditLogs | summarize min(ActivityDateTime), max(ActivityDateTime), dcount(Resource), dcount(ResultReason)",
    "AuditLogs | extend p = pack_all() | summarize sum(strlen(tostring(p)))",
    "AuditLogs | evaluate bag_unpack(InitiatedBy) | summarize count() by tostring(app)",
    "AuditLogs | where Result == 'failure' | project TargetResources | getschema",
    "PimActivations | summarize count() by Result, RoleName",
    "search in (AuditLogs, SigninLogs) 'Administrator' | summarize count() by $table",
];

pub fn run() -> Result<(), String> {
    // All of them with `AUK_ALL`, which takes minutes.
    let every = if std::env::var_os("AUK_ALL").is_some() { 1 } else { 4 };
    let analyses = auk::analysis::all().iter().step_by(every).map(|analysis| analysis.text.clone());
    let questions: Vec<String> = analyses.chain(OTHERS.iter().map(ToString::to_string)).collect();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
    copies()?;
    ask("question-sample", &[sample], &questions, 40)?;
    let by_paths: Vec<String> = shreds::queries().into_iter().step_by(EVERY).collect();
    ask("question-odd", &odd::exports()?, &by_paths, 25)
}

/// A file that is there twice is passed over in both, though only one of them hashes every file.
fn copies() -> Result<(), String> {
    let folder = super::scratch("question-copies")?;
    let exports = folder.join("exports");
    fs::create_dir_all(&exports).map_err(|e| e.to_string())?;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/graph/directoryAudits-001.json");
    for name in ["a.json", "b.json", "c.json"] {
        fs::copy(&file, exports.join(name)).map_err(|e| e.to_string())?;
    }
    let only = Engine::new(None).wants("AuditLogs | count", &QueryOptions::new(0));
    let skipped = |name: &str, only| {
        let options = Options { only, ..Options::default() };
        let summary = auk::ingest::run(std::slice::from_ref(&exports), &folder.join(name), &options, &Quiet);
        summary.map(|summary| summary.skipped).map_err(|e| e.to_string())
    };
    let (whole, small) = (skipped("whole", None)?, skipped("small", only)?);
    _ = fs::remove_dir_all(&folder);
    if whole.len() == 2 && whole == small { Ok(()) } else { Err(format!("{whole:?}, and {small:?}")) }
}

/// Asks each question of both lakes; at least so many must be answered by a lake of their own, with rows.
fn ask(name: &str, exports: &[PathBuf], questions: &[String], least: usize) -> Result<(), String> {
    let folder = super::scratch(name)?;
    let whole = lake(exports, &folder.join("whole"), &Options::default())?;
    let (mut with_rows, mut refused, mut failures) = (0, 0, Vec::new());
    for (at, question) in questions.iter().enumerate() {
        let dir = folder.join(format!("{at}"));
        match differs(question, exports, &dir, &whole) {
            Ok(Some(rows)) => with_rows += usize::from(rows > 0),
            Ok(None) => refused += 1,
            Err(difference) => failures.push(format!("{question}\n{difference}")),
        }
        _ = fs::remove_dir_all(&dir);
    }
    _ = fs::remove_dir_all(&folder);
    eprintln!("{name}: {} questions, {with_rows} with rows, {refused} need a whole lake", questions.len());
    match failures.as_slice() {
        [] if with_rows >= least => Ok(()),
        [] => Err(format!("{name}: only {with_rows} questions were answered with rows")),
        failures => Err(failures.join("\n")),
    }
}

/// How many rows both answers have; `None` if a lake for the question is refused.
fn differs(question: &str, exports: &[PathBuf], dir: &Path, whole: &Engine) -> Result<Option<usize>, String> {
    let options = QueryOptions::new(whole.now().unwrap_or_default());
    let Some(only) = Engine::new(None).wants(question, &options) else { return Ok(None) };
    let small = lake(exports, dir, &Options { only: Some(only.clone()), ..Options::default() })?;
    if small.now() != whole.now() {
        return Err("now() differs".to_string());
    }
    if !small.wants(question, &options).is_some_and(|wanted| only.holds(&wanted)) {
        return Ok(None);
    }
    let expected =
        whole.query(question, &options).map_err(|e| format!("the whole lake: {}", e[0].message))?;
    let actual = small.query(question, &options).map_err(|e| format!("its own lake: {}", e[0].message))?;
    if expected.warnings != actual.warnings {
        return Err(format!("warnings: {:?}, and {:?}", expected.warnings, actual.warnings));
    }
    match compare::difference(&expected.table, &actual.table, false) {
        Some(difference) => Err(difference),
        None => Ok(Some(expected.table.rows.len())),
    }
}

fn lake(exports: &[PathBuf], dir: &Path, options: &Options) -> Result<Engine, String> {
    auk::ingest::run(exports, dir, options, &Quiet).map_err(|e| e.to_string())?;
    Ok(Engine::new(Some(Lake::open_for_one(dir).map_err(|e| e.to_string())?)))
}
