//! The same rows whatever the order of the files, the number of threads, and the number of runs; and after many
//! small runs and a compaction, the same rows in few parts.
//!
//! Trap: of two copies of a record that are the same to the byte, the first that is read is kept; so where a row
//! comes from may differ, and nothing else. Rows that are hidden differ too: a copy that is worse and comes later
//! is never stored.

use std::fs;
use std::path::{Path, PathBuf};

use auk::ingest::{self, Options, Quiet};
use auk::lake::{Lake, compact, disk::Disk, lock::Holder};

use super::lakes::Contents;
use super::mutate::Draw;

fn sample() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
    let folders = [root.join("graph"), root.join("ual")];
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten());
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.sort();
    files
}

fn take(files: &[PathBuf], lake: &Path, threads: usize) -> Result<(), String> {
    let options = Options { now: auk::time::MAX_DATETIME, threads: Some(threads), ..Options::default() };
    ingest::run(files, lake, &options, &Quiet).map(|_| ()).map_err(|e| e.to_string())
}

pub fn orders() -> Result<(), String> {
    let folder = super::scratch("order")?;
    let mut files = sample();
    let lake = |name: &str| folder.join(name);
    take(&files, &lake("usual"), 1)?;
    let (all, expected) = (Contents::of(&lake("usual"))?, Contents::placeless(&lake("usual"))?.shown);
    take(&files, &lake("threads"), 8)?;
    Contents::of(&lake("threads"))?.must_be(&all, "8 threads")?;
    let same = |name: &str| match Contents::placeless(&lake(name))?.shown {
        shown if shown == expected => Ok(()),
        shown => {
            let other = Contents { shown, hidden: Vec::new() };
            other.must_be(&Contents { shown: expected.clone(), hidden: Vec::new() }, name)
        }
    };
    for file in &files {
        take(std::slice::from_ref(file), &lake("one by one"), 2)?;
    }
    same("one by one")?;
    files.reverse();
    take(&files, &lake("reversed"), 2)?;
    same("reversed")?;
    let mut draw = Draw::new(7);
    for round in 0..4 {
        (1..files.len()).rev().for_each(|at| files.swap(at, draw.below(at + 1)));
        let name = format!("shuffled {round}");
        let (first, second) = files.split_at(draw.below(files.len()));
        for part in [first, second].iter().filter(|part| !part.is_empty()) {
            take(part, &lake(&name), 1 + round)?;
        }
        same(&name)?;
    }
    _ = fs::remove_dir_all(&folder);
    Ok(())
}

/// Many runs (`AUK_RUNS`) of a few records each, some of which come again or in a better revision.
pub fn many_runs() -> Result<(), String> {
    let folder = super::scratch("many-runs")?;
    let record = |n: usize, more: &str| {
        let (day, hour) = (1 + n / 24 % 28, n % 24);
        format!(
            r#"{{"id":"Directory_{n}","activityDisplayName":"Add user","activityDateTime":"2026-05-{day:02}T{hour:02}:00:00.{n:07}Z","initiatedBy":{{"user":{{"userPrincipalName":"u{n}@x.example"}}}},"targetResources":[],"category":"UserManagement"{more}}}"#
        )
    };
    let mut files = Vec::new();
    let runs = std::env::var("AUK_RUNS").ok().and_then(|text| text.parse().ok()).unwrap_or(80);
    for run in 0..runs {
        let mut lines = vec![record(run, ""), record(run / 2, ""), record(1000 + run, "")];
        if run % 10 == 0 {
            lines.push(record(run / 3, r#","correlationId":"b2","loggedByService":"Core Directory""#));
        }
        let file = folder.join(format!("{run:03}.ndjson"));
        fs::write(&file, lines.join("\n") + "\n").map_err(|e| e.to_string())?;
        files.push(file);
    }
    let (many, once) = (folder.join("many"), folder.join("once"));
    for file in &files {
        take(std::slice::from_ref(file), &many, 1)?;
    }
    take(&files, &once, 2)?;
    let parts = |lake: &Path| Lake::open(lake).map(|l| l.manifest().parts.len()).map_err(|e| e.to_string());
    let before = Contents::of(&many)?;
    if before.shown != Contents::of(&once)?.shown {
        before.must_be(&Contents::of(&once)?, "many runs and one")?;
    }
    if !(2..=65).contains(&parts(&many)?) || before.hidden.is_empty() {
        return Err(format!("{} parts, {} hidden rows", parts(&many)?, before.hidden.len()));
    }
    let run =
        || compact::run(&many, &Disk::default(), &Holder::default(), &|_| {}).map_err(|e| e.to_string());
    run()?;
    Contents::of(&many)?.must_be(&before, "compacted")?;
    if parts(&many)? != 1 {
        return Err(format!("{} parts after compaction", parts(&many)?));
    }
    let manifest = fs::read(many.join("manifest.json")).map_err(|e| e.to_string())?;
    run()?;
    if fs::read(many.join("manifest.json")).map_err(|e| e.to_string())? != manifest {
        return Err("a second compaction changed the lake".into());
    }
    // What is in the lake is still known: nothing is taken twice.
    let known = Contents::of(&many)?;
    fs::write(folder.join("again.ndjson"), record(7, "") + "\n" + &record(1007, "") + "\n\n")
        .map_err(|e| e.to_string())?;
    take(&[folder.join("again.ndjson")], &many, 1)?;
    Contents::of(&many)?.must_be(&known, "records that are there already")?;
    _ = fs::remove_dir_all(&folder);
    Ok(())
}
