//! The run: reading and parsing in parallel, deciding in order, writing behind.
//!
//! Two batches are under way at a time: one is read and parsed, one decided about.
//!
//! Traps: at most one part is being written while the next is collected, which bounds memory
//! whatever the size of the input. All decisions are taken on one thread, in the order of the
//! records.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::account::{Account, add_name, note_unfinished};
use super::batch::Batch;
use super::files::{self, Candidate};
use super::formats::custom::{self, Custom};
use super::infer::Columns;
use super::reader::{End, Event, Reader, Unreadable};
use super::tape::Tape;
use super::worker::Parsed;
use super::{Error, Options, Progress, Skipped, Summary};
use crate::lake::compact;
use crate::lake::identity::{Place, Rank, Verdict};
use crate::lake::part::ROW_GROUP;
use crate::lake::rows::{Layout, PARTIAL, Rows, Spare, layouts};
use crate::lake::store::{Done, Job, Store, Why};
use crate::lake::{Manifest, Run, Source};
use crate::time::TICKS_PER_DAY;

/// Bytes of collected rows that start the writing of a part.
const PENDING: usize = 160 << 20;
/// Skipped files that a run tells of, at most.
const SKIPPED: usize = 10_000;

/// Rows of a table that wait to become a part.
#[derive(Default)]
struct Pending {
    part: u32,
    chunks: Vec<Rows>,
    keep: Vec<(u32, u32)>,
    bytes: usize,
}

/// Reads the exports under `paths` into the lake, which is made if it is not there.
pub fn run(
    paths: &[PathBuf],
    lake: &Path,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Summary, Error> {
    let start = Instant::now();
    // What was mistyped must not leave a lake behind.
    files::check(paths)?;
    if let Some(name) = &options.table {
        custom::check_name(name).map_err(|message| Error::new(lake, message))?;
    }
    let mut unreadable = Unreadable::new();
    let mut summary = loop {
        match attempt(paths, lake, options, &unreadable, progress)? {
            Attempt::Done(summary) => break *summary,
            Attempt::Broken((path, reason), error) => {
                if unreadable.len() >= TRIES {
                    return Err(error);
                }
                unreadable.insert(path, reason);
            }
        }
    };
    // A lake that is fed in small portions; another writer may do it as well.
    if options.only.is_none()
        && Manifest::read(lake)?.is_some_and(|manifest| compact::is_due(lake, &manifest))
        && let Ok(tables) = compact::run(lake, &options.disk, &options.holder, &|_| {})
    {
        let (before, after) = tables.iter().fold((0, 0), |(b, a), t| (b + t.before, a + t.after));
        summary.notes.push(format!("compacted: {before} parts are {after} now"));
    }
    summary.elapsed = start.elapsed();
    Ok(summary)
}

/// Files that break while they are read, at most. From the second try on each is looked at before.
const TRIES: usize = 4;

/// What a try at the run came to.
enum Attempt {
    Done(Box<Summary>),
    /// An input broke in the middle; the lake is as it was.
    Broken((PathBuf, String), Error),
}

/// Reads all but what is known to be unreadable. Nothing of a source that breaks is kept: its records may
/// have taken the place of others already, so the run begins anew without it.
fn attempt(
    paths: &[PathBuf],
    lake: &Path,
    options: &Options,
    unreadable: &Unreadable,
    progress: &dyn Progress,
) -> Result<Attempt, Error> {
    let mut store = Store::open(lake, &options.disk, &options.holder)?;
    let pool = pool(options, lake)?;
    let notes = std::mem::take(&mut store.notes);
    let reader = || {
        let mut candidates = files::list(paths, Some(lake))?;
        for candidate in &mut candidates {
            if let Candidate::Input(input) = candidate {
                input.fails = options.disk.unreadable(&input.name);
            }
        }
        let any = options.table.is_some();
        let reader = Reader::new(candidates, &store.manifest.sources, &options.passwords, any, unreadable);
        Ok(reader.hashing_late(options.only.is_some()))
    };
    let custom = match &options.table {
        Some(name) => {
            let mut reader = reader()?;
            match custom_table(name, &store, &mut reader, lake) {
                Ok(custom) => custom,
                Err(error) => return broken(&mut reader, error),
            }
        }
        None => None,
    };
    let mut reader = reader()?;
    let writer = Writer::new(store, &pool, options);
    match read(&mut reader, writer, &pool, custom, progress) {
        Ok(mut summary) => {
            summary.notes.extend(notes);
            Ok(Attempt::Done(Box::new(summary)))
        }
        Err(error) => broken(&mut reader, error),
    }
}

fn broken(reader: &mut Reader, error: Error) -> Result<Attempt, Error> {
    match reader.broken.take() {
        Some(input) => Ok(Attempt::Broken(input, error)),
        None => Err(error),
    }
}

fn read(
    reader: &mut Reader,
    mut writer: Writer<'_>,
    pool: &ThreadPool,
    custom: Option<Arc<Custom>>,
    progress: &dyn Progress,
) -> Result<Summary, Error> {
    if let Some(custom) = &custom {
        writer.add_table(custom);
    }
    let spare = Arc::clone(&writer.spare);
    let mut before = Vec::new();
    loop {
        let batch = Batch::new(&spare, custom.as_ref());
        pool.in_place_scope(|scope| {
            batch.begin(scope, reader);
            writer.take(std::mem::take(&mut before), progress)
        })?;
        before = batch.finish()?;
        if before.is_empty() {
            break;
        }
    }
    let mut summary = writer.finish()?;
    summary.table = custom.filter(|_| !summary.sources.is_empty()).map(|custom| custom.entry.clone());
    Ok(summary)
}

/// Looks at all records and says what table they make; `None` when there is none.
fn custom_table(
    name: &str,
    store: &Store,
    reader: &mut Reader,
    path: &Path,
) -> Result<Option<Arc<Custom>>, Error> {
    let (mut columns, mut tape) = (Columns::default(), Tape::default());
    while let Some(event) = reader.next()? {
        if let Event::Chunk(chunk) = event {
            custom::look(&chunk, &mut columns, &mut tape);
            reader.buffers().give(chunk.bytes);
        }
    }
    if columns.records == 0 {
        return Ok(None);
    }
    let known = store.manifest.tables.iter().find(|t| t.name == name);
    let custom = Custom::new(name, known, &columns).map_err(|message| Error::new(path, message))?;
    Ok(Some(Arc::new(custom)))
}

fn pool(options: &Options, path: &Path) -> Result<ThreadPool, Error> {
    let builder = ThreadPoolBuilder::new().num_threads(options.threads.unwrap_or(0));
    builder.build().map_err(|e| Error::new(path, format!("no threads: {e}")))
}

struct Writer<'a> {
    store: Store,
    pool: &'a ThreadPool,
    layouts: Vec<Arc<Layout>>,
    pending: Vec<Pending>,
    accounts: Vec<Account>,
    skipped: Vec<Skipped>,
    rows: Vec<u64>,
    latest: Option<i64>,
    limit: i64,
    spare: Arc<Spare>,
    in_flight: usize,
    sender: Sender<Result<Done, Error>>,
    receiver: Receiver<Result<Done, Error>>,
    run: Run,
}

impl<'a> Writer<'a> {
    fn new(store: Store, pool: &'a ThreadPool, options: &Options) -> Writer<'a> {
        let (sender, receiver) = channel();
        let layouts = layouts().to_vec();
        Writer {
            store,
            pool,
            pending: layouts.iter().map(|_| Pending::default()).collect(),
            accounts: Vec::new(),
            skipped: Vec::new(),
            rows: vec![0; layouts.len()],
            layouts,
            latest: None,
            limit: if options.now > 0 { options.now.saturating_add(TICKS_PER_DAY) } else { i64::MAX },
            spare: Arc::new(Spare::only(options.only.clone())),
            in_flight: 0,
            sender,
            receiver,
            run: Run {
                time: options.now,
                version: env!("CARGO_PKG_VERSION").to_string(),
                case: options.case.clone(),
                examiner: options.examiner.clone(),
                ..Run::default()
            },
        }
    }

    /// Makes room for a table that is not in the catalogue.
    fn add_table(&mut self, custom: &Custom) {
        self.layouts.push(Arc::clone(&custom.layout));
        self.pending.push(Pending::default());
        self.rows.push(0);
        let tables = &mut self.store.manifest.tables;
        tables.retain(|table| table.name != custom.entry.name);
        tables.push(custom.entry.clone());
    }

    /// Takes in a batch.
    fn take(&mut self, batch: Vec<Event<Parsed>>, progress: &dyn Progress) -> Result<(), Error> {
        for event in batch {
            match event {
                Event::Begin(begin) => self.accounts.push(Account::new(begin)),
                Event::Skipped(skipped, size) => {
                    progress.bytes(size);
                    self.skipped.push(skipped);
                }
                Event::End(end) => {
                    progress.bytes(end.read);
                    if let Some(path) = self.end(end)? {
                        progress.file(&path);
                    }
                }
                Event::Chunk(parsed) => {
                    progress.bytes(parsed.read);
                    progress.rows(self.add(parsed)?);
                }
            }
        }
        Ok(())
    }

    /// Takes in what was read of a chunk: counts it, and decides about every row.
    fn add(&mut self, parsed: Parsed) -> Result<u64, Error> {
        let Some(account) = self.accounts.last_mut() else { return Ok(0) };
        let mut seen = parsed.rejected.len() as u64 + parsed.more_rejected;
        account.add_rejected(parsed.rejected, parsed.more_rejected, parsed.unknown);
        account.searches.add(&parsed.found);
        for route in parsed.routes {
            add_name(&mut account.source.routes, route);
        }
        for rows in parsed.tables.into_iter().filter(|rows| !rows.is_empty()) {
            seen += rows.len() as u64;
            self.decide(rows)?;
        }
        if let Some(account) = self.accounts.last_mut() {
            account.source.seen += seen;
        }
        Ok(seen)
    }

    fn decide(&mut self, rows: Rows) -> Result<(), Error> {
        let table = rows.table();
        if !self.spare.wants(&rows.layout.table) {
            return self.pass_by(rows);
        }
        if self.pending[table].keep.len() + rows.len() > ROW_GROUP {
            self.flush(table)?;
        }
        let pending = &mut self.pending[table];
        if pending.chunks.is_empty() {
            pending.part = self.store.new_part();
        }
        let Some(account) = self.accounts.last_mut() else { return Ok(()) };
        add_name(&mut account.source.tables, &self.layouts[table].table);
        let chunk = pending.chunks.len() as u32;
        for (row, meta) in rows.meta.iter().enumerate() {
            let place = Place { part: pending.part, arrival: pending.keep.len() as u32 };
            let rank = Rank::new(meta.flags & PARTIAL != 0, meta.leaves, meta.content);
            account.note_damage(meta.flags);
            if rows.layout.time.is_some() && account.note_time(meta.time, self.limit) {
                self.latest = self.latest.max(Some(meta.time));
            }
            match self.store.identities.add(meta.id, rank, place) {
                Verdict::Duplicate => {
                    account.source.duplicates += 1;
                    self.store.add_copy(&self.layouts[table].table, meta)?;
                    continue;
                }
                Verdict::New => {}
                Verdict::Replaces(old) => self.store.mask(old, Why::Duplicate),
                Verdict::Wins(old) => self.store.mask(old, Why::Superseded),
                Verdict::Loses => self.store.mask(place, Why::Superseded),
            }
            account.source.kept += 1;
            pending.keep.push((chunk, row as u32));
        }
        if pending.keep.last().is_none_or(|(last, _)| *last != chunk) {
            self.spare.give([rows]);
            return Ok(());
        }
        pending.bytes += rows.bytes();
        pending.chunks.push(rows);
        let total: usize = self.pending.iter().map(|p| p.bytes).sum();
        if total >= PENDING {
            let largest = (0..self.pending.len()).max_by_key(|t| self.pending[*t].bytes).unwrap_or(table);
            self.flush(largest)?;
        }
        Ok(())
    }

    /// Counts rows of a table that is not asked for.
    fn pass_by(&mut self, rows: Rows) -> Result<(), Error> {
        let Some(account) = self.accounts.last_mut() else { return Ok(()) };
        for meta in &rows.meta {
            account.note_damage(meta.flags);
            if rows.layout.time.is_some() && account.note_time(meta.time, self.limit) {
                self.latest = self.latest.max(Some(meta.time));
            }
        }
        // Neither kept nor anything else: nobody looked for another copy of them.
        self.spare.give([rows]);
        Ok(())
    }

    /// Hands the collected rows of a table to the pool, once the part before it is written.
    fn flush(&mut self, table: usize) -> Result<(), Error> {
        let pending = std::mem::take(&mut self.pending[table]);
        if pending.keep.is_empty() {
            return Ok(());
        }
        self.rows[table] += pending.keep.len() as u64;
        self.wait(1)?;
        let layout = Arc::clone(&self.layouts[table]);
        let job: Job = self.store.job(pending.part, &layout.table, pending.chunks, pending.keep);
        let (sender, spare) = (self.sender.clone(), Arc::clone(&self.spare));
        self.in_flight += 1;
        self.pool.spawn(move || {
            _ = sender.send(job.run(&layout, &spare));
        });
        Ok(())
    }

    /// Waits until fewer than `most` parts are being written.
    fn wait(&mut self, most: usize) -> Result<(), Error> {
        while self.in_flight >= most {
            let done = self.receiver.recv();
            self.in_flight -= 1;
            let lost = || Error::new(self.store.dir(), "a part was not written");
            self.store.add_part(done.map_err(|_| lost())??);
        }
        Ok(())
    }

    /// Closes the account of the source at hand. One without a single known record is no source.
    fn end(&mut self, end: End) -> Result<Option<PathBuf>, Error> {
        let Some(mut account) = self.accounts.pop() else { return Ok(None) };
        let path = account.path.clone();
        if account.is_foreign() {
            let reason = account.reason();
            self.skipped.push(Skipped { path: account.path, reason, known: false, unreadable: false });
            return Ok(Some(path));
        }
        account.close(end);
        self.store.add_rejects(&std::mem::take(&mut account.rejects))?;
        self.accounts.push(account);
        Ok(Some(path))
    }

    fn finish(mut self) -> Result<Summary, Error> {
        for table in 0..self.layouts.len() {
            self.flush(table)?;
        }
        self.wait(1)?;
        let mut summary = Summary { skipped: std::mem::take(&mut self.skipped), ..Summary::default() };
        self.run.skipped = self.newly_skipped(&summary.skipped);
        if self.accounts.is_empty() && (self.run.skipped.is_empty() || self.store.manifest.generation == 0) {
            return Ok(summary);
        }
        let mut sources: Vec<Source> = self.accounts.into_iter().map(|a| a.source).collect();
        note_unfinished(&mut self.store.manifest.sources, &mut sources);
        let count = sources.len();
        let now = self.latest.map(|time| time.saturating_add(1));
        self.store.manifest.only = self.spare.tables();
        let manifest = self.store.commit(sources, now, self.run)?;
        summary.sources = manifest.sources[manifest.sources.len() - count..].to_vec();
        for source in &summary.sources {
            summary.seen += source.seen;
            summary.kept += source.kept;
            summary.duplicates += source.duplicates;
            summary.superseded += source.superseded;
            summary.rejected += source.rejected;
            summary.bytes += source.size;
        }
        let written = self.layouts.iter().zip(&self.rows).filter(|(_, rows)| **rows > 0);
        summary.tables = written.map(|(layout, rows)| (layout.table.clone(), *rows)).collect();
        Ok(summary)
    }

    /// The files that were not taken in, and of which the lake does not tell yet.
    fn newly_skipped(&self, skipped: &[Skipped]) -> Vec<(String, String)> {
        let told: HashSet<&(String, String)> =
            self.store.manifest.runs.iter().flat_map(|run| &run.skipped).collect();
        let files = skipped.iter().filter(|s| !s.known);
        let files = files.map(|s| (s.path.to_string_lossy().into_owned(), s.reason.clone()));
        files.filter(|file| !told.contains(file)).take(SKIPPED).collect()
    }
}
