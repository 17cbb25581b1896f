//! Ingest: exports in, a lake out. Files are found, decoded, cut into records, read in parallel,
//! checked against what the lake has, and written as parts in time order.
//!
//! ```text
//! files → stream (decode, split, hash) → worker (tape → plan → rows) → run (identity) → lake parts
//! ```
//!
//! Traps: the outcome must not depend on the order of files or the number of threads, so chunks
//! come back in order and everything that decides is done in one place. Nothing is lost silently:
//! every record of a source is kept, a duplicate, superseded or rejected, and every file that is
//! not read is reported with the reason.

mod account;
mod aes;
mod ahead;
mod ansi;
mod batch;
mod blocks;
mod cells;
mod dates;
mod each;
pub mod evidence;
mod files;
mod formats;
mod infer;
mod input;
mod inspect;
mod moments;
mod parquet;
mod plan;
mod powershell;
mod reader;
mod run;
mod searches;
mod split;
mod stream;
mod tabular;
mod tape;
mod worker;
mod zip;

use std::path::{Path, PathBuf};
use std::time::Duration;

pub use crate::lake::Error;
use crate::lake::disk::Disk;
use crate::lake::lock::Holder;
use crate::lake::only::Only;
use crate::lake::{Source, TableEntry};
pub use account::{NEXT_PAGE, UNCLOSED};
pub use formats::{CSV_FORMATS, CsvFormat, FORMATS, Format};
pub use inspect::inspect;
pub use parquet::is_guarded;
pub use run::run;

/// What a run depends on beside the files.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The clock, in ticks: events later than a day after it do not move `now()`.
    pub now: i64,
    /// As many as there are cores, if not given.
    pub threads: Option<usize>,
    /// Passwords to try on archives.
    pub passwords: Vec<String>,
    /// Everything goes into this table, whose columns are those of the files.
    pub table: Option<String>,
    /// What the data belongs to and who reads it, for the manifest.
    pub case: Option<String>,
    pub examiner: Option<String>,
    /// All that is to be stored, for a lake that answers one question.
    pub only: Option<Only>,
    /// Who is to be named to others that want to write the lake.
    pub holder: Holder,
    /// What may go wrong with the disk, in tests.
    pub disk: Disk,
}

/// Told of what happens, from one thread.
pub trait Progress {
    /// That many bytes of the inputs more have been read.
    fn bytes(&self, _count: u64) {}
    /// That many records more have been read.
    fn rows(&self, _count: u64) {}
    /// A file has been finished.
    fn file(&self, _path: &Path) {}
}

/// Says nothing.
pub struct Quiet;

impl Progress for Quiet {}

/// A file that was not taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    pub path: PathBuf,
    pub reason: String,
    /// It is in the lake already: nothing is amiss.
    pub known: bool,
    /// It could not be read, or not to its end: nothing of it was taken in.
    pub unreadable: bool,
}

/// What a run did.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// The accounts of the sources taken in by this run.
    pub sources: Vec<Source>,
    pub skipped: Vec<Skipped>,
    pub seen: u64,
    pub kept: u64,
    pub duplicates: u64,
    pub superseded: u64,
    pub rejected: u64,
    /// Bytes of the files taken in.
    pub bytes: u64,
    /// Per table, the rows that this run wrote.
    pub tables: Vec<(String, u64)>,
    /// The table that was made or filled for the files.
    pub table: Option<TableEntry>,
    /// What is worth knowing about the lake.
    pub notes: Vec<String>,
    pub elapsed: Duration,
}

/// What a file holds, found without writing anything.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub path: PathBuf,
    pub size: u64,
    pub encoding: String,
    pub routes: Vec<String>,
    /// Records per table.
    pub tables: Vec<(String, u64)>,
    pub rejected: u64,
    /// The earliest and latest event, in ticks.
    pub first: Option<i64>,
    pub last: Option<i64>,
    pub notes: Vec<String>,
    /// Why it would be skipped.
    pub skipped: Option<String>,
}
