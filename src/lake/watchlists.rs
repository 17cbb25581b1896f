//! Watchlists: lists of the user's that queries read by `_GetWatchlist('name')`, a file each.
//!
//! A watchlist answers with the columns that the service has, `_DTItemId`, `LastUpdatedTimeUTC` and
//! `SearchKey` (the value of the column that was named as key), then those of its file, all of them strings.
//!
//! Trap: the name of a watchlist is anyone's text, whatever its case; that of its file is made of it. A file
//! is replaced as a whole.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::disk::Disk;
use super::{Error, lock};
use crate::json;
use crate::table::Table;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

const FOLDER: &str = "watchlists";
const ENDING: &str = ".json";
const VERSION: i64 = 1;

/// The columns of the service, before those of the list.
pub const SERVICE: [&str; 3] = ["_DTItemId", "LastUpdatedTimeUTC", "SearchKey"];
/// Names longer than this are none.
const LONGEST_NAME: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watchlist {
    pub name: String,
    /// The column that `SearchKey` repeats.
    pub key: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
    /// When it was added, in ticks.
    pub updated: i64,
    /// The file that it was made of.
    pub source: String,
}

impl Watchlist {
    /// What `_GetWatchlist` answers.
    pub fn table(&self) -> Table {
        let types = [Type::String, Type::Datetime, Type::String];
        let mut columns: Vec<Column> =
            SERVICE.iter().zip(types).map(|(name, ty)| Column::new(*name, ty)).collect();
        let own: Vec<usize> =
            (0..self.columns.len()).filter(|i| !SERVICE.contains(&self.columns[*i].as_str())).collect();
        columns.extend(own.iter().map(|i| Column::new(self.columns[*i].as_str(), Type::String)));
        let key = self.columns.iter().position(|c| *c == self.key);
        let row = |(at, row): (usize, &Vec<String>)| {
            let cell = |i: usize| Value::string(row.get(i).map_or("", String::as_str));
            let mut cells = vec![
                Value::String(self.item(at, row)),
                Value::Datetime(self.updated),
                key.map_or(Value::string(""), cell),
            ];
            cells.extend(own.iter().map(|i| cell(*i)));
            cells
        };
        Table { schema: Schema::new(columns), rows: self.rows.iter().enumerate().map(row).collect() }
    }

    /// A name for an item that stays the same: a digest in the form of a GUID.
    fn item(&self, at: usize, row: &[String]) -> String {
        let mut hash = Sha256::new();
        hash.update(self.name.to_lowercase());
        hash.update((at as u64).to_le_bytes());
        row.iter().for_each(|cell| {
            hash.update([0]);
            hash.update(cell);
        });
        let digits: String = hash.finalize().iter().take(16).map(|b| format!("{b:02x}")).collect();
        [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
    }

    fn to_value(&self) -> Value {
        let texts = |list: &[String]| Value::Array(list.iter().map(Value::string).collect());
        let members = [
            ("version", Value::Long(VERSION)),
            ("name", Value::string(&self.name)),
            ("key", Value::string(&self.key)),
            ("updated", Value::Long(self.updated)),
            ("source", Value::string(&self.source)),
            ("columns", texts(&self.columns)),
            ("rows", Value::Array(self.rows.iter().map(|row| texts(row)).collect())),
        ];
        Value::Bag(members.into_iter().map(|(key, value)| (key.to_string(), value)).collect())
    }

    fn of_value(value: &Value) -> Option<Watchlist> {
        let text = |key: &str| value.member(key).as_str().map(String::from);
        let texts =
            |list: &Value| list.as_array()?.iter().map(|item| item.as_str().map(String::from)).collect();
        (value.member("version").as_i64()? == VERSION).then_some(())?;
        Some(Watchlist {
            name: text("name")?,
            key: text("key")?,
            updated: value.member("updated").as_i64()?,
            source: text("source")?,
            columns: texts(&value.member("columns"))?,
            rows: value.member("rows").as_array()?.iter().map(texts).collect::<Option<_>>()?,
        })
    }
}

/// All watchlists of the lake in `dir`, by name.
pub fn all(dir: &Path) -> Result<Vec<Watchlist>, Error> {
    let mut lists = Vec::new();
    for path in files(dir, FOLDER, ENDING)? {
        lists.push(read(&path)?);
    }
    lists.sort_by_key(|list| list.name.to_lowercase());
    Ok(lists)
}

/// The watchlist of that name, whatever its case.
pub fn find(dir: &Path, name: &str) -> Result<Option<Watchlist>, Error> {
    let Some(path) = path_of(dir, name).filter(|path| path.is_file()) else { return Ok(None) };
    read(&path).map(Some)
}

/// Adds a watchlist or replaces the one of its name; was there one?
pub fn write(dir: &Path, list: &Watchlist) -> Result<bool, Error> {
    let folder = dir.join(FOLDER);
    let Some(path) = path_of(dir, &list.name) else {
        return Err(Error::new(&folder, format!("a name has 1 to {LONGEST_NAME} characters")));
    };
    fs::create_dir_all(&folder).map_err(|e| Error::io(&folder, &e))?;
    let _lock = lock::lists(dir)?;
    let replaced = path.is_file();
    let text = json::to_text(&list.to_value());
    Disk::default().replace(&folder, &file_name(&list.name), &text).map_err(|e| Error::io(&path, &e))?;
    Ok(replaced)
}

/// Removes a watchlist; was there one?
pub fn remove(dir: &Path, name: &str) -> Result<bool, Error> {
    let _lock = lock::lists(dir)?;
    let Some(path) = path_of(dir, name).filter(|path| path.is_file()) else { return Ok(false) };
    fs::remove_file(&path).map_err(|e| Error::io(&path, &e))?;
    Disk::default().sync_folder(&dir.join(FOLDER));
    Ok(true)
}

fn read(path: &Path) -> Result<Watchlist, Error> {
    let text = fs::read_to_string(path).map_err(|e| Error::io(path, &e))?;
    json::parse(&text).as_ref().and_then(Watchlist::of_value).ok_or_else(|| {
        Error::new(path, "the watchlist cannot be read").with_remedy("auk watchlist add makes it anew")
    })
}

fn path_of(dir: &Path, name: &str) -> Option<PathBuf> {
    let length = name.chars().count();
    (1..=LONGEST_NAME).contains(&length).then(|| dir.join(FOLDER).join(file_name(name)))
}

/// Small letters and digits stand for themselves, all else as `%` and two hex digits a byte.
fn file_name(name: &str) -> String {
    let mut file = String::new();
    for byte in name.to_lowercase().bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => file.push(char::from(byte)),
            other => file.push_str(&format!("%{other:02x}")),
        }
    }
    file + ENDING
}

/// The files of a folder of the lake with an ending, sorted; none when there is no folder.
pub fn files(dir: &Path, folder: &str, ending: &str) -> Result<Vec<PathBuf>, Error> {
    let folder = dir.join(folder);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(Error::io(&folder, &e)),
    };
    let paths = entries.flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> = paths.filter(|path| path.to_string_lossy().ends_with(ending)).collect();
    paths.sort();
    Ok(paths)
}
