//! Is everything as it was? Hashes of the lake's files and of the sources, rows, and accounts.
//!
//! Trap: what an account says can only be held against the rows if all parts are read; their provenance
//! columns are, and nothing else of them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::counted;
use crate::lake::copies;
use crate::lake::hashed::sha256_of;
use crate::lake::store::{FOLDERS, is_made};
use crate::lake::{Error, Lake, Manifest, Source, lock, no_lake};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Same,
    Changed,
    Missing,
    Added,
    /// A file of a run that nothing names any more.
    LeftOver,
    /// Not where it was, and nobody said where it is.
    NotFound,
    /// Written by an auk that recorded no hash.
    Unrecorded,
}

impl State {
    pub fn name(self) -> &'static str {
        match self {
            State::Same => "as it was",
            State::Changed => "changed",
            State::Missing => "missing",
            State::Added => "added",
            State::LeftOver => "left over",
            State::NotFound => "not found",
            State::Unrecorded => "not recorded",
        }
    }

    pub fn is_change(self) -> bool {
        !matches!(self, State::Same | State::LeftOver | State::NotFound | State::Unrecorded)
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug)]
pub struct Check {
    /// `lake file`, `source`, `rows`, `account`.
    pub what: &'static str,
    pub name: String,
    pub state: State,
    pub detail: String,
}

/// Files below `--sources` that are looked at, at most.
const FILES: usize = 1_000_000;

pub fn verify(dir: &Path, sources: Option<&Path>) -> Result<Vec<Check>, Error> {
    // Whatever is committed meanwhile, the files of this manifest stay.
    let _reading = lock::reading(dir);
    let manifest = Manifest::read(dir)?.ok_or_else(|| no_lake(dir))?;
    let mut checks = lake_files(dir, &manifest);
    let readable = !checks.iter().any(|c| matches!(c.state, State::Changed | State::Missing));
    if readable {
        checks.extend(rows(&Lake::open(dir)?)?);
    }
    checks.extend(accounts(&manifest.sources));
    checks.extend(match sources {
        Some(folder) => sources_in(folder, &manifest)?,
        None => sources_in_place(&manifest.sources),
    });
    Ok(checks)
}

fn compared(what: &'static str, name: &str, path: &Path, was: Option<&str>) -> Check {
    let check = |state, detail: String| Check { what, name: name.to_string(), state, detail };
    match (sha256_of(path), was) {
        (Err(e), _) if e.kind() == std::io::ErrorKind::NotFound => check(State::Missing, String::new()),
        (Err(e), _) => check(State::Missing, e.to_string()),
        (Ok(is), Some(was)) if is == was => check(State::Same, is),
        (Ok(is), Some(was)) => check(State::Changed, format!("was {was}, is {is}")),
        (Ok(is), None) => check(State::Unrecorded, is),
    }
}

/// The files that the manifest names, and those beside them that it does not.
fn lake_files(dir: &Path, manifest: &Manifest) -> Vec<Check> {
    let named = manifest.files();
    let one = |file: &&str| compared("lake file", file, &dir.join(file), manifest.hash(file));
    let mut checks: Vec<Check> = named.iter().map(one).collect();
    for (folder, _) in FOLDERS {
        let entries = fs::read_dir(dir.join(folder)).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.map(|e| format!("{folder}/{}", e.file_name().to_string_lossy())).collect();
        names.sort();
        for name in names.into_iter().filter(|name| !named.contains(&name.as_str())) {
            let (state, detail) = if is_made(folder, &name[folder.len() + 1..]) {
                (
                    State::LeftOver,
                    "of a run that was broken off, or replaced while it was being read: the next run removes it",
                )
            } else {
                (State::Added, "the manifest does not name it; no query reads it")
            };
            checks.push(Check { what: "lake file", name, state, detail: detail.to_string() });
        }
    }
    checks
}

/// Rows of the parts, by table and by source, against the manifest.
fn rows(lake: &Lake) -> Result<Vec<Check>, Error> {
    let mut found: HashMap<u32, [u64; 3]> = HashMap::new();
    copies::each(lake, |copy| {
        let counts = found.entry(copy.source).or_default();
        counts[copy.standing as usize] += 1;
    })?;
    let mut checks = Vec::new();
    let mut told: BTreeMap<&str, u64> = BTreeMap::new();
    lake.manifest().parts.iter().for_each(|p| *told.entry(&p.table).or_default() += p.rows);
    for source in lake.sources() {
        let [kept, superseded, duplicates] = found.remove(&source.id).unwrap_or_default();
        for (name, is, was) in [
            ("kept", kept, source.kept),
            ("superseded", superseded, source.superseded),
            ("duplicates", duplicates, source.duplicates),
        ] {
            // Older lakes keep no places of copies.
            if is != was && (name == "kept" || source.run > 0) {
                let detail = format!("the manifest says {was} {name}, the parts hold {is}");
                checks.push(Check { what: "rows", name: source.path.clone(), state: State::Changed, detail });
            }
        }
    }
    for (id, counts) in found {
        let detail =
            format!("{} rows of a source that the manifest does not know", counts.iter().sum::<u64>());
        checks.push(Check { what: "rows", name: format!("source {id}"), state: State::Changed, detail });
    }
    let total: u64 = told.values().sum();
    let state = State::Same;
    if checks.is_empty() {
        let detail = format!(
            "{} in {}, as the accounts say",
            counted(total, "row"),
            counted(told.len() as u64, "table")
        );
        checks.push(Check { what: "rows", name: "all parts".into(), state, detail });
    }
    Ok(checks)
}

/// seen = kept + duplicates + superseded + rejected.
fn accounts(sources: &[Source]) -> Vec<Check> {
    let sum = |s: &Source| s.kept + s.duplicates + s.superseded + s.rejected;
    let wrong: Vec<&Source> = sources.iter().filter(|s| sum(s) != s.seen).collect();
    if wrong.is_empty() {
        let seen: u64 = sources.iter().map(|s| s.seen).sum();
        let detail = format!(
            "{} in {}, each accounted for",
            counted(seen, "record"),
            counted(sources.len() as u64, "source")
        );
        return vec![Check { what: "account", name: "all sources".into(), state: State::Same, detail }];
    }
    let told = |s: &&Source| Check {
        what: "account",
        name: s.path.clone(),
        state: State::Changed,
        detail: format!("{} seen, but {} accounted for", s.seen, sum(s)),
    };
    wrong.iter().map(told).collect()
}

/// The file on disk that a source is, or is inside of: its path and hash.
pub fn on_disk(source: &Source) -> (&str, &str) {
    match &source.archive {
        Some(archive) => (&archive.path, &archive.sha256),
        None => (&source.path, &source.sha256),
    }
}

/// The sources where they were when they were read.
fn sources_in_place(sources: &[Source]) -> Vec<Check> {
    let mut seen = HashSet::new();
    let files = sources.iter().map(on_disk).filter(|(path, _)| seen.insert(path.to_string()));
    let mut checks: Vec<Check> =
        files.map(|(path, hash)| compared("source", path, Path::new(path), Some(hash))).collect();
    for check in checks.iter_mut().filter(|c| c.state == State::Missing) {
        check.state = State::NotFound;
        check.detail = "--sources DIR says where it is today".into();
    }
    checks
}

/// The sources in the folder where they are said to be, and what else is there.
///
/// Trap: exports often share a name. A file that is another source as it was is no changed one.
fn sources_in(folder: &Path, manifest: &Manifest) -> Result<Vec<Check>, Error> {
    let mut files = Vec::new();
    list(folder, 0, &mut files)?;
    files.sort();
    let mut there: HashMap<String, Vec<PathBuf>> = HashMap::new();
    for file in &files {
        let hash = sha256_of(file).map_err(|e| Error::io(file, &e))?;
        there.entry(hash).or_default().push(file.clone());
    }
    let known: HashSet<&str> = manifest.sources.iter().map(|s| on_disk(s).1).collect();
    let strange = there.iter().filter(|(hash, _)| !known.contains(hash.as_str()));
    let mut strange: Vec<&PathBuf> = strange.flat_map(|(_, files)| files).collect();
    strange.sort();
    let mut checks = Vec::new();
    let (mut seen, mut changed) = (HashSet::new(), HashSet::new());
    for (path, hash) in manifest.sources.iter().map(on_disk).filter(|(path, _)| seen.insert(path.to_string()))
    {
        let (state, detail) = match (there.get(hash), strange.iter().find(|file| ends_alike(file, path))) {
            (Some(found), _) => {
                (State::Same, found.first().map_or(String::new(), |f| f.display().to_string()))
            }
            (None, Some(file)) => {
                changed.insert(*file);
                (State::Changed, format!("was {hash}; {} has other bytes", file.display()))
            }
            (None, None) => (State::Missing, format!("no file there has SHA-256 {hash}")),
        };
        checks.push(Check { what: "source", name: path.to_string(), state, detail });
    }
    let skipped: Vec<&(String, String)> = manifest.runs.iter().flat_map(|run| &run.skipped).collect();
    for file in strange.into_iter().filter(|file| !changed.contains(file)) {
        let (state, detail) = match skipped.iter().find(|(path, _)| ends_alike(file, path)) {
            Some((_, why)) => (State::Unrecorded, format!("was not read when it was ingested: {why}")),
            None => (State::Added, "no source of the lake".to_string()),
        };
        checks.push(Check { what: "source", name: file.display().to_string(), state, detail });
    }
    Ok(checks)
}

/// The names of the files are the same.
fn ends_alike(file: &Path, path: &str) -> bool {
    file.file_name().is_some_and(|name| Path::new(path).file_name() == Some(name))
}

/// Where a source, or the file around it, is below a folder: a file of its size and hash; else one of its
/// name that is no other source, which then is not it.
pub fn locate(source: &Source, all: &[Source], folder: &Path) -> Result<Option<PathBuf>, Error> {
    let (path, hash) = on_disk(source);
    let size = source.archive.as_ref().map_or(source.size, |archive| archive.size);
    let mut files = Vec::new();
    list(folder, 0, &mut files)?;
    files.sort();
    for file in &files {
        let alike = fs::metadata(file).is_ok_and(|about| about.len() == size);
        if alike && sha256_of(file).map_err(|e| Error::io(file, &e))? == hash {
            return Ok(Some(file.clone()));
        }
    }
    let is_other = |file: &Path| sha256_of(file).is_ok_and(|hash| all.iter().any(|s| on_disk(s).1 == hash));
    Ok(files.into_iter().find(|file| ends_alike(file, path) && !is_other(file)))
}

/// The regular files of a folder, in depth; links are not followed.
fn list(folder: &Path, depth: usize, out: &mut Vec<PathBuf>) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(|e| Error::io(folder, &e))?.flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() && depth < 64 {
            list(&entry.path(), depth + 1, out)?;
        } else if kind.is_file() && out.len() < FILES {
            out.push(entry.path());
        }
    }
    Ok(())
}
