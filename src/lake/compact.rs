//! Many small parts of a table into few large ones in time order: what a lake becomes that is fed every hour.
//!
//! Rows keep all they have: their provenance, and whether they are masked, for a masked row is evidence, too.
//! The parts of a table are taken in the order of their times and put together as long as the rows fit into
//! one part; what a table has at a time in memory is one new part. The manifest is replaced at the end, at
//! once; the old files go when no one reads them.
//!
//! Trap: a second run finds nothing to do, or joins what became neighbours. A part is small when it has less than
//! half of the rows that it may have, and a file of less than 8 MB; two neighbours that would be too large together are not put together, by this run or the next.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::disk::Disk;
use super::lock::{Holder, Lock, let_readers};
use super::manifest::{Manifest, PartEntry, Run};
use super::part::{self, ROW_GROUP};
use super::readback;
use super::rows::{Layout, Rows};
use super::store::{entry, publish, remove_leftovers};
use super::{Error, MaskedRows, no_lake, read_mask};

/// A part with fewer rows is small …
const SMALL: u64 = ROW_GROUP as u64 / 2;
/// … if its file is, too: a few long records fill a part, and to read it for nothing takes time.
const SMALL_FILE: u64 = 8 << 20;
/// Bytes of the rows of a new part, at most, unless one old part has more.
const MOST: usize = 192 << 20;
/// With so many small parts of a table ingest compacts the lake by itself.
const TOO_MANY: usize = 64;

/// What became of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compacted {
    pub table: String,
    pub rows: u64,
    pub masked: u64,
    /// Parts before and after.
    pub before: usize,
    pub after: usize,
    /// Bytes of the table's files before and after.
    pub bytes_before: u64,
    pub bytes_after: u64,
}

fn is_small(dir: &Path, part: &PartEntry) -> bool {
    part.rows < SMALL && fs::metadata(dir.join(&part.file)).is_ok_and(|about| about.len() < SMALL_FILE)
}

/// Does a table have so many small parts that queries and ingest get slow?
pub fn is_due(dir: &Path, manifest: &Manifest) -> bool {
    let mut small: HashMap<&str, usize> = HashMap::new();
    let parts = manifest.parts.iter().filter(|part| is_small(dir, part));
    parts.for_each(|part| *small.entry(&part.table).or_default() += 1);
    small.values().any(|count| *count > TOO_MANY)
}

/// How many rows a run may have to write.
pub fn rows_to_write(dir: &Path, manifest: &Manifest) -> u64 {
    manifest.parts.iter().filter(|part| is_small(dir, part)).map(|part| part.rows).sum()
}

/// Compacts the lake in `dir`. `progress` is told of rows that have been read.
pub fn run(
    dir: &Path,
    disk: &Disk,
    holder: &Holder,
    progress: &dyn Fn(u64),
) -> Result<Vec<Compacted>, Error> {
    Manifest::read(dir)?.ok_or_else(|| no_lake(dir))?;
    let (_lock, _) = Lock::take(dir, holder)?;
    let_readers(dir)?;
    let manifest = Manifest::read(dir)?.ok_or_else(|| no_lake(dir))?;
    // Those of a run that ended before it could: there may be nothing else to do.
    remove_leftovers(disk, dir, &manifest);
    let mut work = Work { dir, disk, generation: manifest.generation + 1, manifest, made: BTreeMap::new() };
    let before = work.manifest.parts.clone();
    let sizes = sizes(dir, &before);
    let mut tables: Vec<String> = before.iter().map(|p| p.table.clone()).collect();
    tables.sort();
    tables.dedup();
    let done = tables.iter().try_for_each(|table| work.table(table, progress));
    let done = done.and_then(|()| work.commit(holder.since));
    if done.is_err()
        && let Ok(Some(is)) = Manifest::read(dir)
    {
        // What was written so far is no part of the lake.
        remove_leftovers(disk, dir, &is);
    }
    done?;
    let now = self::sizes(dir, &work.manifest.parts);
    Ok(tables
        .iter()
        .map(|table| {
            let mut summary = summary(table, &before, &work.manifest.parts);
            summary.bytes_before = sizes.get(table).copied().unwrap_or_default();
            summary.bytes_after = now.get(table).copied().unwrap_or_default();
            summary
        })
        .collect())
}

/// Bytes of the parts of every table.
fn sizes(dir: &Path, parts: &[PartEntry]) -> HashMap<String, u64> {
    let mut sizes: HashMap<String, u64> = HashMap::new();
    for part in parts {
        let size = fs::metadata(dir.join(&part.file)).map_or(0, |about| about.len());
        *sizes.entry(part.table.clone()).or_default() += size;
    }
    sizes
}

fn summary(table: &str, before: &[PartEntry], after: &[PartEntry]) -> Compacted {
    let of = |parts: &[PartEntry]| parts.iter().filter(|p| p.table == table).cloned().collect::<Vec<_>>();
    let (before, after) = (of(before), of(after));
    Compacted {
        table: table.to_string(),
        rows: after.iter().map(|p| p.rows).sum(),
        masked: after.iter().filter_map(|p| p.mask.as_ref().map(|(_, rows)| *rows)).sum(),
        before: before.len(),
        after: after.len(),
        ..Compacted::default()
    }
}

struct Work<'a> {
    dir: &'a Path,
    disk: &'a Disk,
    generation: u64,
    manifest: Manifest,
    /// By the place of an old part: the new part that stands there, or nothing, where it went into another.
    made: BTreeMap<usize, Option<PartEntry>>,
}

/// Parts that become one.
#[derive(Default)]
struct Group {
    places: Vec<usize>,
    rows: Vec<Rows>,
    masks: Vec<MaskedRows>,
    count: usize,
    bytes: usize,
}

impl Group {
    /// The masked rows by their place in `order` (part, row), each still for its own reason.
    fn mask(&self, order: &[(u32, u32)]) -> MaskedRows {
        let places = |list: fn(&MaskedRows) -> &[u64]| {
            let rows: Vec<HashSet<u64>> =
                self.masks.iter().map(|mask| list(mask).iter().copied().collect()).collect();
            let is_in = |(part, row): (u32, u32)| rows[part as usize].contains(&u64::from(row));
            (0..order.len() as u64).filter(|at| is_in(order[*at as usize])).collect()
        };
        MaskedRows { superseded: places(|mask| &mask.superseded), doubled: places(|mask| &mask.doubled) }
    }
}

impl Work<'_> {
    fn table(&mut self, table: &str, progress: &dyn Fn(u64)) -> Result<(), Error> {
        let parts = &self.manifest.parts;
        let small = |at: &usize| parts[*at].table == table && is_small(self.dir, &parts[*at]);
        let mut small: Vec<usize> = (0..parts.len()).filter(small).collect();
        small.sort_by_key(|at| (parts[*at].min, parts[*at].max, *at));
        let Some(layout) = readback::layout_of(table, &self.manifest.tables).filter(|_| small.len() > 1)
        else {
            return Ok(());
        };
        let mut group = Group::default();
        for at in small {
            let part = &self.manifest.parts[at];
            let rows = readback::read(&self.dir.join(&part.file), part, &layout)?;
            progress(part.rows);
            let Some(rows) = rows else { continue };
            let mask = read_mask(self.dir, part)?;
            if group.count + rows.len() > ROW_GROUP || group.bytes + rows.bytes() > MOST {
                self.write(std::mem::take(&mut group), &layout)?;
            }
            group.places.push(at);
            group.count += rows.len();
            group.bytes += rows.bytes();
            group.rows.push(rows);
            group.masks.push(mask);
        }
        self.write(group, &layout)
    }

    /// Writes the new part of a group, if there is more than one in it.
    fn write(&mut self, group: Group, layout: &Arc<Layout>) -> Result<(), Error> {
        if group.places.len() < 2 {
            return Ok(());
        }
        let all = group.rows.iter().enumerate();
        let mut order: Vec<(u32, u32)> = all
            .flat_map(|(chunk, rows)| (0..rows.len() as u32).map(move |row| (chunk as u32, row)))
            .collect();
        order.sort_by_key(|(chunk, row)| group.rows[*chunk as usize].meta[*row as usize].time);
        self.manifest.next_part += 1;
        let stem = format!("{}-{:06}", layout.table, self.manifest.next_part);
        let file = format!("parts/{stem}.parquet");
        let path = self.dir.join(&file);
        let failed = |e: std::io::Error| Error::io(&path, &e);
        let written = part::write(self.disk, &path, &group.rows, &order, None).map_err(failed)?;
        self.manifest.hashes.push((file.clone(), written.sha256.clone()));
        let mut new = entry(layout, file, written);
        let mask = group.mask(&order);
        if !mask.all().is_empty() {
            let name = format!("masks/{stem}.{}.json", self.generation);
            let (count, hash) = mask.write(self.disk, self.dir, &name)?;
            self.manifest.hashes.push((name.clone(), hash));
            new.mask = Some((name, count));
        }
        let first = group.places.iter().copied().min().unwrap_or_default();
        group.places.iter().for_each(|at| _ = self.made.insert(*at, None));
        self.made.insert(first, Some(new));
        Ok(())
    }

    fn commit(&mut self, time: i64) -> Result<(), Error> {
        if self.made.is_empty() {
            return Ok(());
        }
        let old = std::mem::take(&mut self.manifest.parts).into_iter().enumerate();
        self.manifest.parts = old
            .filter_map(|(at, part)| match self.made.get(&at) {
                None => Some(part),
                Some(new) => new.clone(),
            })
            .collect();
        self.manifest.generation = self.generation;
        let version = env!("CARGO_PKG_VERSION").to_string();
        let run = Run { number: self.generation, compacted: true, time, version, ..Run::default() };
        self.manifest.runs.push(run);
        publish(self.disk, self.dir, &mut self.manifest)
    }
}
