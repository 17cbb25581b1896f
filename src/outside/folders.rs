//! Which file answers for a path or a URL: one in the folders that the user named.
//!
//! A path is looked for below each folder, in their order. For `https://host/a/b.csv` it is `host/a/b.csv`,
//! else `b.csv`.
//!
//! Trap: the text comes from a query that anyone may have written. A step `..` is refused, and what a link
//! leads to must lie in the folders, too; what is opened is the path that was checked.

use std::fs;
use std::path::{Path, PathBuf};

use crate::kql::Absent;
use crate::lake::Error;

#[derive(Clone, Debug, Default)]
pub struct Folders(Vec<Folder>);

#[derive(Clone, Debug)]
struct Folder {
    real: PathBuf,
    /// As the user wrote it.
    named: PathBuf,
}

/// A file that answers.
pub struct Found {
    pub path: PathBuf,
    /// The path as the user knows it.
    pub shown: String,
    /// The name that its format is told by.
    pub name: String,
    /// The URL that it stands for, without what may be secret in it.
    pub stands_for: Option<String>,
}

const HELP_NONE: &str = "name the folder of the file with --allow DIR; nothing else is read";

impl Folders {
    pub fn open(folders: &[PathBuf]) -> Result<Folders, Error> {
        let real = |folder: &PathBuf| {
            let real = fs::canonicalize(folder).map_err(|e| Error::io(folder, &e))?;
            if !real.is_dir() {
                return Err(Error::new(folder, "--allow names a folder; this is a file"));
            }
            Ok(Folder { real, named: folder.clone() })
        };
        Ok(Folders(folders.iter().map(real).collect::<Result<_, Error>>()?))
    }

    /// The file for the text of an `externaldata`.
    pub fn find(&self, uri: &str) -> Result<Found, Absent> {
        match uri.split_once("://") {
            Some((scheme, rest)) if !scheme.eq_ignore_ascii_case("file") => self.find_url(uri, rest),
            Some((_, path)) => self.find_path(path),
            None => self.find_path(uri),
        }
    }

    fn find_url(&self, uri: &str, rest: &str) -> Result<Found, Absent> {
        let shown = &uri[..uri.len() - rest.len() + rest.find(['?', ';', '#']).unwrap_or(rest.len())];
        let address = &rest[..rest.find(['?', ';', '#']).unwrap_or(rest.len())];
        let steps: Vec<String> = address.split('/').filter(|s| !s.is_empty()).map(decoded).collect();
        let Some(name) = steps.last().filter(|_| steps.len() > 1).cloned() else {
            return Err(Absent::new(format!("`{shown}` names no file")));
        };
        let full = steps.join("/");
        for candidate in [full.as_str(), name.as_str()] {
            if let Some((path, at)) = self.0.iter().find_map(|folder| self.below(folder, candidate)) {
                let stands_for = Some(shown.to_string());
                return Ok(Found { path, shown: at, name: name.clone(), stands_for });
            }
        }
        let message = format!("auk opens no network connection, and no file stands for `{shown}`");
        Err(Absent::new(message).with_help(match self.shown() {
            None => format!("save it as {name} in a folder of its own, and name the folder: --allow DIR"),
            Some(folders) if steps.iter().any(|step| step == "..") => {
                format!("save it as {name} in {folders}")
            }
            Some(folders) => format!("save it as {name} (or as {full}) in {folders}"),
        }))
    }

    fn find_path(&self, path: &str) -> Result<Found, Absent> {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path).to_string();
        let Some(folders) = self.shown() else {
            let message = format!("externaldata may read no file: `{path}`");
            return Err(Absent::new(message).with_help(HELP_NONE));
        };
        let found = if Path::new(path).is_absolute() {
            self.inside(Path::new(path)).map(|real| (real, path.to_string()))
        } else {
            self.0.iter().find_map(|folder| self.below(folder, path))
        };
        match found {
            Some((path, shown)) => Ok(Found { path, shown, name, stands_for: None }),
            None => {
                let help = format!("it would have to lie in {folders}; --allow DIR names more folders");
                Err(Absent::new(format!("no file `{path}` that externaldata may read")).with_help(help))
            }
        }
    }

    /// The file at a path of plain steps below a folder, and that path as the user would write it.
    fn below(&self, folder: &Folder, path: &str) -> Option<(PathBuf, String)> {
        let steps: Vec<&str> = path.split('/').filter(|step| !step.is_empty() && *step != ".").collect();
        let plain = |step: &&str| *step != ".." && !step.contains(['\\', ':', '\0']);
        if steps.is_empty() || !steps.iter().all(plain) {
            return None;
        }
        let real = self.inside(&steps.iter().fold(folder.real.clone(), |at, step| at.join(step)))?;
        Some((real, folder.named.join(steps.join("/")).display().to_string()))
    }

    /// The real path of a regular file, if it lies in one of the folders.
    fn inside(&self, path: &Path) -> Option<PathBuf> {
        let real = fs::canonicalize(path).ok()?;
        let regular = fs::metadata(&real).is_ok_and(|about| about.is_file());
        (regular && self.0.iter().any(|folder| real.starts_with(&folder.real))).then_some(real)
    }

    /// The folders, for a message.
    fn shown(&self) -> Option<String> {
        let folders: Vec<String> = self.0.iter().map(|f| f.named.display().to_string()).collect();
        if folders.is_empty() { None } else { Some(folders.join(" or ")) }
    }
}

/// The text with `%20` and the like decoded; what is no valid text stays.
fn decoded(step: &str) -> String {
    let bytes = step.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        let hex = (*byte == b'%').then(|| step.get(at + 1..at + 3)).flatten();
        match hex.and_then(|h| u8::from_str_radix(h, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    // A step with a slash in it would be two.
    String::from_utf8(out).ok().filter(|text| !text.contains('/')).unwrap_or_else(|| step.to_string())
}
