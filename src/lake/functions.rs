//! Saved functions of a lake: a file of KQL each, as the user wrote it. Its name is the function's.
//!
//! Trap: on some systems two names that differ by case alone are one file, so they are one here.

use std::fs;
use std::path::{Path, PathBuf};

use super::disk::Disk;
use super::{Error, lock, watchlists};

const FOLDER: &str = "functions";
const ENDING: &str = ".kql";
/// A text longer than this is no function.
pub const LARGEST: u64 = 4 << 20;

/// All functions of the lake in `dir`: names and texts, sorted.
pub fn all(dir: &Path) -> Result<Vec<(String, String)>, Error> {
    let mut functions = Vec::new();
    for path in watchlists::files(dir, FOLDER, ENDING)? {
        let size = fs::metadata(&path).map_err(|e| Error::io(&path, &e))?.len();
        if size > LARGEST {
            return Err(Error::new(&path, "too long for a function"));
        }
        let text = fs::read_to_string(&path).map_err(|e| Error::io(&path, &e))?;
        functions.push((name_of(&path), text));
    }
    Ok(functions)
}

/// Adds a function or replaces the one of its name; was there one?
pub fn write(dir: &Path, name: &str, text: &str) -> Result<bool, Error> {
    let folder = dir.join(FOLDER);
    fs::create_dir_all(&folder).map_err(|e| Error::io(&folder, &e))?;
    let _lock = lock::lists(dir)?;
    let old = find(dir, name)?;
    if let Some(path) = old.as_ref().filter(|path| name_of(path) != name) {
        let message = format!("there is a function {}, which differs by case alone", name_of(path));
        return Err(Error::new(path, message).with_remedy("remove it first, or choose another name"));
    }
    let file = format!("{name}{ENDING}");
    Disk::default().replace(&folder, &file, text).map_err(|e| Error::io(&folder.join(&file), &e))?;
    Ok(old.is_some())
}

/// Removes a function; was there one?
pub fn remove(dir: &Path, name: &str) -> Result<bool, Error> {
    let _lock = lock::lists(dir)?;
    let Some(path) = find(dir, name)?.filter(|path| name_of(path) == name) else { return Ok(false) };
    fs::remove_file(&path).map_err(|e| Error::io(&path, &e))?;
    Disk::default().sync_folder(&dir.join(FOLDER));
    Ok(true)
}

/// The file of a function of that name, whatever its case.
fn find(dir: &Path, name: &str) -> Result<Option<PathBuf>, Error> {
    let files = watchlists::files(dir, FOLDER, ENDING)?;
    Ok(files.into_iter().find(|path| name_of(path).eq_ignore_ascii_case(name)))
}

fn name_of(path: &Path) -> String {
    path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
