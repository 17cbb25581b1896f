//! `auk trace`: from a row back to the bytes of its record, and of every copy of it.
//!
//! Trap: bytes are shown only out of a source that has the hash it had when it was ingested. Any other bytes
//! are not the evidence.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::AsArray;

use super::failure::Failure;
use super::ingest::{Passwords, formats};
use super::output;
use super::terminal::Terminal;
use super::{Done, Outcome};
use crate::audit::verify;
use crate::ingest::evidence::{self, Again, Lost};
use crate::lake::copies::{self, Copy, Standing};
use crate::lake::ids;
use crate::lake::rows::{AMBIGUOUS, LOSSY, PARTIAL, REPAIRED, UNREADABLE};
use crate::lake::store::read_columns;
use crate::lake::{Error, Lake, Reject, Source};
use crate::report::push_visible;

/// Show the bytes of a record in its source, and of every copy of it
///
/// Takes the id of a record (the column Id), or SOURCE:ORDINAL as the columns _auk_source and _auk_ordinal of
/// a row have it. Bytes are those of the decoded stream, also inside gzip and zip. Exit code 3: a source is
/// gone or has changed; its bytes are not shown.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  auk trace --lake lake PIM_852fecd5-5419-4d4f-8238-cb0f43dafc72_ABCDE_37744\n  auk trace --lake lake 4:87 --raw -o record.json"
)]
pub struct Args {
    /// The id of a record, or SOURCE:ORDINAL
    #[arg(value_name = "ID|SOURCE:ORDINAL")]
    record: String,

    /// The lake that `auk ingest` made
    #[arg(long, value_name = "DIR")]
    lake: PathBuf,

    /// Where the sources are today, if they were moved
    #[arg(long, value_name = "DIR")]
    sources: Option<PathBuf>,

    /// Write the exact bytes of one copy, and nothing else
    #[arg(long)]
    raw: bool,

    /// Which copy --raw writes: its number in the list, from 1
    #[arg(long, value_name = "N", default_value_t = 1, requires = "raw")]
    copy: usize,

    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    secrets: Passwords,
}

pub fn run(args: &Args, _: &Terminal) -> Done {
    let lake = Lake::open(&args.lake)?;
    let place = args.record.split_once(':').and_then(|(s, o)| Some((s.parse().ok()?, o.parse().ok()?)));
    let copies = find(&lake, &args.record, place)?;
    let traced = match place {
        Some((source, ordinal)) if copies.is_empty() => match rejected(&lake, source, ordinal)? {
            Some(reject) => vec![of_reject(source, &reject)],
            None => Vec::new(),
        },
        _ => copies.into_iter().map(|copy| Traced { copy, reject: None }).collect(),
    };
    if traced.is_empty() {
        let failure = Failure::usage(format!("the lake has no record '{}'", args.record));
        return Err(
            failure.with_help("give the Id of a row, or its _auk_source and _auk_ordinal as SOURCE:ORDINAL")
        );
    }
    let read = read(&lake, &traced, args)?;
    if args.raw {
        return raw(args, &traced, &read);
    }
    let mut out = String::new();
    for number in 0..traced.len() {
        tell(&lake, &args.record, number, &traced, &read, &mut out);
    }
    match &args.output {
        None => output::text(&out)?,
        Some(path) => output::replace(path, |file| Ok(file.write_all(out.as_bytes())?))?,
    }
    Ok(if read.values().any(|r| r.is_err()) { Outcome::Changed } else { Outcome::Done })
}

/// A record, and why it is in no table, if it is in none.
struct Traced {
    copy: Copy,
    reject: Option<String>,
}

/// The copies of the records of that id or place, the one that shows first.
fn find(lake: &Lake, id: &str, place: Option<(u32, u64)>) -> Result<Vec<Copy>, Error> {
    let mut wanted: HashSet<(Arc<str>, u128)> = HashSet::new();
    match place {
        Some((source, ordinal)) => copies::each(lake, |copy| {
            if copy.source == source && copy.ordinal == ordinal {
                wanted.insert((copy.table, copy.id));
            }
        })?,
        None => by_id(lake, id, &mut wanted)?,
    }
    let mut found = Vec::new();
    if !wanted.is_empty() {
        copies::each(lake, |copy| {
            if wanted.contains(&(Arc::clone(&copy.table), copy.id)) {
                found.push(copy);
            }
        })?;
    }
    found.sort_by_key(|c| (Arc::clone(&c.table), c.id, c.standing, c.source, c.ordinal));
    Ok(found)
}

/// The identities of the rows whose `Id` it is; guids compare without case.
fn by_id(lake: &Lake, id: &str, wanted: &mut HashSet<(Arc<str>, u128)>) -> Result<(), Error> {
    for entry in lake.manifest().parts.iter().filter(|p| p.columns.iter().any(|c| c == "Id")) {
        let path = lake.dir().join(&entry.file);
        for batch in read_columns(&path, Some(&["Id", ids::column(entry)]))? {
            let batch = batch.map_err(|e| Error::new(&path, e.to_string()))?;
            let texts = batch.column_by_name("Id").and_then(|c| c.as_string_opt::<i32>());
            let (Some(texts), Some(keys)) = (texts, ids::of(entry, &batch)) else { continue };
            for row in (0..batch.num_rows()).filter(|row| texts.value(*row).eq_ignore_ascii_case(id)) {
                wanted.insert((entry.table.as_str().into(), keys[row]));
            }
        }
    }
    Ok(())
}

fn rejected(lake: &Lake, source: u32, ordinal: u64) -> Result<Option<Reject>, Error> {
    let Some(path) = lake.sources().iter().find(|s| s.id == source).map(|s| &s.path) else { return Ok(None) };
    Ok(lake.rejects()?.into_iter().find(|r| r.source == *path && r.ordinal == ordinal))
}

fn of_reject(source: u32, reject: &Reject) -> Traced {
    let copy = Copy {
        table: "".into(),
        id: 0,
        standing: Standing::Superseded,
        source,
        ordinal: reject.ordinal,
        offset: reject.offset,
        length: reject.length,
        route: "".into(),
        flags: 0,
    };
    Traced { copy, reject: Some(reject.reason.clone()) }
}

type Read = BTreeMap<u32, Result<Again, Lost>>;

/// Reads each source once, for all that is wanted of it.
fn read(lake: &Lake, traced: &[Traced], args: &Args) -> Result<Read, Failure> {
    let passwords = args.secrets.read()?;
    let mut read = BTreeMap::new();
    for number in traced.iter().map(|t| t.copy.source) {
        let Some(source) =
            lake.sources().iter().find(|s| s.id == number).filter(|_| !read.contains_key(&number))
        else {
            continue;
        };
        let file = match &args.sources {
            Some(folder) => {
                let found = verify::locate(source, lake.sources(), folder)?;
                found.unwrap_or_else(|| PathBuf::from(verify::on_disk(source).0))
            }
            None => PathBuf::from(verify::on_disk(source).0),
        };
        let places: Vec<(u64, u64)> = places(traced, number).map(|c| (c.offset, c.length)).collect();
        read.insert(number, evidence::read(source, &file, &places, &passwords));
    }
    Ok(read)
}

fn places(traced: &[Traced], source: u32) -> impl Iterator<Item = &Copy> {
    traced.iter().map(|t| &t.copy).filter(move |c| c.source == source)
}

/// The bytes of a copy, or why there are none.
fn bytes_of<'a>(traced: &[Traced], number: usize, read: &'a Read) -> Result<&'a [u8], String> {
    let copy = &traced[number].copy;
    let before = traced[..number].iter().filter(|t| t.copy.source == copy.source).count();
    match read.get(&copy.source) {
        None => Err("the manifest does not know its source".to_string()),
        Some(Err(lost)) => Err(why(lost)),
        Some(Ok(again)) => match again.bytes.get(before) {
            Some(Some(bytes)) => Ok(bytes),
            _ => Err("the source ends before it".to_string()),
        },
    }
}

fn why(lost: &Lost) -> String {
    match lost {
        Lost::Missing(path) => {
            format!("{} is not there; --sources DIR says where it is today", path.display())
        }
        Lost::Changed { path, was, is } => format!(
            "{} has changed since it was ingested (SHA-256 was {was}, is {is}): its bytes are not the evidence and are not shown",
            path.display()
        ),
        Lost::Unreadable(message) => message.clone(),
    }
}

fn raw(args: &Args, traced: &[Traced], read: &Read) -> Done {
    if args.copy == 0 || args.copy > traced.len() {
        return Err(Failure::usage(format!("there is no copy {}: there are {}", args.copy, traced.len())));
    }
    let bytes = bytes_of(traced, args.copy - 1, read).map_err(Failure::data)?;
    match &args.output {
        None => {
            let mut out = io::stdout().lock();
            out.write_all(bytes)?;
            out.flush()?;
        }
        Some(path) => output::replace(path, |file| Ok(file.write_all(bytes)?))?,
    }
    Ok(Outcome::Done)
}

const FLAGS: &[(u16, &str)] = &[
    (PARTIAL, "partial"),
    (LOSSY, "lossy"),
    (UNREADABLE, "unreadable value"),
    (REPAIRED, "repaired"),
    (AMBIGUOUS, "ambiguous date"),
];

fn tell(lake: &Lake, record: &str, number: usize, all: &[Traced], read: &Read, out: &mut String) {
    let Traced { copy, reject } = &all[number];
    let unknown = Source::default();
    let source = lake.sources().iter().find(|s| s.id == copy.source).unwrap_or(&unknown);
    let standing = match (reject, copy.standing) {
        (Some(reason), _) => format!("rejected: {reason}"),
        (None, Standing::Shown) => format!("the row of {} that shows", copy.table),
        (None, Standing::Superseded) => format!("a revision of {}, masked by a fuller one", copy.table),
        (None, Standing::Duplicate) => {
            format!("a copy of {} with a payload that is there already", copy.table)
        }
    };
    if number > 0 {
        out.push('\n');
    }
    line(out, &format!("{record}: copy {} of {}: {standing}", number + 1, all.len()));
    line(out, &format!("  source   {} {}", copy.source, source.path));
    line(out, &format!("  sha256   {}", source.sha256));
    if let Some(archive) = &source.archive {
        line(out, &format!("  inside   {} ({}, sha256 {})", archive.path, archive.kind, archive.sha256));
    }
    if !copy.route.is_empty() {
        line(out, &format!("  route    {}, {}", copy.route, formats(&[copy.route.to_string()])));
    }
    let mut range = format!(
        "  record   {}, bytes {} to {} of the decoded stream ({}, {})",
        copy.ordinal,
        copy.offset,
        copy.offset + copy.length,
        source.encoding,
        source.container
    );
    if let Some(Ok(Again { mark: Some(mark), .. })) = read.get(&copy.source)
        && *mark > 0
    {
        _ = write!(range, ", {mark} later in the file");
    }
    line(out, &range);
    let flags: Vec<&str> =
        FLAGS.iter().filter(|(flag, _)| copy.flags & flag != 0).map(|(_, name)| *name).collect();
    if !flags.is_empty() {
        line(out, &format!("  flags    {}", flags.join(", ")));
    }
    match bytes_of(all, number, read) {
        Ok(bytes) => {
            out.push_str("  bytes    ");
            escaped(bytes, out);
            out.push('\n');
        }
        Err(why) => line(out, &format!("  refused  {why}")),
    }
}

/// A line of text that quotes data.
fn line(out: &mut String, text: &str) {
    text.chars().for_each(|c| push_visible(c, out));
    out.push('\n');
}

/// Bytes as text; what is no text or would change a terminal as escapes.
fn escaped(bytes: &[u8], out: &mut String) {
    for chunk in bytes.utf8_chunks() {
        chunk.valid().chars().for_each(|c| push_visible(c, out));
        chunk.invalid().iter().for_each(|b| _ = write!(out, "\\x{b:02x}"));
    }
}
