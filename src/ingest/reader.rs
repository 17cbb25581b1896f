//! The files one after the other as batches of chunks, with the beginning and end of each file
//! between them.
//!
//! Trap: a batch may span many small files, so that a folder of hourly blobs is read as fast as one
//! large file. A file is hashed beforehand only if one of its size is known already.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use super::files::Candidate;
use super::split::Notes;
use super::stream::{self, Chunk, Encoding, Opened, Stream};
use crate::lake::{Error, Source};

/// Bytes of records in a batch, about.
const BATCH: usize = 8 << 20;
/// Events in a batch, at most.
const EVENTS: usize = 512;

/// What happens while the files are read, in order.
pub enum Event {
    Begin { source: u32, path: PathBuf, encoding: Encoding },
    Chunk(Chunk),
    End { sha256: String, size: u64, notes: Notes },
    Skipped { path: PathBuf, size: u64, reason: String, known: bool },
}

pub struct Reader {
    candidates: std::vec::IntoIter<Candidate>,
    current: Option<(PathBuf, Box<Stream>)>,
    next_source: u32,
    /// Hash → what is known of the files read so far, by this run or before; and their sizes.
    known: HashMap<String, String>,
    sizes: HashSet<u64>,
    buffers: Vec<Vec<u8>>,
    window: Vec<u8>,
}

impl Reader {
    pub fn new(candidates: Vec<Candidate>, sources: &[Source]) -> Reader {
        Reader {
            candidates: candidates.into_iter(),
            current: None,
            next_source: sources.iter().map(|s| s.id + 1).max().unwrap_or(0),
            known: sources
                .iter()
                .map(|s| (s.sha256.clone(), format!("already ingested, as {}", s.path)))
                .collect(),
            sizes: sources.iter().map(|s| s.size).collect(),
            buffers: Vec::new(),
            window: Vec::new(),
        }
    }

    /// Takes back the buffers of chunks that are done with.
    pub fn recycle(&mut self, buffers: Vec<Vec<u8>>) {
        self.buffers.extend(buffers);
    }

    /// The next events; none at the end.
    pub fn next_batch(&mut self) -> Result<Vec<Event>, Error> {
        let mut events = Vec::new();
        let mut bytes = 0;
        while bytes < BATCH && events.len() < EVENTS {
            let Some((path, stream)) = &mut self.current else {
                match self.candidates.next() {
                    None => break,
                    Some(candidate) => events.push(self.open(candidate)),
                }
                continue;
            };
            match stream.next(&mut self.buffers).map_err(|e| Error::io(path, &e))? {
                Some(chunk) => {
                    bytes += chunk.bytes.len();
                    events.push(Event::Chunk(chunk));
                }
                None => {
                    let sha256 = stream.sha256();
                    self.known.insert(sha256.clone(), format!("the same bytes as {}", path.display()));
                    self.sizes.insert(stream.size);
                    self.window = std::mem::take(&mut stream.raw);
                    events.push(Event::End { sha256, size: stream.size, notes: stream.notes() });
                    self.current = None;
                }
            }
        }
        Ok(events)
    }

    fn open(&mut self, candidate: Candidate) -> Event {
        let skipped = |path, size, reason, known| Event::Skipped { path, size, reason, known };
        let (path, size) = match candidate {
            Candidate::Skipped { path, reason } => return skipped(path, 0, reason, false),
            Candidate::File { path, size } => (path, size),
        };
        if size > 0 && self.sizes.contains(&size) {
            match stream::sha256(&path) {
                Err(e) => return skipped(path, size, e.to_string(), false),
                Ok(hash) => {
                    if let Some(reason) = self.known.get(&hash) {
                        return skipped(path, size, reason.clone(), true);
                    }
                }
            }
        }
        match Stream::open(&path, self.next_source, &mut self.window) {
            Err(e) => skipped(path, size, e.to_string(), false),
            Ok(Opened::Skipped(reason)) => skipped(path, size, reason, false),
            Ok(Opened::Stream(stream)) => {
                let (source, encoding) = (self.next_source, stream.encoding);
                self.next_source += 1;
                self.current = Some((path.clone(), stream));
                Event::Begin { source, path, encoding }
            }
        }
    }
}
