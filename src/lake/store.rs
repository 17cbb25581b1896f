//! The writer's side of a lake: the lock, the identities of what is there, new parts, masks,
//! rejects, and the one commit at the end of a run.
//!
//! Trap: until `commit` the manifest knows nothing of the new files, so a run that dies leaves the
//! lake as it was. A row is masked by its number in the file; while it is being collected it is
//! known by its arrival, and the two differ as parts are sorted by time.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use arrow::array::{Array, Int32Array, Int64Array};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use rayon::prelude::*;

use super::disk::Disk;
use super::hashed::{self, Hashed};
use super::identity::{ARRIVALS, Identities, PARTS, Place, Rank};
use super::lock::{self, Holder, Lock};
use super::manifest::{Exactness, Manifest, PartEntry, Run, Source};
use super::part::{self, Written};
use super::rows::{Layout, Meta, PARTIAL, Rows, Spare};
use super::shreds::shreds;
use super::{Error, copies, ids, read_mask};

/// The folders of the lake's own files, and how those end.
pub const FOLDERS: [(&str, &str); 4] =
    [("parts", ".parquet"), ("masks", ".json"), ("rejects", ".ndjson"), ("copies", ".parquet")];

/// Is it the name of a file that a run writes there? What no manifest names is left over then: from a run that was
/// broken off, or replaced while someone was reading it.
pub fn is_made(folder: &str, name: &str) -> bool {
    let number = |text: &str| text.len() >= 6 && text.bytes().all(|b| b.is_ascii_digit());
    let part = |stem: &str| stem.rsplit_once('-').is_some_and(|(_, last)| number(last));
    let Some((_, ending)) = FOLDERS.iter().find(|(known, _)| *known == folder) else { return false };
    let Some(stem) = name.strip_suffix(ending) else { return false };
    match folder {
        "parts" => part(stem),
        "masks" => stem.rsplit_once('.').is_some_and(|(stem, run)| part(stem) && run.parse::<u64>().is_ok()),
        _ => number(stem),
    }
}

/// Parts whose identities are read side by side when a lake is opened.
const PARTS_AT_A_TIME: usize = 8;

/// A lake that is open for appending.
pub struct Store {
    dir: PathBuf,
    _lock: Lock,
    disk: Disk,
    /// What is worth knowing about the run before.
    pub notes: Vec<String>,
    pub manifest: Manifest,
    pub identities: Identities,
    old_parts: u32,
    /// Parts of this run by number, with the row that each arrival has become.
    new_parts: BTreeMap<u32, (PartEntry, Vec<u32>)>,
    next_place: u32,
    masked: HashMap<u32, Vec<Mask>>,
    /// The run's file of rejects, once there is one.
    rejects: Option<(String, BufWriter<Hashed>)>,
    /// The run's file of copies, once there is one.
    copies: Option<(String, copies::Writer)>,
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
    disk: Disk,
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
    sha256: String,
}

impl Store {
    /// Opens or makes the lake in `dir` and takes its lock.
    pub fn open(dir: &Path, disk: &Disk, holder: &Holder) -> Result<Store, Error> {
        for (folder, _) in FOLDERS {
            let path = dir.join(folder);
            fs::create_dir_all(&path).map_err(|e| Error::io(&path, &e))?;
        }
        let (lock, broken_off) = Lock::take(dir, holder)?;
        lock::let_readers(dir)?;
        let manifest = match Manifest::read(dir)? {
            Some(manifest) => manifest,
            // Only a first run that was broken off leaves parts without a manifest.
            None if broken_off.is_none() && has_parts(dir) => {
                let remedy =
                    "its parts are there: restore manifest.json from a copy, or name an empty folder";
                return Err(Error::new(dir, "the lake has no manifest.json").with_remedy(remedy));
            }
            None => Manifest::default(),
        };
        remove_leftovers(disk, dir, &manifest);
        manifest.check_whole(dir)?;
        let old_parts = manifest.parts.len() as u32;
        let mut store = Store {
            dir: dir.to_path_buf(),
            _lock: lock,
            disk: disk.clone(),
            notes: broken_off.iter().map(|who| format!("{who} {BROKEN_OFF}")).collect(),
            manifest,
            identities: Identities::default(),
            old_parts,
            new_parts: BTreeMap::new(),
            next_place: old_parts,
            masked: HashMap::new(),
            rejects: None,
            copies: None,
        };
        store.load_identities()?;
        Ok(store)
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Reads who is in the lake, some parts at a time.
    fn load_identities(&mut self) -> Result<(), Error> {
        let numbered: Vec<(u32, &PartEntry)> = (0..).zip(&self.manifest.parts).collect();
        for some in numbered.chunks(PARTS_AT_A_TIME) {
            let read = some.par_iter().map(|(number, entry)| identities(&self.dir, *number, entry));
            let read: Vec<Vec<(u128, Rank)>> = read.collect::<Result<_, Error>>()?;
            for ((part, entry), rows) in some.iter().zip(read) {
                let (part, mask) = (*part, read_mask(&self.dir, entry)?);
                let masked: HashSet<u64> = mask.all().into_iter().collect();
                for (arrival, (id, rank)) in (0..).zip(rows) {
                    if masked.contains(&u64::from(arrival)) {
                        self.identities.add_loser(id, rank);
                    } else {
                        self.identities.add(id, rank, Place { part, arrival });
                    }
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
        Job { part, disk: self.disk.clone(), path: self.dir.join(&file), file, chunks, keep }
    }

    pub fn add_part(&mut self, done: Done) {
        self.manifest.hashes.push((done.entry.file.clone(), done.sha256));
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
            let file = Hashed::create(&self.disk, &path).map_err(failed)?;
            self.rejects = Some((name, BufWriter::new(file)));
        }
        let Some((_, file)) = &mut self.rejects else { return Ok(()) };
        lines.iter().try_for_each(|line| writeln!(file, "{line}")).map_err(failed)
    }

    /// Remembers where the record is that the lake has already.
    pub fn add_copy(&mut self, table: &str, meta: &Meta) -> Result<(), Error> {
        let (name, writer) = match &mut self.copies {
            Some(known) => known,
            none => {
                let name = format!("copies/{:06}.parquet", self.manifest.generation + 1);
                let path = self.dir.join(&name);
                let writer = copies::Writer::create(&self.disk, &path).map_err(|e| Error::io(&path, &e))?;
                none.insert((name, writer))
            }
        };
        writer.add(table, meta).map_err(|e| Error::io(&self.dir.join(name), &e))
    }

    /// Makes the run part of the lake: masks, rejects, copies, then the manifest.
    pub fn commit(
        mut self,
        mut sources: Vec<Source>,
        now: Option<i64>,
        mut run: Run,
    ) -> Result<Manifest, Error> {
        let generation = self.manifest.generation + 1;
        self.manifest.generation = generation;
        run.number = generation;
        sources.iter_mut().for_each(|source| source.run = generation);
        self.manifest.runs.push(run);
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
            let hash = hashed::finish(file).map_err(|e| Error::io(&self.dir.join(&name), &e))?;
            self.manifest.hashes.push((name.clone(), hash));
            self.manifest.rejects.push(name);
        }
        if let Some((name, writer)) = self.copies.take() {
            let hash = writer.finish().map_err(|e| Error::io(&self.dir.join(&name), &e))?;
            self.manifest.hashes.push((name.clone(), hash));
            self.manifest.copies.push(name);
        }
        publish(&self.disk, &self.dir, &mut self.manifest)?;
        Ok(std::mem::take(&mut self.manifest))
    }

    /// Masks more rows of a part, and sets their sources' accounts right.
    fn write_mask(&mut self, number: usize, masks: &[Mask], generation: u64) -> Result<(), Error> {
        let entry = &self.manifest.parts[number];
        let sources = sources_of(&self.dir.join(&entry.file))?;
        let mut old = read_mask(&self.dir, entry)?;
        for mask in masks {
            let list = if mask.why == Why::Superseded { &mut old.superseded } else { &mut old.doubled };
            list.push(u64::from(mask.row));
        }
        for list in [&mut old.superseded, &mut old.doubled] {
            list.sort_unstable();
            list.dedup();
        }
        let stem = entry.file.trim_start_matches("parts/").trim_end_matches(".parquet");
        let name = format!("masks/{stem}.{generation}.json");
        let (count, hash) = old.write(&self.disk, &self.dir, &name)?;
        self.manifest.hashes.push((name.clone(), hash));
        self.manifest.parts[number].mask = Some((name, count));
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
        let time = |(chunk, row): &(u32, u32)| self.chunks[*chunk as usize].meta[*row as usize].time;
        let mut arrivals: Vec<(i64, u32)> = self.keep.iter().map(time).zip(0..).collect();
        arrivals.sort_by_key(|(time, _)| *time);
        let order: Vec<(u32, u32)> =
            arrivals.iter().map(|(_, arrival)| self.keep[*arrival as usize]).collect();
        let only = spare.columns(&layout.table);
        let written = part::write(&self.disk, &self.path, &self.chunks, &order, only).map_err(|e| {
            _ = fs::remove_file(&self.path);
            Error::io(&self.path, &e)
        })?;
        spare.give(self.chunks);
        let mut rows = vec![0; arrivals.len()];
        for (row, (_, arrival)) in arrivals.iter().enumerate() {
            rows[*arrival as usize] = row as u32;
        }
        let sha256 = written.sha256.clone();
        Ok(Done { part: self.part, entry: entry(layout, self.file, written), rows, sha256 })
    }
}

pub fn entry(layout: &Layout, file: String, written: Written) -> PartEntry {
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
        implied: written.implied,
        mask: None,
        lacks: written.lacks,
        ids: written.ids.map(String::from),
        words: written.words,
    }
}

impl Drop for Store {
    /// A run that failed leaves nothing behind, so that the next one finds the room that there was.
    fn drop(&mut self) {
        self.rejects = None;
        self.copies = None;
        if let Ok(manifest) = Manifest::read(&self.dir) {
            remove_leftovers(&self.disk, &self.dir, &manifest.unwrap_or_default());
        }
    }
}

/// What is said of a run that did not end by itself.
const BROKEN_OFF: &str =
    "was broken off; the lake is as the run before it left it, or as that one finished it";

/// The one commit: what was written is made durable, then the manifest names it. Hashes of files that it names
/// no more are dropped.
pub fn publish(disk: &Disk, dir: &Path, manifest: &mut Manifest) -> Result<(), Error> {
    let files: HashSet<String> = manifest.files().into_iter().map(String::from).collect();
    manifest.hashes.retain(|(name, _)| files.contains(name));
    manifest.hashes.sort();
    FOLDERS.iter().for_each(|(folder, _)| disk.sync_folder(&dir.join(folder)));
    manifest.write(disk, dir)?;
    remove_leftovers(disk, dir, manifest);
    Ok(())
}

fn has_parts(dir: &Path) -> bool {
    fs::read_dir(dir.join("parts")).is_ok_and(|mut files| files.next().is_some())
}

/// Removes files of ours that the manifest does not name: what a crashed run left, and what a commit has
/// replaced. While someone reads the lake they stay, for a later run to remove; and so does what cannot be
/// removed, as it does no harm.
pub fn remove_leftovers(disk: &Disk, dir: &Path, manifest: &Manifest) {
    let Some(_no_reader) = lock::no_reader(dir) else { return };
    let known: HashSet<&str> = manifest.files().into_iter().collect();
    for (folder, ending) in FOLDERS {
        for entry in fs::read_dir(dir.join(folder)).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(ending) && !known.contains(format!("{folder}/{name}").as_str()) {
                _ = disk.remove(&entry.path());
            }
        }
    }
}

pub type Batches = parquet::arrow::arrow_reader::ParquetRecordBatchReader;

/// The rows of a part: some columns, or all.
pub fn read_columns(path: &Path, names: Option<&[&str]>) -> Result<Batches, Error> {
    let damaged = |e: parquet::errors::ParquetError| {
        Error::new(path, e.to_string()).with_remedy("restore the file from a copy")
    };
    let file = File::open(path).map_err(|e| Error::io(path, &e))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(damaged)?;
    let mask = match names {
        Some(names) => ProjectionMask::columns(builder.parquet_schema(), names.iter().copied()),
        None => ProjectionMask::all(),
    };
    builder.with_projection(mask).with_batch_size(16 * 1024).build().map_err(damaged)
}

/// The records of a part, by its provenance columns.
fn identities(dir: &Path, number: u32, entry: &PartEntry) -> Result<Vec<(u128, Rank)>, Error> {
    let path = dir.join(&entry.file);
    let damaged = |message: String| Error::new(&path, message).with_remedy("restore the file from a copy");
    if number >= PARTS || entry.rows > u64::from(ARRIVALS) {
        return Err(damaged(format!("a lake has at most {PARTS} parts of {ARRIVALS} rows")));
    }
    let names = [ids::column(entry), "_auk_content", "_auk_leaves", "_auk_flags"];
    let mut all = Vec::with_capacity(entry.rows as usize);
    for batch in read_columns(&path, Some(&names))? {
        let batch = batch.map_err(|e| damaged(e.to_string()))?;
        let column = |name: &str| batch.column_by_name(name).map(|c| c.as_any());
        let content = column("_auk_content").and_then(|c| c.downcast_ref::<Int64Array>());
        let leaves = column("_auk_leaves").and_then(|c| c.downcast_ref::<Int32Array>());
        let flags = column("_auk_flags").and_then(|c| c.downcast_ref::<Int32Array>());
        let (Some(ids), Some(content), Some(leaves), Some(flags)) =
            (ids::of(entry, &batch), content, leaves, flags)
        else {
            return Err(damaged("the provenance columns are missing".into()));
        };
        all.extend(ids.into_iter().enumerate().map(|(at, id)| {
            let partial = flags.value(at) & i32::from(PARTIAL) != 0;
            (id, Rank::new(partial, leaves.value(at) as u32, content.value(at) as u64))
        }));
    }
    Ok(all)
}

/// The sources of the rows of a part.
fn sources_of(path: &Path) -> Result<Vec<i32>, Error> {
    let mut all = Vec::new();
    for batch in read_columns(path, Some(&["_auk_source"]))? {
        let batch = batch.map_err(|e| Error::new(path, e.to_string()))?;
        if let Some(column) = batch.column(0).as_any().downcast_ref::<Int32Array>() {
            all.extend_from_slice(column.values());
        }
    }
    Ok(all)
}
