//! The lake: a folder of Parquet parts under Sentinel's table names, and a manifest that says which
//! of them count.
//!
//! ```text
//! DIR/manifest.json                 replaced as a whole by every run
//! DIR/parts/TABLE-000001.parquet    written once, never changed
//! DIR/masks/TABLE-000001.2.json     the rows of a part that a better revision replaced
//! DIR/rejects/000001.ndjson         records that could not be read, and why
//! DIR/copies/000001.parquet         where the records are that the lake has already
//! DIR/watchlists/NAME.json          a watchlist, replaced as a whole
//! DIR/functions/NAME.kql            a saved function, as it was written
//! DIR/lock, DIR/readers, …          who uses it (`lock.rs`)
//! ```
//!
//! Trap: a file that the manifest does not name is a leftover of a crashed run; readers never look
//! at it, and the next run removes it.

pub mod compact;
pub mod copies;
pub mod disk;
pub mod functions;
pub mod hashed;
pub mod identity;
pub mod ids;
pub mod implied;
pub mod lock;
pub mod manifest;
pub mod office_activity;
pub mod only;
pub mod part;
mod readback;
pub mod rows;
pub mod shreds;
pub mod store;
pub mod tables;
pub mod views;
pub mod watchlists;
pub mod words;

use std::fmt;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

pub use manifest::{Archive, Damage, Exactness, Manifest, PartEntry, Run, Search, Source, TableEntry};
pub use office_activity::{From, OFFICE_ACTIVITY, ViewColumn};
pub use tables::{TableDef, table, tables};

use self::disk::Disk;
use self::implied::Implied;
use self::words::Noted;
use crate::json;
use crate::types::{Schema, Type};
use crate::value::Value;

/// What went wrong with a file, and what would help.
#[derive(Clone, Debug)]
pub struct Error {
    pub path: PathBuf,
    pub message: String,
    pub remedy: Option<String>,
}

impl Error {
    pub fn new(path: &Path, message: impl Into<String>) -> Error {
        Error { path: path.to_path_buf(), message: message.into(), remedy: None }
    }

    pub fn io(path: &Path, error: &std::io::Error) -> Error {
        use std::io::ErrorKind::{NotFound, PermissionDenied, StorageFull};
        let remedy = match error.kind() {
            StorageFull => Some("free some space and run again; the lake is as it was before"),
            PermissionDenied => Some("check who may read and write it"),
            NotFound => Some("check the path"),
            _ => None,
        };
        Error { path: path.to_path_buf(), message: error.to_string(), remedy: remedy.map(String::from) }
    }

    pub fn with_remedy(mut self, remedy: impl Into<String>) -> Error {
        self.remedy = Some(remedy.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.message)?;
        match &self.remedy {
            Some(remedy) => write!(f, " ({remedy})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

/// A part file of a table, with what a scan must know of it.
#[derive(Clone, Debug, Default)]
pub struct Part {
    pub table: String,
    pub path: PathBuf,
    pub rows: u64,
    /// The earliest and latest TimeGenerated, in ticks.
    pub min: Option<i64>,
    pub max: Option<i64>,
    /// The columns that are in the file; any other is implied, or missing in every row.
    pub columns: Vec<String>,
    /// The datetime columns that have a `NAME__ticks` column beside them.
    pub companions: Vec<String>,
    /// What the columns hold that are not in the file.
    pub implied: Implied,
    /// Every shredded path of the table, whether its column is stored or not.
    pub shreds: Vec<(String, Type, Exactness)>,
    /// The numbers of rows that are not shown, ascending.
    pub masked: Vec<u64>,
    /// Those of them whose payload another row shows.
    pub doubled: Vec<u64>,
    /// Masked rows are to be shown, too.
    pub revisions: bool,
    /// Columns and paths that are not here though records have them (`only.rs`).
    pub lacks: Vec<String>,
    /// Columns of which the file says what words they have.
    pub words: Vec<Noted>,
}

/// What a part lacks that stands for a whole table.
const ALL: &str = "*";

impl Part {
    /// In the place of a table that was not taken in (`only.rs`).
    pub fn absent(table: &str) -> Part {
        Part { table: table.to_string(), lacks: vec![ALL.to_string()], ..Part::default() }
    }

    pub fn is_absent(&self) -> bool {
        self.lacks.first().is_some_and(|name| name == ALL)
    }

    /// How many of its rows are shown.
    pub fn shown(&self) -> u64 {
        self.rows - self.masked.len() as u64
    }
}

/// What a table holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub table: String,
    pub rows: u64,
    pub first: Option<i64>,
    pub last: Option<i64>,
    pub sources: usize,
    pub parts: usize,
}

/// A record that was not taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    pub source: String,
    /// The number of the record in its source, from 1, and its byte offset in the decoded stream.
    pub ordinal: u64,
    pub offset: u64,
    pub length: u64,
    pub reason: String,
    /// At most 200 characters of it.
    pub excerpt: String,
}

/// That a folder is no lake.
pub fn no_lake(dir: &Path) -> Error {
    let remedy = "`auk ingest --lake DIR EXPORTS…` makes one";
    Error::new(dir, "this is not a lake: it has no manifest.json").with_remedy(remedy)
}

/// An opened lake: one state of it, whatever a later run does.
#[derive(Debug)]
pub struct Lake {
    dir: PathBuf,
    manifest: Manifest,
    parts: Vec<(String, Vec<Part>)>,
    /// The tables that are not in the catalogue.
    own: Vec<TableDef>,
    /// Tells writers that it is being read.
    _reading: Option<File>,
}

impl Lake {
    pub fn open(dir: &Path) -> Result<Lake, Error> {
        let lake = Lake::open_for_one(dir)?;
        lake.manifest.check_whole(dir)?;
        Ok(lake)
    }

    /// Opens a lake that may be for one question alone (`only.rs`).
    pub fn open_for_one(dir: &Path) -> Result<Lake, Error> {
        let reading = lock::reading(dir);
        let manifest = Manifest::read(dir)?.ok_or_else(|| no_lake(dir))?;
        let dir = fs::canonicalize(dir).map_err(|e| Error::io(dir, &e))?;
        let mut parts: Vec<(String, Vec<Part>)> = Vec::new();
        for entry in &manifest.parts {
            let part = part(&dir, entry)?;
            match parts.iter_mut().find(|(table, _)| *table == entry.table) {
                Some((_, list)) => list.push(part),
                None => parts.push((entry.table.clone(), vec![part])),
            }
        }
        let own = manifest.tables.iter().map(TableEntry::definition).collect();
        Ok(Lake { dir, manifest, parts, own, _reading: reading })
    }

    /// What a table that has parts holds.
    pub fn held(&self, table: &str) -> Option<Held> {
        let parts = self.parts(table);
        (!parts.is_empty()).then(|| Held {
            table: table.to_string(),
            rows: parts.iter().map(Part::shown).sum(),
            first: parts.iter().filter_map(|p| p.min).min(),
            last: parts.iter().filter_map(|p| p.max).max(),
            sources: self.sources().iter().filter(|s| s.tables.iter().any(|t| t == table)).count(),
            parts: parts.len(),
        })
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Any table that auk knows, or the lake alone.
    pub fn table(&self, name: &str) -> Option<&TableDef> {
        self.own.iter().find(|t| t.name == name).or_else(|| table(name))
    }

    /// The tables that the lake alone knows.
    pub fn own(&self) -> &[TableDef] {
        &self.own
    }

    /// The schema of a table, with its hidden columns.
    pub fn schema(&self, name: &str) -> Option<&Schema> {
        self.table(name).map(|t| &t.schema)
    }

    /// The parts of a table, in the lake's order; none for a table that holds nothing.
    pub fn parts(&self, table: &str) -> &[Part] {
        self.parts.iter().find(|(name, _)| name == table).map_or(&[], |(_, parts)| parts)
    }

    /// What `now()` is: one tick after the latest event.
    pub fn now(&self) -> Option<i64> {
        self.manifest.now
    }

    pub fn sources(&self) -> &[Source] {
        &self.manifest.sources
    }

    /// All records that could not be read.
    pub fn rejects(&self) -> Result<Vec<Reject>, Error> {
        let mut rejects = Vec::new();
        for name in &self.manifest.rejects {
            let path = self.dir.join(name);
            let file = File::open(&path).map_err(|e| Error::io(&path, &e))?;
            for line in BufReader::new(file).lines() {
                let line = line.map_err(|e| Error::io(&path, &e))?;
                let Some(value) = json::parse(&line) else { continue };
                let text = |key| value.member(key).to_text();
                let number = |key| value.member(key).as_i64().unwrap_or(0) as u64;
                rejects.push(Reject {
                    source: text("source"),
                    ordinal: number("ordinal"),
                    offset: number("offset"),
                    length: number("length"),
                    reason: text("reason"),
                    excerpt: text("excerpt"),
                });
            }
        }
        Ok(rejects)
    }
}

fn part(dir: &Path, entry: &PartEntry) -> Result<Part, Error> {
    let mask = read_mask(dir, entry)?;
    Ok(Part {
        table: entry.table.clone(),
        path: dir.join(&entry.file),
        rows: entry.rows,
        min: entry.min,
        max: entry.max,
        columns: entry.columns.clone(),
        companions: entry.companions.clone(),
        implied: entry.implied.clone(),
        shreds: entry.shreds.clone(),
        masked: mask.all(),
        doubled: mask.doubled,
        revisions: false,
        lacks: entry.lacks.clone(),
        words: entry.words.clone(),
    })
}

/// The rows of a part that are not shown, ascending.
#[derive(Clone, Debug, Default)]
pub struct MaskedRows {
    /// There is a better revision.
    pub superseded: Vec<u64>,
    /// Another row has the same payload.
    pub doubled: Vec<u64>,
}

impl MaskedRows {
    pub fn all(&self) -> Vec<u64> {
        let mut all = [self.superseded.as_slice(), self.doubled.as_slice()].concat();
        all.sort_unstable();
        all
    }

    /// Writes the mask `name` of the lake in `dir`; how many rows it has, and its hash.
    pub fn write(&self, disk: &Disk, dir: &Path, name: &str) -> Result<(u64, String), Error> {
        let rows = |list: &[u64]| Value::Array(list.iter().map(|row| Value::Long(*row as i64)).collect());
        let value = Value::Bag(vec![
            (tables::SUPERSEDED.to_string(), rows(&self.superseded)),
            (tables::DUPLICATE.to_string(), rows(&self.doubled)),
        ]);
        let path = dir.join(name);
        let hash = hashed::write(disk, &path, &json::to_text(&value)).map_err(|e| Error::io(&path, &e))?;
        Ok(((self.superseded.len() + self.doubled.len()) as u64, hash))
    }
}

/// The masked rows of a part.
pub fn read_mask(dir: &Path, entry: &PartEntry) -> Result<MaskedRows, Error> {
    let Some((name, _)) = &entry.mask else { return Ok(MaskedRows::default()) };
    let path = dir.join(name);
    let text = fs::read_to_string(&path).map_err(|e| Error::io(&path, &e))?;
    let value = json::parse(&text).unwrap_or(Value::Null);
    let list = |list: &Value| -> Option<Vec<u64>> {
        list.as_array()?.iter().map(|row| u64::try_from(row.as_i64()?).ok()).collect()
    };
    // Older lakes do not say why a row is masked.
    if let Some(superseded) = list(&value) {
        return Ok(MaskedRows { superseded, doubled: Vec::new() });
    }
    let rows = |key: &str| list(&value.member(key));
    match (rows("superseded"), rows("duplicate")) {
        (Some(superseded), Some(doubled)) => Ok(MaskedRows { superseded, doubled }),
        _ => Err(Error::new(&path, "the mask cannot be read").with_remedy("restore it from a copy")),
    }
}
