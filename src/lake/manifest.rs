//! The manifest: what the lake holds. `manifest.json` is replaced as a whole, atomically, so the
//! lake is always in the state before a run or after it.
//!
//! Trap: times are ticks from year 1, not microseconds. A part's shreds name every path of its
//! table; one whose column is not stored in the file is missing in all rows.

use std::fs;
use std::path::Path;

use super::Error;
use super::disk::Disk;
use super::implied::Implied;
use super::tables::TableDef;
use super::words::Noted;
use crate::json;
use crate::types::{Column, Type};
use crate::value::Value;

/// The version of the layout that this build reads and writes.
pub const VERSION: i64 = 1;
pub const FILE: &str = "manifest.json";

/// May a shredded column stand in for the JSON in this part?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exactness {
    /// Every value present has the declared type: the column is the truth.
    Exact,
    /// Some value does not fit: the JSON must be read.
    Fallback,
}

/// A file that was ingested, and the account of its records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    pub id: u32,
    pub path: String,
    pub size: u64,
    pub sha256: String,
    pub encoding: String,
    pub routes: Vec<String>,
    pub tables: Vec<String>,
    /// seen = kept + duplicates + superseded + rejected
    pub seen: u64,
    pub kept: u64,
    pub duplicates: u64,
    pub superseded: u64,
    pub rejected: u64,
    pub first: Option<i64>,
    pub last: Option<i64>,
    pub notes: Vec<String>,
    /// How the records lie in it: CSV, a JSON array, JSON lines, Parquet.
    pub container: String,
    /// The file on disk, when the source is inside one; `sha256` and `size` are those of the source.
    pub archive: Option<Archive>,
    pub damage: Damage,
    /// Columns (`TABLE.COLUMN`) that the route has no value for, whatever the records say.
    pub not_carried: Vec<String>,
    /// The run that read it.
    pub run: u64,
    /// What `ResultIndex` and `ResultCount` of a search say.
    pub searches: Vec<Search>,
    /// Its last page, when its records come in pages.
    pub page: Option<Page>,
}

/// A page of a list that Graph gives in pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Of which list, as a hash of its `@odata.context`.
    pub list: String,
    /// It names a next page.
    pub more: bool,
    /// It ends before its end.
    pub cut: bool,
}

/// The rows of a search of the unified audit log that a source holds: those searches that promised as many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// `ResultCount`: so many rows there are; 0 with an index of -1 when the service failed.
    pub total: u64,
    /// Rows with it.
    pub rows: u64,
    /// Rows with an index of -1.
    pub failed: u64,
    /// The indexes seen, as ranges from 1, ascending.
    pub ranges: Vec<(u64, u64)>,
}

/// A run of `auk ingest`, or of compaction, that changed the lake.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    pub number: u64,
    /// It took nothing in, and put parts together.
    pub compacted: bool,
    /// When it began, by the clock of the machine.
    pub time: i64,
    pub version: String,
    pub case: Option<String>,
    pub examiner: Option<String>,
    /// Files that were not taken in, with the reason.
    pub skipped: Vec<(String, String)>,
}

/// A compressed file or an archive that sources came out of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Archive {
    /// `gzip` or `zip`.
    pub kind: String,
    pub path: String,
    pub size: u64,
    pub sha256: String,
}

/// Records of a source that were taken in, but not whole; one may count several times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Damage {
    /// Put together from what surrounds them.
    pub partial: u64,
    /// Values were lost before auk saw them.
    pub lossy: u64,
    /// A date or a number could not be read.
    pub unreadable: u64,
    /// Values were in a form of PowerShell's or in a code page, and were read back.
    pub repaired: u64,
    /// A date could be day-first or month-first, and nothing in the source tells.
    pub ambiguous: u64,
}

/// A table that is not in the catalogue: made by `auk ingest --table`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableEntry {
    pub name: String,
    pub columns: Vec<(String, Type)>,
}

impl TableEntry {
    pub fn definition(&self) -> TableDef {
        let columns = self.columns.iter().map(|(name, ty)| Column::new(name, *ty)).collect();
        TableDef::new(&self.name, columns, true)
    }
}

/// A part file, relative to the lake.
#[derive(Clone, Debug, PartialEq)]
pub struct PartEntry {
    pub table: String,
    pub file: String,
    pub rows: u64,
    pub min: Option<i64>,
    pub max: Option<i64>,
    pub columns: Vec<String>,
    pub companions: Vec<String>,
    pub implied: Implied,
    pub shreds: Vec<(String, Type, Exactness)>,
    /// The file with the numbers of the masked rows, and how many they are.
    pub mask: Option<(String, u64)>,
    /// Columns and paths that were left out, as nobody asked for them (`only.rs`).
    pub lacks: Vec<String>,
    /// The kind of the records, where kind and `Id` tell their identities (`ids.rs`); else those are stored.
    pub ids: Option<String>,
    /// Where in the file it says which words a column has.
    pub words: Vec<Noted>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manifest {
    /// Counts the runs that changed the lake.
    pub generation: u64,
    pub next_part: u64,
    pub now: Option<i64>,
    pub tables: Vec<TableEntry>,
    pub sources: Vec<Source>,
    pub parts: Vec<PartEntry>,
    /// Files with rejected records.
    pub rejects: Vec<String>,
    /// Files with the places of records that are not stored, as the lake has the same payload.
    pub copies: Vec<String>,
    pub runs: Vec<Run>,
    /// The SHA-256 of every file that the manifest names.
    pub hashes: Vec<(String, String)>,
    /// The only tables that were taken in, if it was for one question (`only.rs`).
    pub only: Option<Vec<String>>,
}

impl Manifest {
    /// The recorded hash of a file of the lake.
    pub fn hash(&self, file: &str) -> Option<&str> {
        self.hashes.iter().find(|(name, _)| name == file).map(|(_, hash)| hash.as_str())
    }

    /// The files that it names, in the order of their names.
    pub fn files(&self) -> Vec<&str> {
        let masks = self.parts.iter().filter_map(|p| p.mask.as_ref().map(|(file, _)| file.as_str()));
        let parts = self.parts.iter().map(|p| p.file.as_str());
        let lists = self.rejects.iter().chain(&self.copies).map(String::as_str);
        let mut files: Vec<&str> = parts.chain(masks).chain(lists).collect();
        files.sort_unstable();
        files
    }

    /// Reads the manifest of the lake in `dir`; `None` when there is none.
    pub fn read(dir: &Path) -> Result<Option<Manifest>, Error> {
        let path = dir.join(FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(Error::io(&path, &e)),
        };
        let damaged = || {
            let remedy = "restore it from a copy, or ingest the exports again into an empty folder";
            Error::new(&path, "the manifest cannot be read").with_remedy(remedy)
        };
        let value = json::parse(&text).ok_or_else(damaged)?;
        let version = value.member("version").as_i64().ok_or_else(damaged)?;
        if version != VERSION {
            let message = format!("the lake has layout version {version}, this auk reads version {VERSION}");
            return Err(Error::new(&path, message).with_remedy("use the auk that wrote it, or ingest again"));
        }
        manifest(&value).map(Some).ok_or_else(damaged)
    }

    /// Is it of a lake for any question?
    pub fn check_whole(&self, dir: &Path) -> Result<(), Error> {
        if self.only.is_none() {
            return Ok(());
        }
        let message = "the lake was made to answer one question and holds no more than that needs";
        Err(Error::new(dir, message).with_remedy("ingest the exports into an empty folder"))
    }

    /// Replaces the manifest: written beside it, made durable, renamed over it.
    pub fn write(&self, disk: &Disk, dir: &Path) -> Result<(), Error> {
        let text = json::to_text(&self.to_value());
        disk.replace(dir, FILE, &text).map_err(|e| Error::io(&dir.join(FILE), &e))
    }

    fn to_value(&self) -> Value {
        bag(vec![
            ("version", Value::Long(VERSION)),
            ("generation", long(self.generation)),
            ("next_part", long(self.next_part)),
            ("now", time(self.now)),
            ("tables", Value::Array(self.tables.iter().map(table_value).collect())),
            ("sources", Value::Array(self.sources.iter().map(source_value).collect())),
            ("parts", Value::Array(self.parts.iter().map(part_value).collect())),
            ("rejects", texts(&self.rejects)),
            ("copies", texts(&self.copies)),
            ("runs", Value::Array(self.runs.iter().map(run_value).collect())),
            ("hashes", pairs(&self.hashes)),
            ("only", self.only.as_ref().map_or(Value::Null, |tables| texts(tables))),
        ])
    }
}

fn bag(members: Vec<(&str, Value)>) -> Value {
    Value::Bag(members.into_iter().map(|(k, v)| (k.to_string(), v)).collect())
}

fn long(n: u64) -> Value {
    Value::Long(n as i64)
}

fn time(t: Option<i64>) -> Value {
    t.map_or(Value::Null, Value::Long)
}

fn texts(list: &[String]) -> Value {
    Value::Array(list.iter().map(Value::string).collect())
}

fn source_value(s: &Source) -> Value {
    bag(vec![
        ("id", Value::Long(i64::from(s.id))),
        ("path", Value::string(&s.path)),
        ("size", long(s.size)),
        ("sha256", Value::string(&s.sha256)),
        ("encoding", Value::string(&s.encoding)),
        ("routes", texts(&s.routes)),
        ("tables", texts(&s.tables)),
        ("seen", long(s.seen)),
        ("kept", long(s.kept)),
        ("duplicates", long(s.duplicates)),
        ("superseded", long(s.superseded)),
        ("rejected", long(s.rejected)),
        ("first", time(s.first)),
        ("last", time(s.last)),
        ("notes", texts(&s.notes)),
        ("container", Value::string(&s.container)),
        ("archive", s.archive.as_ref().map_or(Value::Null, archive_value)),
        (
            "damage",
            bag(DAMAGE.iter().map(|(name, get)| (*name, long(*get(&mut s.damage.clone())))).collect()),
        ),
        ("not_carried", texts(&s.not_carried)),
        ("run", long(s.run)),
        ("searches", Value::Array(s.searches.iter().map(search_value).collect())),
        ("page", s.page.as_ref().map_or(Value::Null, page_value)),
    ])
}

fn page_value(p: &Page) -> Value {
    let members =
        [("list", Value::string(&p.list)), ("more", Value::Bool(p.more)), ("cut", Value::Bool(p.cut))];
    bag(members.into())
}

fn search_value(s: &Search) -> Value {
    let range = |(from, to): &(u64, u64)| Value::Array(vec![long(*from), long(*to)]);
    bag(vec![
        ("total", long(s.total)),
        ("rows", long(s.rows)),
        ("failed", long(s.failed)),
        ("ranges", Value::Array(s.ranges.iter().map(range).collect())),
    ])
}

fn run_value(r: &Run) -> Value {
    let given = |text: &Option<String>| text.as_ref().map_or(Value::Null, Value::string);
    bag(vec![
        ("number", long(r.number)),
        ("compacted", Value::Bool(r.compacted)),
        ("time", Value::Long(r.time)),
        ("version", Value::string(&r.version)),
        ("case", given(&r.case)),
        ("examiner", given(&r.examiner)),
        ("skipped", pairs(&r.skipped)),
    ])
}

fn pairs(list: &[(String, String)]) -> Value {
    Value::Array(list.iter().map(|(a, b)| Value::Array(vec![Value::string(a), Value::string(b)])).collect())
}

type Counter = fn(&mut Damage) -> &mut u64;

/// The counters by name.
pub const DAMAGE: &[(&str, Counter)] = &[
    ("partial", |d| &mut d.partial),
    ("lossy", |d| &mut d.lossy),
    ("unreadable", |d| &mut d.unreadable),
    ("repaired", |d| &mut d.repaired),
    ("ambiguous", |d| &mut d.ambiguous),
];

fn archive_value(a: &Archive) -> Value {
    bag(vec![
        ("kind", Value::string(&a.kind)),
        ("path", Value::string(&a.path)),
        ("size", long(a.size)),
        ("sha256", Value::string(&a.sha256)),
    ])
}

fn table_value(t: &TableEntry) -> Value {
    let column =
        |(name, ty): &(String, Type)| Value::Array(vec![Value::string(name), Value::string(ty.name())]);
    let columns = Value::Array(t.columns.iter().map(column).collect());
    bag(vec![("name", Value::string(&t.name)), ("columns", columns)])
}

fn words_value(n: &Noted) -> Value {
    Value::Array(vec![Value::string(&n.column), long(n.offset), long(n.length)])
}

fn part_value(p: &PartEntry) -> Value {
    let shred = |(path, ty, exact): &(String, Type, Exactness)| {
        let exact = *exact == Exactness::Exact;
        Value::Array(vec![Value::string(path), Value::string(ty.name()), Value::Bool(exact)])
    };
    let mask = p
        .mask
        .as_ref()
        .map_or(Value::Null, |(file, rows)| bag(vec![("file", Value::string(file)), ("rows", long(*rows))]));
    let [constants, same] = p.implied.members();
    bag(vec![
        ("table", Value::string(&p.table)),
        ("file", Value::string(&p.file)),
        ("rows", long(p.rows)),
        ("min", time(p.min)),
        ("max", time(p.max)),
        ("columns", texts(&p.columns)),
        ("companions", texts(&p.companions)),
        constants,
        same,
        ("shreds", Value::Array(p.shreds.iter().map(shred).collect())),
        ("mask", mask),
        ("lacks", texts(&p.lacks)),
        ("ids", p.ids.as_ref().map_or(Value::Null, Value::string)),
        ("words", Value::Array(p.words.iter().map(words_value).collect())),
    ])
}

fn manifest(v: &Value) -> Option<Manifest> {
    Some(Manifest {
        generation: count(v, "generation")?,
        next_part: count(v, "next_part")?,
        now: v.member("now").as_i64(),
        tables: v.member("tables").as_array().unwrap_or_default().iter().map(table).collect::<Option<_>>()?,
        sources: v.member("sources").as_array()?.iter().map(source).collect::<Option<_>>()?,
        parts: v.member("parts").as_array()?.iter().map(part).collect::<Option<_>>()?,
        rejects: list(v, "rejects")?,
        copies: list(v, "copies").unwrap_or_default(),
        runs: many(v, "runs", run).unwrap_or_default(),
        hashes: read_pairs(&v.member("hashes")).unwrap_or_default(),
        only: list(v, "only"),
    })
}

fn count(v: &Value, key: &str) -> Option<u64> {
    u64::try_from(v.member(key).as_i64()?).ok()
}

fn text(v: &Value, key: &str) -> Option<String> {
    v.member(key).as_str().map(String::from)
}

fn list(v: &Value, key: &str) -> Option<Vec<String>> {
    v.member(key).as_array()?.iter().map(|item| item.as_str().map(String::from)).collect()
}

fn source(v: &Value) -> Option<Source> {
    Some(Source {
        id: u32::try_from(count(v, "id")?).ok()?,
        path: text(v, "path")?,
        size: count(v, "size")?,
        sha256: text(v, "sha256")?,
        encoding: text(v, "encoding")?,
        routes: list(v, "routes")?,
        tables: list(v, "tables")?,
        seen: count(v, "seen")?,
        kept: count(v, "kept")?,
        duplicates: count(v, "duplicates")?,
        superseded: count(v, "superseded")?,
        rejected: count(v, "rejected")?,
        first: v.member("first").as_i64(),
        last: v.member("last").as_i64(),
        notes: list(v, "notes")?,
        container: text(v, "container").unwrap_or_default(),
        archive: archive(&v.member("archive"))?,
        damage: damage(&v.member("damage")),
        not_carried: list(v, "not_carried").unwrap_or_default(),
        run: count(v, "run").unwrap_or_default(),
        searches: many(v, "searches", search).unwrap_or_default(),
        page: page(&v.member("page")),
    })
}

/// Every item of a list; `None` when one cannot be read.
fn many<T>(v: &Value, key: &str, read: fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    v.member(key).as_array()?.iter().map(read).collect()
}

fn page(v: &Value) -> Option<Page> {
    let is = |key: &str| v.member(key) == Value::Bool(true);
    Some(Page { list: text(v, "list")?, more: is("more"), cut: is("cut") })
}

fn search(v: &Value) -> Option<Search> {
    let number = |item: &Value, at| u64::try_from(item.element(at).as_i64()?).ok();
    let ranges = v.member("ranges");
    let ranges = ranges.as_array()?.iter().map(|item| Some((number(item, 0)?, number(item, 1)?)));
    Some(Search {
        total: count(v, "total")?,
        rows: count(v, "rows")?,
        failed: count(v, "failed")?,
        ranges: ranges.collect::<Option<_>>()?,
    })
}

fn run(v: &Value) -> Option<Run> {
    Some(Run {
        number: count(v, "number")?,
        compacted: v.member("compacted") == Value::Bool(true),
        time: v.member("time").as_i64()?,
        version: text(v, "version")?,
        case: text(v, "case"),
        examiner: text(v, "examiner"),
        skipped: read_pairs(&v.member("skipped"))?,
    })
}

fn read_pairs(v: &Value) -> Option<Vec<(String, String)>> {
    let pair =
        |item: &Value| Some((item.element(0).as_str()?.to_string(), item.element(1).as_str()?.to_string()));
    v.as_array()?.iter().map(pair).collect()
}

/// The archive, if there is one; `None` when it cannot be read.
fn archive(v: &Value) -> Option<Option<Archive>> {
    if v.is_null() {
        return Some(None);
    }
    let (kind, path) = (text(v, "kind")?, text(v, "path")?);
    Some(Some(Archive { kind, path, size: count(v, "size")?, sha256: text(v, "sha256")? }))
}

fn damage(v: &Value) -> Damage {
    let mut damage = Damage::default();
    for (name, get) in DAMAGE {
        *get(&mut damage) = count(v, name).unwrap_or_default();
    }
    damage
}

fn table(v: &Value) -> Option<TableEntry> {
    let column = |item: &Value| {
        Some((item.element(0).as_str()?.to_string(), Type::from_name(item.element(1).as_str()?)?))
    };
    let columns = v.member("columns").as_array()?.iter().map(column).collect::<Option<_>>()?;
    Some(TableEntry { name: text(v, "name")?, columns })
}

fn words(v: &Value) -> Option<Noted> {
    let number = |at| u64::try_from(v.element(at).as_i64()?).ok();
    Some(Noted { column: v.element(0).as_str()?.to_string(), offset: number(1)?, length: number(2)? })
}

fn part(v: &Value) -> Option<PartEntry> {
    let shred = |item: &Value| {
        let exact = item.element(2).as_bool()?;
        let exact = if exact { Exactness::Exact } else { Exactness::Fallback };
        Some((item.element(0).as_str()?.to_string(), Type::from_name(item.element(1).as_str()?)?, exact))
    };
    let mask = v.member("mask");
    Some(PartEntry {
        table: text(v, "table")?,
        file: text(v, "file")?,
        rows: count(v, "rows")?,
        min: v.member("min").as_i64(),
        max: v.member("max").as_i64(),
        columns: list(v, "columns")?,
        companions: list(v, "companions")?,
        implied: Implied::of_members(v)?,
        shreds: v.member("shreds").as_array()?.iter().map(shred).collect::<Option<_>>()?,
        mask: if mask.is_null() { None } else { Some((text(&mask, "file")?, count(&mask, "rows")?)) },
        lacks: list(v, "lacks").unwrap_or_default(),
        ids: text(v, "ids"),
        words: many(v, "words", words).unwrap_or_default(),
    })
}
