//! Which files to read: the arguments in order, folders in depth and sorted by name.
//!
//! Trap: a link may lead back into its own folder, and the lake may lie among the exports; a folder
//! or file is visited once, by its real path, and the lake never.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::input::Input;
use crate::lake::Error;

/// A file to read, or one that will not be and why.
pub enum Candidate {
    Input(Input),
    Skipped { path: PathBuf, reason: String },
}

/// Folders deeper than this are not entered.
const MAX_DEPTH: usize = 64;

/// Are the arguments there? One that is not is an error.
pub fn check(paths: &[PathBuf]) -> Result<(), Error> {
    paths.iter().try_for_each(|path| fs::metadata(path).map(|_| ()).map_err(|e| Error::io(path, &e)))
}

/// Lists what the arguments name. An argument that does not exist is an error.
pub fn list(paths: &[PathBuf], lake: Option<&Path>) -> Result<Vec<Candidate>, Error> {
    check(paths)?;
    let lake = lake.and_then(|path| fs::canonicalize(path).ok());
    let mut walk = Walk { lake, seen: HashSet::new(), found: Vec::new() };
    paths.iter().for_each(|path| walk.visit(path, 0));
    Ok(walk.found)
}

struct Walk {
    lake: Option<PathBuf>,
    seen: HashSet<PathBuf>,
    found: Vec<Candidate>,
}

impl Walk {
    fn skip(&mut self, path: &Path, reason: impl Into<String>) {
        self.found.push(Candidate::Skipped { path: path.to_path_buf(), reason: reason.into() });
    }

    fn visit(&mut self, path: &Path, depth: usize) {
        let real = match fs::canonicalize(path) {
            Ok(real) => real,
            Err(e) => return self.skip(path, e.to_string()),
        };
        if self.lake.as_ref().is_some_and(|lake| *lake == real) {
            return;
        }
        if !self.seen.insert(real) {
            return self.skip(path, "the same file or folder as one before it");
        }
        match fs::metadata(path) {
            Err(e) => self.skip(path, e.to_string()),
            Ok(meta) if meta.is_dir() => self.folder(path, depth),
            Ok(meta) if meta.is_file() => {
                self.found.push(Candidate::Input(Input::file(path.to_path_buf(), meta.len())));
            }
            Ok(_) => self.skip(path, "not a regular file"),
        }
    }

    fn folder(&mut self, path: &Path, depth: usize) {
        if depth >= MAX_DEPTH {
            return self.skip(path, "folders nested too deeply (limit: 64)");
        }
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(e) => return self.skip(path, e.to_string()),
        };
        let mut children: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        children.sort();
        for child in children {
            self.visit(&child, depth + 1);
        }
    }
}
