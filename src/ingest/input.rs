//! Where the bytes of a source are: a file, or something inside a gzip file or a zip archive, in depth.
//!
//! Traps: a few bytes may unpack to more than any disk holds. What an archive gives in all is bounded by
//! its own size, and so are depth and number of what is inside. What cannot be unpacked to its end is kept
//! as far as it goes, and said.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::read::MultiGzDecoder;

use super::parquet::Lines;
use super::stream::sha256;
use super::zip::{self, Bytes, Entry};
use crate::lake;
use crate::lake::disk::Failing;

/// An archive gives so many times its own size in all, at most …
const MAX_RATIO: u64 = 250;
/// … but so many bytes in any case.
const ALWAYS: u64 = 256 << 20;
/// Archives inside archives, at most.
pub const MAX_DEPTH: usize = 4;
/// A larger archive inside another is not unpacked.
const MAX_INNER: u64 = 64 << 20;

/// Something to read.
#[derive(Clone)]
pub struct Input {
    /// `archive.zip!inner/path.json` for an entry.
    pub name: PathBuf,
    /// Bytes of the file on disk that are read for it.
    pub size: u64,
    /// Bytes of the source, where they are known beforehand.
    pub content: Option<u64>,
    place: Place,
    pub outer: Option<Arc<Outer>>,
    pub depth: usize,
    /// The hash of the source, where it is not that of the bytes that are read.
    pub digest: Option<String>,
    /// It waits until the files that belong to it have been read.
    pub waits: bool,
    /// The byte at which the disk fails, in tests.
    pub fails: Option<u64>,
}

#[derive(Clone)]
enum Place {
    File(PathBuf),
    Gzip(Arc<Input>),
    Parquet(PathBuf),
    Entry(Bytes, Arc<Entry>, Arc<Vec<String>>),
}

/// The file on disk that holds other sources.
pub struct Outer {
    pub archive: lake::Archive,
    /// Bytes that may still be unpacked.
    budget: AtomicU64,
}

/// Why a source was not read to its end.
pub type Problem = Arc<Mutex<Option<String>>>;

impl Input {
    pub fn file(path: PathBuf, size: u64) -> Input {
        let place = Place::File(path.clone());
        Input {
            name: path,
            size,
            content: Some(size),
            place,
            outer: None,
            depth: 0,
            digest: None,
            waits: false,
            fails: None,
        }
    }

    /// The path of a source that is a file of its own.
    pub fn path(&self) -> Option<&Path> {
        match &self.place {
            Place::File(path) => Some(path),
            _ => None,
        }
    }

    /// The same, to be read after those that it belongs to.
    pub fn waiting(self) -> Input {
        Input { waits: true, ..self }
    }

    /// The file's name without its folders.
    pub fn short_name(&self) -> String {
        let name = self.name.to_string_lossy();
        name.rsplit(['/', '\\', '!']).next().unwrap_or_default().to_string()
    }

    /// Opens it; what goes wrong later is told by the problem.
    pub fn open(&self) -> io::Result<(Box<dyn Read + Send>, Problem)> {
        let problem = Problem::default();
        let inner: Box<dyn Read + Send> = match &self.place {
            Place::File(path) => {
                let file = File::open(path)?;
                let file: Box<dyn Read + Send> = match self.fails {
                    None => Box::new(file),
                    Some(left) => Box::new(Failing { inner: file, left }),
                };
                return Ok((file, problem));
            }
            Place::Parquet(path) => Box::new(Lines::open(path)?),
            Place::Gzip(inner) => Box::new(MultiGzDecoder::new(inner.open()?.0)),
            Place::Entry(bytes, entry, passwords) => zip::open(bytes, entry, passwords)?,
        };
        let bounded =
            Bounded { inner, outer: self.outer.clone(), problem: Arc::clone(&problem), done: false };
        Ok((Box::new(bounded), problem))
    }

    /// What is inside, if it is a gzip file.
    pub fn gunzip(self) -> Result<Input, String> {
        let outer = self.unpacked("gzip")?;
        let depth = self.depth + 1;
        let (name, size) = (self.name.clone(), self.size);
        let place = Place::Gzip(Arc::new(self));
        Ok(Input { name, size, content: None, place, outer, depth, digest: None, waits: false, fails: None })
    }

    /// The rows, if it is a Parquet file.
    pub fn rows(self) -> Result<Input, String> {
        let Some(path) = self.path().map(PathBuf::from) else {
            return Err("a Parquet file inside an archive: unpack it first".into());
        };
        let digest = Some(sha256(&self).map_err(|e| e.to_string())?);
        Ok(Input { place: Place::Parquet(path), digest, ..self })
    }

    pub fn is_parquet(&self) -> bool {
        matches!(self.place, Place::Parquet(_))
    }

    /// What is inside, if it is a zip archive.
    pub fn unzip(self, passwords: &Arc<Vec<String>>) -> Result<Vec<Input>, String> {
        let outer = self.unpacked("zip")?;
        let bytes = match self.path() {
            Some(path) => Bytes::File(path.to_path_buf()),
            None => Bytes::Memory(self.whole()?),
        };
        let entries = zip::entries(&bytes).map_err(|e| e.to_string())?;
        if let Some(what) = office(&entries) {
            return Err(what.to_string());
        }
        let inside = entries.into_iter().map(|entry| Input {
            name: PathBuf::from(format!("{}!{}", self.name.display(), entry.name)),
            size: entry.stored,
            content: Some(entry.size),
            place: Place::Entry(bytes.clone(), Arc::new(entry), Arc::clone(passwords)),
            outer: outer.clone(),
            depth: self.depth + 1,
            digest: None,
            waits: false,
            fails: None,
        });
        Ok(inside.collect())
    }

    /// The file on disk around what is inside.
    fn unpacked(&self, kind: &str) -> Result<Option<Arc<Outer>>, String> {
        if self.depth >= MAX_DEPTH {
            return Err(format!("archives nested too deeply (limit: {MAX_DEPTH})"));
        }
        let Some(path) = self.path() else { return Ok(self.outer.clone()) };
        let archive = lake::Archive {
            kind: kind.to_string(),
            path: path.to_string_lossy().into_owned(),
            size: self.size,
            sha256: sha256(self).map_err(|e| e.to_string())?,
        };
        let budget = AtomicU64::new(self.size.saturating_mul(MAX_RATIO).max(ALWAYS));
        Ok(Some(Arc::new(Outer { archive, budget })))
    }

    /// All of its bytes.
    fn whole(&self) -> Result<Arc<[u8]>, String> {
        let (reader, problem) = self.open().map_err(|e| e.to_string())?;
        let mut bytes = Vec::new();
        reader.take(MAX_INNER + 1).read_to_end(&mut bytes).map_err(|e| e.to_string())?;
        if bytes.len() as u64 > MAX_INNER {
            return Err("an archive inside another that is larger than 64 MiB: unpack it first".into());
        }
        match told(&problem) {
            Some(problem) => Err(problem),
            None => Ok(bytes.into()),
        }
    }
}

/// What went wrong while a source was read.
pub fn told(problem: &Problem) -> Option<String> {
    problem.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Documents that are zip archives themselves.
fn office(entries: &[Entry]) -> Option<&'static str> {
    const KINDS: &[(&str, &str)] = &[
        (
            "xl/workbook.",
            "an Excel workbook: save the sheet as CSV UTF-8 (Excel has cut cells after 32,767 characters)",
        ),
        ("word/document.", "a Word document"),
        ("ppt/presentation.", "a PowerPoint document"),
    ];
    KINDS.iter().find(|(name, _)| entries.iter().any(|e| e.name.starts_with(name))).map(|(_, what)| *what)
}

/// Unpacked bytes: counted, and ended where something goes wrong.
struct Bounded {
    inner: Box<dyn Read + Send>,
    outer: Option<Arc<Outer>>,
    problem: Problem,
    done: bool,
}

impl Bounded {
    fn end(&mut self, why: String) -> usize {
        *self.problem.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
        self.done = true;
        0
    }
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.done {
            return Ok(0);
        }
        let count = match self.inner.read(buffer) {
            Ok(count) => count,
            // The disk fails, not what is packed.
            Err(e) if e.kind() == io::ErrorKind::Interrupted || e.raw_os_error().is_some() => return Err(e),
            Err(e) => return Ok(self.end(format!("unpacked only in part: {e}"))),
        };
        let left = |left: u64| left.checked_sub(count as u64);
        let spent = |outer: &Arc<Outer>| {
            outer.budget.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left).is_err()
        };
        if self.outer.as_ref().is_some_and(spent) {
            let why = format!("unpacked only in part: more than {MAX_RATIO} times the size of the archive");
            return Ok(self.end(why));
        }
        Ok(count)
    }
}
