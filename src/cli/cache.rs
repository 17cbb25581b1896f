//! `auk cache`: the lakes that `--from` made, in a private folder, each under a key of what was read.
//!
//! The key is a digest of every file's path, size and time of change, so an unchanged folder is read once, or twice: for
//! the first question only what it looks at is stored, under a key of its own; another question has all of it stored.
//!
//! Trap: a lake is made under another name and moved when it is whole; a run that was broken off leaves nothing that the
//! next one would take for a lake.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use clap::Subcommand;
use sha2::{Digest, Sha256};

use super::failure::Failure;
use super::memory::in_small_pages;
use super::terminal::{Terminal, bytes, counted};
use super::{Done, Outcome, ingest};
use crate::lake::lock;
use crate::lake::only::Only;

/// Show or empty the cache that --from keeps
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Remove every cached lake
    Clear,
    /// Print the folder and say how much is in it
    Show,
}

pub fn run(args: &Args, terminal: &Terminal) -> Done {
    let folder = folder()?;
    let lakes = lakes(&folder);
    let size: u64 = lakes.iter().map(|lake| size_of(lake)).sum();
    match args.action {
        Action::Show => {
            super::output::line(&folder.display().to_string())?;
            terminal.note(&format!("{}, {}", counted(lakes.len(), "lake"), bytes(size)));
        }
        Action::Clear => {
            for lake in &lakes {
                fs::remove_dir_all(lake).map_err(|e| Failure::data(format!("{}: {e}", lake.display())))?;
            }
            terminal.note(&format!("removed {} ({})", counted(lakes.len(), "lake"), bytes(size)));
        }
    }
    Ok(Outcome::Done)
}

/// The lake made of these exports: the one in the cache, or a new one. One that holds no more than `only` may do.
pub fn lake_of(from: &[PathBuf], only: Option<&Only>, terminal: &Terminal) -> Result<PathBuf, Failure> {
    let folder = folder()?;
    let key = key(from)?;
    let whole = folder.join(&key);
    let asked_before = small_ones(&folder, &key);
    let small = only
        .map(|only| folder.join(format!("{key}{SMALL}{}", begin(Sha256::new().chain_update(only.key())))));
    let known = |lake: &&PathBuf| lake.is_dir();
    if let Some(lake) = [Some(&whole), small.as_ref()].into_iter().flatten().find(known) {
        terminal.note(&format!("read before, kept in {}", lake.display()));
        return Ok(lake.clone());
    }
    let (lake, only) = match small {
        Some(small) if asked_before.is_empty() => (small, only),
        _ => (whole, None),
    };
    make(from, &lake, only, terminal)?;
    // One that someone reads stays until the cache is cleared.
    for small in asked_before {
        let unread = lock::no_reader(&small);
        if unread.is_some() {
            _ = fs::remove_dir_all(small);
        }
    }
    let next = if only.is_some() { "kept for this question in" } else { "kept for the next time in" };
    terminal.note(&format!("{next} {} (auk cache clear)", lake.display()));
    Ok(lake)
}

/// Between the key of the files and that of a question.
const SMALL: &str = "-";

/// The lakes of the same exports that hold no more than one question looks at.
fn small_ones(folder: &Path, key: &str) -> Vec<PathBuf> {
    let prefix = format!("{key}{SMALL}");
    let is_one = |lake: &PathBuf| {
        lake.file_name()
            .is_some_and(|n| n.to_str().is_some_and(|name| name.starts_with(&prefix) && !name.contains('.')))
    };
    lakes(folder).into_iter().filter(is_one).collect()
}

fn make(from: &[PathBuf], lake: &Path, only: Option<&Only>, terminal: &Terminal) -> Result<(), Failure> {
    let name = format!("{}.{}", lake.file_name().unwrap_or_default().display(), std::process::id());
    let beside = lake.with_file_name(name);
    fs::create_dir_all(&beside).map_err(|e| Failure::data(format!("{}: {e}", beside.display())))?;
    let ingested = in_small_pages(|| ingest::quietly(from, &beside, only, terminal));
    if let Err(failure) = ingested {
        _ = fs::remove_dir_all(&beside);
        return Err(failure);
    }
    match fs::rename(&beside, lake) {
        Ok(()) => {}
        // Another run made the same lake in the meantime.
        Err(_) if lake.is_dir() => _ = fs::remove_dir_all(&beside),
        Err(error) => return Err(Failure::data(format!("{}: {error}", lake.display()))),
    }
    Ok(())
}

/// The beginning of a digest, as text.
fn begin(hash: Sha256) -> String {
    hash.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

/// A digest of the path, size and time of change of every file.
fn key(from: &[PathBuf]) -> Result<String, Failure> {
    let mut files = Vec::new();
    for path in from {
        let full = fs::canonicalize(path).map_err(|e| Failure::usage(format!("{}: {e}", path.display())))?;
        collect(&full, &mut files)?;
    }
    files.sort();
    files.dedup();
    let mut hash = Sha256::new();
    hash.update(env!("CARGO_PKG_VERSION"));
    for (path, size, changed) in &files {
        hash.update(path.as_os_str().as_encoded_bytes());
        hash.update([0]);
        hash.update(size.to_le_bytes());
        hash.update(changed.to_le_bytes());
    }
    Ok(begin(hash))
}

/// The files below a path, with size and time of change. Links are not followed below it.
fn collect(path: &Path, files: &mut Vec<(PathBuf, u64, u128)>) -> Result<(), Failure> {
    let fail = |e: std::io::Error| Failure::data(format!("{}: {e}", path.display()));
    let about = fs::symlink_metadata(path).map_err(fail)?;
    if about.is_dir() {
        for entry in fs::read_dir(path).map_err(fail)? {
            collect(&entry.map_err(fail)?.path(), files)?;
        }
    } else if about.is_file() {
        let changed =
            about.modified().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        files.push((path.to_path_buf(), about.len(), changed.as_nanos()));
    }
    Ok(())
}

/// The folder of cached lakes, by the custom of the system.
fn folder() -> Result<PathBuf, Failure> {
    let variable = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let base = variable("XDG_CACHE_HOME").or_else(|| variable("LOCALAPPDATA")).or_else(|| {
        variable("HOME")
            .map(|home| home.join(if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" }))
    });
    base.map(|base| base.join("auk").join("lakes")).ok_or_else(|| {
        Failure::usage("no folder for the cache").with_help("set XDG_CACHE_HOME, or give --lake DIR")
    })
}

fn lakes(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut lakes: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    lakes.sort();
    lakes
}

fn size_of(path: &Path) -> u64 {
    let mut files = Vec::new();
    _ = collect(path, &mut files);
    files.iter().map(|(_, size, _)| size).sum()
}
