//! What is in a lake, row by row, whatever its parts are; and commands over lakes.
//!
//! Trap: rows are read from the files of the manifest, not by queries, so that hidden rows (superseded ones and
//! copies) and all provenance are seen, too. A source is told by its path, as its number depends on the run.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use arrow::array::{ArrayRef, TimestampMicrosecondArray};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use auk::audit::verify::{Check, State, verify};
use auk::lake::{Lake, PartEntry};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// All rows, sorted: those that are shown, and those that are not.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Contents {
    pub shown: Vec<String>,
    pub hidden: Vec<String>,
}

/// Columns that say where a row lies in its source, and which copy of it was taken.
const PLACE: &[&str] = &["_auk_source", "_auk_ordinal", "_auk_offset", "_auk_length", "_auk_route"];

impl Contents {
    /// Reads all rows and holds them against the manifest: every source is whole, and every file is there.
    pub fn of(lake: &Path) -> Result<Contents, String> {
        Contents::read(lake, &[])
    }

    /// The same without where the rows come from: what does not depend on the order of files.
    pub fn placeless(lake: &Path) -> Result<Contents, String> {
        Contents::read(lake, PLACE)
    }

    fn read(lake: &Path, without: &[&str]) -> Result<Contents, String> {
        let opened = Lake::open(lake).map_err(|e| e.to_string())?;
        let mut contents = Contents::default();
        let mut kept: BTreeMap<String, u64> = BTreeMap::new();
        for part in &opened.manifest().parts {
            let masked = auk::lake::read_mask(lake, part).map_err(|e| e.to_string())?;
            for (at, (source, row)) in rows(&opened, part, without)?.into_iter().enumerate() {
                let is_in = |list: &[u64]| list.binary_search(&(at as u64)).is_ok();
                let why = [("superseded", is_in(&masked.superseded)), ("duplicate", is_in(&masked.doubled))];
                if let Some((why, _)) = why.into_iter().find(|(_, is)| *is) {
                    contents.hidden.push(if without.is_empty() { format!("{why}|{row}") } else { row });
                } else {
                    *kept.entry(source).or_default() += 1;
                    contents.shown.push(row);
                }
            }
        }
        for source in opened.sources() {
            let rows = kept.get(&source.id.to_string()).copied().unwrap_or_default();
            let sum = source.kept + source.duplicates + source.superseded + source.rejected;
            if rows != source.kept || sum != source.seen {
                return Err(format!("{}: {rows} rows are there, of {source:?}", source.path));
            }
        }
        unchanged(lake)?;
        contents.shown.sort();
        contents.hidden.sort();
        Ok(contents)
    }

    /// The first rows that only one of two has.
    pub fn difference(&self, other: &Contents) -> Option<String> {
        let pairs = [("shown", &self.shown, &other.shown), ("hidden", &self.hidden, &other.hidden)];
        for (what, a, b) in pairs {
            if a != b {
                let only = |a: &[String], b: &[String]| {
                    a.iter().find(|row| b.binary_search(row).is_err()).cloned().unwrap_or_default()
                };
                let counts = format!("{} and {} rows {what}", a.len(), b.len());
                return Some(format!("{counts}\n- {}\n+ {}", only(a, b), only(b, a)));
            }
        }
        None
    }

    pub fn must_be(&self, other: &Contents, what: &str) -> Result<(), String> {
        self.difference(other).map_or(Ok(()), |difference| Err(format!("{what}: {difference}")))
    }
}

/// What `auk verify` says of the lake's own files, rows and accounts; what a broken run left may lie about.
fn unchanged(lake: &Path) -> Result<(), String> {
    let checks = verify(lake, None).map_err(|e| e.to_string())?;
    let is_wrong = |c: &&Check| c.what != "source" && c.state.is_change() && c.state != State::Added;
    match checks.iter().find(is_wrong) {
        Some(check) => Err(format!("{check:?}")),
        None => Ok(()),
    }
}

/// The rows of a part as text, each with the number of its source.
fn rows(lake: &Lake, part: &PartEntry, without: &[&str]) -> Result<Vec<(String, String)>, String> {
    let path = lake.dir().join(&part.file);
    let failed = |e: &dyn std::fmt::Display| format!("{}: {e}", path.display());
    let file = File::open(&path).map_err(|e| failed(&e))?;
    let batches = ParquetRecordBatchReaderBuilder::try_new(file).and_then(|b| b.build());
    let paths: BTreeMap<String, &str> =
        lake.sources().iter().map(|s| (s.id.to_string(), s.path.as_str())).collect();
    let mut out = Vec::new();
    for batch in batches.map_err(|e| failed(&e))? {
        let batch = batch.map_err(|e| failed(&e))?;
        let options = FormatOptions::new();
        let fields = batch.schema().fields().clone();
        let arrays: Vec<ArrayRef> = batch.columns().iter().map(without_zone).collect();
        let mut columns = Vec::new();
        let own = fields.iter().map(|f| f.name().clone()).zip(&arrays);
        let copies = part.implied.same.iter().flat_map(|(copy, source)| {
            ["", "__ticks"].map(|end| (format!("{copy}{end}"), format!("{source}{end}")))
        });
        let copies =
            copies.filter_map(|(copy, of)| Some((copy, &arrays[batch.schema().index_of(&of).ok()?])));
        let all: Vec<(String, &ArrayRef)> = own.chain(copies).collect();
        for (name, array) in all {
            let column = ArrayFormatter::try_new(array.as_ref(), &options).map_err(|e| failed(&e))?;
            columns.push((name, column));
        }
        columns.sort_by(|a, b| a.0.cmp(&b.0));
        for row in 0..batch.num_rows() {
            let (mut text, mut source) = (part.table.clone(), String::new());
            for (name, value) in &part.implied.constants {
                text.push_str(&format!("|{name}={}", value.to_text()));
            }
            for (name, column) in &columns {
                let mut value = column.value(row).to_string();
                if name == "_auk_source" {
                    source.clone_from(&value);
                    value = paths.get(&value).ok_or_else(|| failed(&"a row of no source"))?.to_string();
                }
                if !value.is_empty() && !without.contains(&name.as_str()) {
                    text.push_str(&format!("|{name}={value}"));
                }
            }
            out.push((source, text));
        }
    }
    if out.len() as u64 == part.rows { Ok(out) } else { Err(failed(&"rows are missing")) }
}

/// Times print without a zone, as zones by name are not known here.
fn without_zone(array: &ArrayRef) -> ArrayRef {
    match array.as_any().downcast_ref::<TimestampMicrosecondArray>() {
        Some(times) => Arc::new(times.clone().with_timezone_opt(None::<String>)),
        None => Arc::clone(array),
    }
}

/// Runs auk with faults, if there are any.
pub fn auk(arguments: &[&str], faults: &str) -> Result<Output, String> {
    command(arguments, faults).output().map_err(|e| format!("auk: {e}"))
}

pub fn command(arguments: &[&str], faults: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_auk"));
    command.args(arguments).env_remove("AUK_FAULTS");
    if !faults.is_empty() {
        command.env("AUK_FAULTS", faults);
    }
    command
}

/// What was said on standard error.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}

/// Runs auk, which must end well.
pub fn well(arguments: &[&str]) -> Result<String, String> {
    let output = auk(arguments, "")?;
    if output.status.success() { Ok(said(&output)) } else { Err(format!("{arguments:?}: {}", said(&output))) }
}

/// The files of a lake that hold data, sorted.
pub fn files(lake: &Path) -> Vec<String> {
    let folders = ["parts", "masks", "rejects", "copies"].into_iter().map(|folder| lake.join(folder));
    let entries = folders.flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten());
    let mut names: Vec<String> = entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
