//! The writer's side of a lake: the lock, the identities of what is there, new parts, masks,
//! rejects, and the one commit at the end of a run.
//!
//! Trap: until `commit` the manifest knows nothing of the new files, so a run that dies leaves the
//! lake as it was. A row is masked by its number in the file; while it is being collected it is
//! known by its arrival, and the two differ as parts are sorted by time.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use arrow::array::{Array, FixedSizeBinaryArray, Int32Array, Int64Array};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::identity::{Identities, Place, Rank};
use super::manifest::{self, Exactness, Manifest, PartEntry, Source};
use super::part::{self, Written};
use super::rows::{Layout, PARTIAL, Rows, Spare};
use super::shreds::shreds;
use super::{Error, read_mask};
use crate::json;
use crate::value::Value;

const FOLDERS: [&str; 3] = ["parts", "masks", "rejects"];

/// A lake that is open for appending.
pub struct Store {
    dir: PathBuf,
    _lock: File,
    pub manifest: Manifest,
    pub identities: Identities,
    old_parts: u32,
    /// Parts of this run by number, with the row that each arrival has become.
    new_parts: BTreeMap<u32, (PartEntry, Vec<u32>)>,
    next_place: u32,
    masked: HashMap<u32, Vec<Mask>>,
    /// The run's file of rejects, once there is one.
    rejects: Option<(String, BufWriter<File>)>,
}

/// A row that is not to be shown any more.
#[derive(Clone, Copy)]
struct Mask {
    row: u32,
    why: Why,
}

/// Why a row that was stored is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// A better revision.
    Superseded,
    /// Another copy of the same payload.
    Duplicate,
}

/// A part to be written by some thread: everything that it needs, and nothing of the store.
pub struct Job {
    pub part: u32,
    pub path: PathBuf,
    pub file: String,
    pub chunks: Vec<Rows>,
    /// The rows to store (chunk, row), as they arrived.
    pub keep: Vec<(u32, u32)>,
}

/// A part that has been written.
pub struct Done {
    part: u32,
    entry: PartEntry,
    rows: Vec<u32>,
}

impl Store {
    /// Opens or makes the lake in `dir` and takes its lock.
    pub fn open(dir: &Path) -> Result<Store, Error> {
        for folder in FOLDERS {
            let path = dir.join(folder);
            fs::create_dir_all(&path).map_err(|e| Error::io(&path, &e))?;
        }
        let lock = lock(dir)?;
        let manifest = Manifest::read(dir)?.unwrap_or_default();
        remove_leftovers(dir, &manifest)?;
        let old_parts = manifest.parts.len() as u32;
        let mut store = Store {
            dir: dir.to_path_buf(),
            _lock: lock,
            manifest,
            identities: Identities::default(),
            old_parts,
            new_parts: BTreeMap::new(),
            next_place: old_parts,
            masked: HashMap::new(),
            rejects: None,
        };
        store.load_identities()?;
        Ok(store)
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Reads who is in the lake from the provenance columns of its parts.
    fn load_identities(&mut self) -> Result<(), Error> {
        for (number, entry) in self.manifest.parts.iter().enumerate() {
            let masked: HashSet<u64> = read_mask(&self.dir, entry)?.into_iter().collect();
            let path = self.dir.join(&entry.file);
            let damaged =
                |message: String| Error::new(&path, message).with_remedy("restore the file from a copy");
            let names = ["_auk_id", "_auk_content", "_auk_leaves", "_auk_flags"];
            let mut row = 0_u64;
            for batch in read_columns(&path, &names)? {
                let batch = batch.map_err(|e| damaged(e.to_string()))?;
                let column = |name: &str| batch.column_by_name(name).map(|c| c.as_any());
                let ids = column("_auk_id").and_then(|c| c.downcast_ref::<FixedSizeBinaryArray>());
                let content = column("_auk_content").and_then(|c| c.downcast_ref::<Int64Array>());
                let leaves = column("_auk_leaves").and_then(|c| c.downcast_ref::<Int32Array>());
                let flags = column("_auk_flags").and_then(|c| c.downcast_ref::<Int32Array>());
                let (Some(ids), Some(content), Some(leaves), Some(flags)) = (ids, content, leaves, flags)
                else {
                    return Err(damaged("the provenance columns are missing".into()));
                };
                for at in 0..batch.num_rows() {
                    let id = <[u8; 16]>::try_from(ids.value(at)).map_or(0, u128::from_be_bytes);
                    let partial = flags.value(at) & i32::from(PARTIAL) != 0;
                    let rank = Rank::new(partial, leaves.value(at) as u32, content.value(at) as u64);
                    if masked.contains(&row) {
                        self.identities.add_loser(id, rank);
                    } else {
                        self.identities.add(id, rank, Place { part: number as u32, arrival: row as u32 });
                    }
                    row += 1;
                }
            }
        }
        Ok(())
    }

    /// A number for a part that is about to be collected.
    pub fn new_part(&mut self) -> u32 {
        self.next_place += 1;
        self.next_place - 1
    }

    /// The row that arrived at `place` is not to be shown.
    pub fn mask(&mut self, place: Place, why: Why) {
        self.masked.entry(place.part).or_default().push(Mask { row: place.arrival, why });
    }

    /// Names the file of a part.
    pub fn job(&mut self, part: u32, table: &str, chunks: Vec<Rows>, keep: Vec<(u32, u32)>) -> Job {
        self.manifest.next_part += 1;
        let file = format!("parts/{table}-{:06}.parquet", self.manifest.next_part);
        Job { part, path: self.dir.join(&file), file, chunks, keep }
    }

    pub fn add_part(&mut self, done: Done) {
        self.new_parts.insert(done.part, (done.entry, done.rows));
    }

    /// Adds lines to the run's file of rejects.
    pub fn add_rejects(&mut self, lines: &[String]) -> Result<(), Error> {
        if lines.is_empty() {
            return Ok(());
        }
        let name = format!("rejects/{:06}.ndjson", self.manifest.generation + 1);
        let path = self.dir.join(&name);
        let failed = |e: std::io::Error| Error::io(&path, &e);
        if self.rejects.is_none() {
            self.rejects = Some((name, BufWriter::new(File::create(&path).map_err(failed)?)));
        }
        let Some((_, file)) = &mut self.rejects else { return Ok(()) };
        lines.iter().try_for_each(|line| writeln!(file, "{line}")).map_err(failed)
    }

    /// Makes the run part of the lake: masks, rejects, then the manifest.
    pub fn commit(mut self, sources: Vec<Source>, now: Option<i64>) -> Result<Manifest, Error> {
        let generation = self.manifest.generation + 1;
        self.manifest.generation = generation;
        self.manifest.sources.extend(sources);
        self.manifest.now = self.manifest.now.max(now);
        let mut arrivals: HashMap<u32, Vec<Mask>> = HashMap::new();
        for (number, (entry, rows)) in std::mem::take(&mut self.new_parts) {
            arrivals
                .insert(self.manifest.parts.len() as u32, self.masked.remove(&number).unwrap_or_default());
            let masked = arrivals.entry(self.manifest.parts.len() as u32).or_default();
            masked.iter_mut().for_each(|mask| mask.row = rows[mask.row as usize]);
            self.manifest.parts.push(entry);
        }
        arrivals.extend(std::mem::take(&mut self.masked).into_iter().filter(|(n, _)| *n < self.old_parts));
        let mut numbers: Vec<u32> = arrivals.keys().copied().collect();
        numbers.sort_unstable();
        for number in numbers {
            let rows = arrivals.remove(&number).unwrap_or_default();
            if !rows.is_empty() {
                self.write_mask(number as usize, &rows, generation)?;
            }
        }
        if let Some((name, file)) = self.rejects.take() {
            finish(file).map_err(|e| Error::io(&self.dir.join(&name), &e))?;
            self.manifest.rejects.push(name);
        }
        FOLDERS.iter().for_each(|folder| manifest::sync_folder(&self.dir.join(folder)));
        self.manifest.write(&self.dir)?;
        remove_leftovers(&self.dir, &self.manifest)?;
        Ok(self.manifest)
    }

    /// Masks more rows of a part, and sets their sources' accounts right.
    fn write_mask(&mut self, number: usize, masks: &[Mask], generation: u64) -> Result<(), Error> {
        let entry = &self.manifest.parts[number];
        let sources = sources_of(&self.dir.join(&entry.file))?;
        let mut all = read_mask(&self.dir, entry)?;
        all.extend(masks.iter().map(|mask| u64::from(mask.row)));
        all.sort_unstable();
        all.dedup();
        let stem = entry.file.trim_start_matches("parts/").trim_end_matches(".parquet");
        let name = format!("masks/{stem}.{generation}.json");
        let value = Value::Array(all.iter().map(|row| Value::Long(*row as i64)).collect());
        write_text(&self.dir.join(&name), &json::to_text(&value))?;
        self.manifest.parts[number].mask = Some((name, all.len() as u64));
        let known = self.manifest.sources.iter().enumerate();
        let known: HashMap<i64, usize> = known.map(|(at, source)| (i64::from(source.id), at)).collect();
        for mask in masks {
            let id = sources.get(mask.row as usize).map(|id| i64::from(*id));
            let Some(at) = id.and_then(|id| known.get(&id)) else { continue };
            let source = &mut self.manifest.sources[*at];
            source.kept = source.kept.saturating_sub(1);
            match mask.why {
                Why::Superseded => source.superseded += 1,
                Why::Duplicate => source.duplicates += 1,
            }
        }
        Ok(())
    }
}

impl Job {
    /// Sorts the rows by time and writes the part.
    pub fn run(self, layout: &Layout, spare: &Spare) -> Result<Done, Error> {
        let time = |(chunk, row): (u32, u32)| self.chunks[chunk as usize].meta[row as usize].time;
        let mut arrivals: Vec<u32> = (0..self.keep.len() as u32).collect();
        arrivals.sort_by_key(|arrival| time(self.keep[*arrival as usize]));
        let order: Vec<(u32, u32)> = arrivals.iter().map(|arrival| self.keep[*arrival as usize]).collect();
        let written = part::write(&self.path, &self.chunks, &order).map_err(|e| {
            _ = fs::remove_file(&self.path);
            Error::io(&self.path, &e)
        })?;
        spare.give(self.chunks);
        let mut rows = vec![0; arrivals.len()];
        for (row, arrival) in arrivals.iter().enumerate() {
            rows[*arrival as usize] = row as u32;
        }
        Ok(Done { part: self.part, entry: entry(layout, self.file, written), rows })
    }
}

fn entry(layout: &Layout, file: String, written: Written) -> PartEntry {
    let exact = |i: usize| if written.exact[i] { Exactness::Exact } else { Exactness::Fallback };
    let paths = shreds(&layout.table).into_iter().enumerate();
    PartEntry {
        table: layout.table.to_string(),
        file,
        rows: written.rows,
        min: written.min,
        max: written.max,
        shreds: paths.map(|(i, (path, ty))| (path, ty, exact(i))).collect(),
        columns: written.columns,
        companions: written.companions,
        mask: None,
    }
}

/// Takes the lock, which the system gives back when the process ends, however it ends.
fn lock(dir: &Path) -> Result<File, Error> {
    let path = dir.join("lock");
    let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
    let mut file = options.map_err(|e| Error::io(&path, &e))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            _ = file.read_to_string(&mut pid);
            let who = if pid.trim().is_empty() {
                "another process".into()
            } else {
                format!("process {}", pid.trim())
            };
            let message = format!("the lake is being written by {who}");
            return Err(Error::new(&path, message).with_remedy("wait until it has ended"));
        }
        Err(TryLockError::Error(e)) => return Err(Error::io(&path, &e)),
    }
    let mut sign = || {
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "{}", std::process::id())
    };
    sign().map_err(|e| Error::io(&path, &e))?;
    Ok(file)
}

/// Removes what a crashed run left: files of ours that the manifest does not name.
fn remove_leftovers(dir: &Path, manifest: &Manifest) -> Result<(), Error> {
    let parts = manifest.parts.iter().map(|p| p.file.as_str());
    let masks = manifest.parts.iter().filter_map(|p| p.mask.as_ref().map(|(file, _)| file.as_str()));
    let known: HashSet<&str> =
        parts.chain(masks).chain(manifest.rejects.iter().map(String::as_str)).collect();
    for (folder, ending) in FOLDERS.iter().zip([".parquet", ".json", ".ndjson"]) {
        let path = dir.join(folder);
        let entries = fs::read_dir(&path).map_err(|e| Error::io(&path, &e))?;
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(ending) && !known.contains(format!("{folder}/{name}").as_str()) {
                fs::remove_file(entry.path()).map_err(|e| Error::io(&entry.path(), &e))?;
            }
        }
    }
    Ok(())
}

fn write_text(path: &Path, text: &str) -> Result<(), Error> {
    let write = || {
        let mut file = BufWriter::new(File::create(path)?);
        file.write_all(text.as_bytes())?;
        finish(file)
    };
    write().map_err(|e| Error::io(path, &e))
}

/// Makes a file durable.
fn finish(file: BufWriter<File>) -> std::io::Result<()> {
    file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()
}

type Batches = parquet::arrow::arrow_reader::ParquetRecordBatchReader;

fn read_columns(path: &Path, names: &[&str]) -> Result<Batches, Error> {
    let damaged = |e: parquet::errors::ParquetError| {
        Error::new(path, e.to_string()).with_remedy("restore the file from a copy")
    };
    let file = File::open(path).map_err(|e| Error::io(path, &e))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(damaged)?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), names.iter().copied());
    builder.with_projection(mask).with_batch_size(16 * 1024).build().map_err(damaged)
}

/// The sources of the rows of a part.
fn sources_of(path: &Path) -> Result<Vec<i32>, Error> {
    let mut all = Vec::new();
    for batch in read_columns(path, &["_auk_source"])? {
        let batch = batch.map_err(|e| Error::new(path, e.to_string()))?;
        if let Some(column) = batch.column(0).as_any().downcast_ref::<Int32Array>() {
            all.extend_from_slice(column.values());
        }
    }
    Ok(all)
}
