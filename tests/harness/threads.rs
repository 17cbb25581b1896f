//! The same answers, in the same order, at 1, 2 and 8 threads and with batches of a few rows.
//!
//! The engine reads the number of threads once, when it starts: each setting is a process of its own
//! that runs the KQL pages and records what was answered. The property test runs under one of them, too.
//!
//! Trap: small batches are what makes the streaming engine use its threads on small data.

use std::fs;
use std::path::Path;
use std::process::Command;

const SETTINGS: &[(&str, &str)] = &[("1", "100000"), ("2", "3"), ("8", "3"), ("8", "100000")];

pub fn run() -> Result<(), String> {
    let folder = super::scratch("threads")?;
    let mut records: Vec<(String, Vec<String>)> = Vec::new();
    for (at, (threads, batch)) in SETTINGS.iter().enumerate() {
        let record = folder.join(format!("{at}.txt"));
        let lines = answers(threads, batch, &record)?;
        records.push((format!("{threads} threads, batches of {batch}"), lines));
    }
    _ = fs::remove_dir_all(&folder);
    let mut wrong = Vec::new();
    if let Some(((first, expected), others)) = records.split_first() {
        for (name, lines) in others {
            let pairs = expected.iter().zip(lines).filter(|(a, b)| a != b).map(|(a, _)| a);
            wrong.extend(pairs.map(|line| format!("{first} and {name} differ: {line}")));
            if expected.len() != lines.len() {
                wrong.push(format!("{first}: {} answers, {name}: {}", expected.len(), lines.len()));
            }
        }
    }
    wrong.extend(property().err());
    super::rows::report(wrong)
}

/// The property test with many threads and small batches.
fn property() -> Result<(), String> {
    let this = std::env::current_exe().map_err(|e| e.to_string())?;
    let output = Command::new(this)
        .args(["property", "--exact"])
        .env("POLARS_MAX_THREADS", "8")
        .env("POLARS_IDEAL_MORSEL_SIZE", "3")
        .env("AUK_SEED", "500")
        .env("AUK_SECONDS", "4")
        .output()
        .map_err(|e| e.to_string())?;
    let said = String::from_utf8_lossy(&output.stdout);
    if output.status.success() { Ok(()) } else { Err(format!("with small batches: {said}")) }
}

/// What every case of the pages answers under a setting, sorted.
fn answers(threads: &str, batch: &str, record: &Path) -> Result<Vec<String>, String> {
    let this = std::env::current_exe().map_err(|e| e.to_string())?;
    let output = Command::new(this)
        .args(["kql/", "--test-threads", "2"])
        .env("POLARS_MAX_THREADS", threads)
        .env("POLARS_IDEAL_MORSEL_SIZE", batch)
        .env("AUK_DIGEST", record)
        .env_remove("UPDATE_EXPECT")
        .output()
        .map_err(|e| e.to_string())?;
    if record.metadata().is_err() {
        return Err(format!("nothing was answered: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let text = fs::read_to_string(record).map_err(|e| e.to_string())?;
    let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
    lines.sort();
    Ok(lines)
}
