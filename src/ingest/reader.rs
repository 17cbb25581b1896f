//! The files one after the other as chunks, with the beginning and end of each file between them.
//!
//! Trap: a file is hashed beforehand only if one of its size is known already.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use super::Skipped;
use super::cells;
use super::files::Candidate;
use super::formats::portal_steps::Steps;
use super::input::Input;
use super::split::Notes;
use super::stream::{self, Buffers, Chunk, Encoding, Opened, Stream};
use crate::lake::{Archive, Error, Source};

/// What is said of a file that the disk does not give.
const UNREADABLE: &str = "it cannot be read to its end, and nothing of it was taken in";

/// What happens while the files are read, in order; a chunk as it is read, or what became of it.
pub enum Event<C = Chunk> {
    Begin(Begin),
    Chunk(C),
    End(End),
    /// A file that is not taken in, and its size.
    Skipped(Skipped, u64),
}

/// What is known of a source before its records.
pub struct Begin {
    pub source: u32,
    pub path: PathBuf,
    pub encoding: Encoding,
    pub container: &'static str,
    pub archive: Option<Archive>,
    /// What was decided about it, to be said.
    pub notes: Vec<String>,
    /// The members that its columns are, when it is a table.
    pub members: Option<Vec<String>>,
}

/// What is known of a source after them.
pub struct End {
    pub sha256: String,
    pub size: u64,
    /// Bytes of the disk that no chunk has told of.
    pub read: u64,
    pub notes: Notes,
    /// Why it was not read to its end.
    pub problem: Option<String>,
}

/// Inputs that a try of the run could not read to their end, and why.
pub type Unreadable = HashMap<PathBuf, String>;

pub struct Reader {
    /// What could not be read by the tries before; if there is any, every file is read once to see.
    unreadable: Unreadable,
    /// What this one could not read to its end.
    pub broken: Option<(PathBuf, String)>,
    queue: VecDeque<Candidate>,
    passwords: Arc<Vec<String>>,
    any: bool,
    current: Option<Box<Stream>>,
    next_source: u32,
    /// Hash → what is known of the files read so far, by this run or before; and their sizes.
    known: HashMap<String, String>,
    sizes: HashSet<u64>,
    /// Files are hashed only if another one has their size; and those that have not been, by their size.
    late: bool,
    unhashed: HashMap<u64, Vec<Input>>,
    steps: Arc<Steps>,
    buffers: Arc<Buffers>,
    window: Vec<u8>,
}

fn skip(path: PathBuf, size: u64, reason: String, known: bool, unreadable: bool) -> Event {
    Event::Skipped(Skipped { path, reason, known, unreadable }, size)
}

fn same_bytes(input: &Input) -> String {
    format!("the same bytes as {}", input.name.display())
}

impl Reader {
    /// `any` takes tables of any columns.
    pub fn new(
        candidates: Vec<Candidate>,
        sources: &[Source],
        passwords: &[String],
        any: bool,
        unreadable: &Unreadable,
    ) -> Reader {
        let archives = sources.iter().filter_map(|s| s.archive.as_ref());
        let files = sources.iter().map(|s| (&s.sha256, s.size, &s.path));
        let files = files.chain(archives.map(|a| (&a.sha256, a.size, &a.path)));
        Reader {
            unreadable: unreadable.clone(),
            broken: None,
            queue: candidates.into(),
            passwords: Arc::new(passwords.to_vec()),
            any,
            current: None,
            next_source: sources.iter().map(|s| s.id + 1).max().unwrap_or(0),
            known: files
                .clone()
                .map(|(hash, _, path)| (hash.clone(), format!("already ingested, as {path}")))
                .collect(),
            sizes: files.map(|(_, size, _)| size).collect(),
            late: false,
            unhashed: HashMap::new(),
            steps: Arc::default(),
            buffers: Arc::default(),
            window: Vec::new(),
        }
    }

    /// Without the hashes of files, as far as nobody asks for them: for a lake that is no evidence.
    pub fn hashing_late(self, late: bool) -> Reader {
        Reader { late, ..self }
    }

    /// Where the buffers of chunks go when they are done with.
    pub fn buffers(&self) -> Arc<Buffers> {
        Arc::clone(&self.buffers)
    }

    /// The next event; `None` at the end.
    pub fn next(&mut self) -> Result<Option<Event>, Error> {
        loop {
            let Some(stream) = &mut self.current else {
                let Some(candidate) = self.queue.pop_front() else { return Ok(None) };
                match self.open(candidate) {
                    None => continue,
                    event => return Ok(event),
                }
            };
            let next = stream.next(&self.buffers).map_err(|e| {
                self.broken = Some((stream.input.name.clone(), format!("{UNREADABLE}: {e}")));
                Error::io(&stream.input.name, &e)
            });
            return Ok(match next? {
                Some(chunk) => Some(Event::Chunk(chunk)),
                None => self.end(),
            });
        }
    }

    /// What is known of the source that has ended.
    fn end(&mut self) -> Option<Event> {
        let mut stream = self.current.take()?;
        let sha256 = stream.sha256();
        match &sha256 {
            Some(hash) => _ = self.known.insert(hash.clone(), same_bytes(&stream.input)),
            None => self.unhashed.entry(stream.bytes()).or_default().push(stream.input.clone()),
        }
        self.sizes.insert(stream.bytes());
        self.window = std::mem::take(&mut stream.raw);
        Some(Event::End(End {
            sha256: sha256.unwrap_or_default(),
            size: stream.bytes(),
            read: stream.unreported(),
            notes: stream.notes(),
            problem: stream.problem(),
        }))
    }

    /// Opens what comes next: a source begins, or it is skipped, or what is inside it comes next.
    fn open(&mut self, candidate: Candidate) -> Option<Event> {
        let skipped = |path, size, reason, known| Some(skip(path, size, reason, known, false));
        let input = match candidate {
            Candidate::Skipped { path, reason } => return skipped(path, 0, reason, false),
            Candidate::Input(input) => input,
        };
        let (path, size) = (input.name.clone(), input.size);
        if let Some(reason) = self.is_unreadable(&input) {
            return Some(skip(path, size, reason, false, true));
        }
        let again = input.clone();
        let refused = |path, size, reason: String| {
            let unreadable = again.path().is_some() && stream::sha256(&again).is_err();
            Some(skip(path, size, reason, false, unreadable))
        };
        let known = input.content.is_some_and(|size| size > 0 && self.sizes.contains(&size));
        if known && !input.waits && !input.is_parquet() {
            for earlier in input.content.and_then(|size| self.unhashed.remove(&size)).into_iter().flatten() {
                if let Ok(hash) = stream::sha256(&earlier) {
                    self.known.insert(hash, same_bytes(&earlier));
                }
            }
            match stream::sha256(&input) {
                Err(e) => return refused(path, size, format!("{UNREADABLE}: {e}")),
                Ok(hash) => {
                    if let Some(reason) = self.known.get(&hash) {
                        return skipped(path, size, reason.clone(), true);
                    }
                }
            }
        }
        match Stream::open(input, self.next_source, &mut self.window, self.any) {
            Err(e) => refused(path, size, format!("{UNREADABLE}: {e}")),
            Ok(Opened::Skipped(reason)) => skipped(path, size, reason, false),
            Ok(Opened::Gzip(input)) => match input.gunzip() {
                Err(reason) => refused(path, size, reason),
                Ok(inside) => {
                    self.remember(&inside);
                    self.queue.push_front(Candidate::Input(inside));
                    None
                }
            },
            Ok(Opened::Parquet(input)) => match input.rows() {
                Err(reason) => refused(path, size, reason),
                Ok(rows) => {
                    self.queue.push_front(Candidate::Input(rows));
                    None
                }
            },
            Ok(Opened::Zip(input)) => self.unzip(input),
            Ok(Opened::Stream(stream)) => self.begin(stream),
        }
    }

    /// Why an input cannot be read. Where one could not, all are read to their end before they are taken, so
    /// that a bad disk costs one more reading and not one for every file.
    fn is_unreadable(&self, input: &Input) -> Option<String> {
        if self.unreadable.is_empty() {
            return None;
        }
        let seen_now = || stream::sha256(input).err().map(|e| format!("{UNREADABLE}: {e}"));
        self.unreadable.get(&input.name).cloned().or_else(seen_now)
    }

    /// A source begins, unless it is one that has to wait for others.
    fn begin(&mut self, mut stream: Box<Stream>) -> Option<Event> {
        let input = stream.input.clone();
        if self.late && input.path().is_some() {
            stream.without_hash();
        }
        let (mut notes, mut members) = (Vec::new(), None);
        if let Some(header) = stream.header() {
            match header.format.route {
                "C2" if !input.waits && !self.queue.is_empty() => {
                    self.queue.push_back(Candidate::Input(input.waiting()));
                    return None;
                }
                "C2" => header.steps = self.steps(),
                "C3" => self.collect_steps(&input),
                _ => {}
            }
            notes.extend((header.format.note)(header).map(String::from));
            notes.extend(
                header.dates.note().filter(|_| !header.format.route.starts_with('A')).map(String::from),
            );
            members = header.members();
        }
        let source = self.next_source;
        self.next_source += 1;
        let begin = Begin {
            source,
            path: stream.input.name.clone(),
            encoding: stream.encoding,
            container: stream.container(),
            archive: stream.input.outer.as_ref().map(|outer| outer.archive.clone()),
            notes,
            members,
        };
        self.current = Some(stream);
        Some(Event::Begin(begin))
    }

    /// The steps of sign-ins read so far.
    fn steps(&mut self) -> Option<Arc<Steps>> {
        (!self.steps.is_empty()).then(|| Arc::clone(&self.steps))
    }

    /// Reads the steps of sign-ins, which are joined to the sign-ins that come later.
    fn collect_steps(&mut self, input: &Input) {
        let Ok(Opened::Stream(mut stream)) = Stream::open_again(input.clone(), &mut Vec::new()) else {
            return;
        };
        let Some(steps) = Arc::get_mut(&mut self.steps) else { return };
        while let Ok(Some(chunk)) = stream.next(&self.buffers) {
            let Some(header) = &chunk.header else { return };
            for piece in chunk.pieces.iter().filter(|p| p.broken.is_none()) {
                let row =
                    chunk.bytes.get(piece.start..piece.end).and_then(|row| std::str::from_utf8(row).ok());
                let Some(row) = row else { continue };
                if !steps.add(header, &cells::split(row, header.delimiter)) {
                    return;
                }
            }
        }
    }

    fn unzip(&mut self, input: Input) -> Option<Event> {
        let (path, size) = (input.name.clone(), input.size);
        let again = input.clone();
        let skipped = |reason: String| {
            let unreadable = again.path().is_some() && stream::sha256(&again).is_err();
            Some(skip(path, size, reason, false, unreadable))
        };
        match input.unzip(&self.passwords) {
            Err(reason) => skipped(reason),
            Ok(inside) if inside.is_empty() => skipped("an archive without files".into()),
            Ok(inside) => {
                inside.iter().take(1).for_each(|first| self.remember(first));
                inside.into_iter().rev().for_each(|input| self.queue.push_front(Candidate::Input(input)));
                None
            }
        }
    }

    /// An archive of the same bytes is not read again.
    fn remember(&mut self, inside: &Input) {
        if let Some(outer) = inside.outer.as_ref().filter(|_| inside.depth == 1) {
            let archive = &outer.archive;
            self.known.insert(archive.sha256.clone(), format!("the same bytes as {}", archive.path));
            self.sizes.insert(archive.size);
        }
    }
}
