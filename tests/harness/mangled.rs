//! The exports of the ingest pages with bytes changed, cut, repeated and mixed: whatever comes of it, no reader
//! panics, and every record that is seen is accounted for.
//!
//! The fuzz target `ingest` (`tests/fuzz`) does the same with coverage. `AUK_SEED` is the first seed, `AUK_SECONDS`
//! how long it goes on (4).
//!
//! Trap: what is told of a find is the seed; the file is left in the folder of temporary files.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use auk::ingest::{self, Options, Quiet};

use super::mutate::Draw;
use super::page::{self, Page};

/// Bytes that mean something to some reader.
const WORDS: &[&[u8]] = &[
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\\",
    b"\\\"",
    b",",
    b":",
    b"\n",
    b"\r\n",
    b"\0",
    b"\"\"",
    b"null",
    b"1e999",
    b"-",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\x1f\x8b\x08",
    b"PK\x03\x04",
    b"PK\x01\x02",
    b"PK\x05\x06",
    b"PAR1",
    b"\\ud800",
    b"\\u0000",
    b"\xc3",
    b"\xed\xa0\x80",
    b"[[[[[[[[",
    b"{\"a\":",
    b"@{",
    b"System.Object[]",
    b";",
    b"\t",
    b"9999-12-31T23:59:59.9999999Z",
    b"0000-00-00",
    b"31/12/2026",
    b"\"value\":[",
    b"\"id\":",
    b"AuditData",
];

pub fn run() -> Result<(), String> {
    let number =
        |name: &str, usual: u64| std::env::var(name).ok().and_then(|t| t.parse().ok()).unwrap_or(usual);
    let (first, seconds) = (number("AUK_SEED", 1), number("AUK_SECONDS", 4));
    let folder = super::scratch("mangled")?;
    let seeds = seeds(&folder)?;
    let ends = Instant::now() + Duration::from_secs(seconds);
    let (mut wrong, mut count) = (Vec::new(), 0);
    for seed in first.. {
        if Instant::now() > ends || wrong.len() > 4 {
            break;
        }
        let mut draw = Draw::new(seed);
        let (name, bytes) = &seeds[draw.below(seeds.len())];
        let other = &seeds[draw.below(seeds.len())].1;
        let file = folder.join(format!("{seed}-{name}"));
        fs::write(&file, mangled(bytes, other, &mut draw)).map_err(|e| e.to_string())?;
        match catch_unwind(AssertUnwindSafe(|| read(&file, &folder.join("lake"), seed))) {
            Ok(Ok(())) => _ = fs::remove_file(&file),
            Ok(Err(e)) => wrong.push(format!("{}: {e}", file.display())),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().cloned();
                let text = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
                wrong.push(format!("{}: panicked: {}", file.display(), text.unwrap_or_default()));
            }
        }
        count += 1;
    }
    if std::env::var_os("AUK_SHOW").is_some() {
        eprintln!("{count} files");
    }
    if wrong.is_empty() {
        _ = fs::remove_dir_all(&folder);
    }
    super::rows::report(wrong)
}

/// The files of the pages, as they lie on disk.
fn seeds(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, String> {
    let mut seeds = Vec::new();
    for path in page::pages("ingest") {
        for case in &Page::read(&path)?.cases {
            let here = folder.join("exports");
            let written = super::exports::write(case, &here);
            let mut folders: Vec<PathBuf> =
                written.map_or_else(|_| Vec::new(), |all| all.into_iter().map(|e| e.folder).collect());
            while let Some(folder) = folders.pop() {
                for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                    if entry.path().is_dir() {
                        folders.push(entry.path());
                    } else if let Ok(bytes) = fs::read(entry.path()) {
                        seeds.push((entry.file_name().to_string_lossy().into_owned(), bytes));
                    }
                }
            }
            _ = fs::remove_dir_all(&here);
        }
    }
    if seeds.is_empty() { Err("no page has a file".into()) } else { Ok(seeds) }
}

/// A file with a few changes.
fn mangled(bytes: &[u8], other: &[u8], draw: &mut Draw) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..=draw.below(4) {
        let at = draw.below(out.len() + 1);
        let longest = 1 << draw.below(9);
        let end = (at + draw.below(longest)).min(out.len());
        match draw.below(8) {
            0 if at < out.len() => out[at] = draw.below(256) as u8,
            1 => drop(out.drain(at..end)),
            2 => out.truncate(at),
            3 => {
                let piece = out[at..end].repeat(1 + draw.below(3));
                out.splice(at..at, piece);
            }
            4 => {
                let from = draw.below(other.len() + 1);
                let to = (from + draw.below(400)).min(other.len());
                out.splice(at..at, other[from..to].iter().copied());
            }
            5 if at < out.len() => out[at] ^= 1 << draw.below(8),
            _ => drop(out.splice(at..at, WORDS[draw.below(WORDS.len())].iter().copied())),
        }
    }
    out
}

/// Looks at a file, and now and then takes it in.
fn read(file: &Path, lake: &Path, seed: u64) -> Result<(), String> {
    let paths = [file.to_path_buf()];
    ingest::inspect(&paths, &["word".to_string()]).map_err(|e| e.to_string())?;
    if !seed.is_multiple_of(4) {
        return Ok(());
    }
    let table = seed.is_multiple_of(16).then(|| "Own".to_string());
    let options = Options { threads: Some(1), table, ..Options::default() };
    let summary = match ingest::run(&paths, lake, &options, &Quiet) {
        Ok(summary) => summary,
        // A table of one's own may be refused, with a reason.
        Err(_) if options.table.is_some() => return Ok(()),
        Err(e) => return Err(e.to_string()),
    };
    for s in &summary.sources {
        if s.kept + s.duplicates + s.superseded + s.rejected != s.seen {
            return Err(format!("the account is wrong: {s:?}"));
        }
    }
    _ = fs::remove_dir_all(lake);
    Ok(())
}
