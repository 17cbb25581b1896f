//! A file as a stream of chunks: read in windows, decoded to UTF-8, cut into records, hashed.
//!
//! Nothing is mapped into memory: a file that shrinks while it is read must not end the process, and
//! memory must not grow with the file. Offsets count in the decoded stream.
//!
//! Trap: the container is told by the first characters, never by the file's name.

use std::io::{self, Read};
use std::sync::{Arc, Mutex};

use sha2::{Digest, Sha256};

use super::ahead;
use super::cells::{self, Header};
use super::input::{Input, Problem, told};
use super::split::{CsvSplitter, JsonSplitter, Notes, Piece};
use crate::lake::hashed::hex;

/// Bytes that become a chunk: when they are cut into records, the processor's cache still has them.
const WINDOW: usize = 1 << 20;
/// Bytes that are read and hashed together, for the same reason; a part of a window.
const STEP: usize = 128 << 10;

/// How characters are stored in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf8Bom,
    Utf16Le,
    Utf16Be,
}

impl Encoding {
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf8Bom => "UTF-8 with BOM",
            Encoding::Utf16Le => "UTF-16LE",
            Encoding::Utf16Be => "UTF-16BE",
        }
    }

    /// By the byte order mark, else by the zero bytes of UTF-16; and the length of the mark.
    fn sniff(head: &[u8]) -> (Encoding, usize) {
        match head {
            [0xEF, 0xBB, 0xBF, ..] => return (Encoding::Utf8Bom, 3),
            [0xFF, 0xFE, ..] => return (Encoding::Utf16Le, 2),
            [0xFE, 0xFF, ..] => return (Encoding::Utf16Be, 2),
            _ => {}
        }
        let sample = &head[..head.len().min(256) & !1];
        let zeros =
            |odd: usize| sample.chunks_exact(2).filter(|pair| pair[odd] == 0 && pair[1 - odd] != 0).count();
        let most = (sample.len() / 2) * 3 / 4;
        if sample.len() >= 4 && zeros(1) > most {
            (Encoding::Utf16Le, 0)
        } else if sample.len() >= 4 && zeros(0) > most {
            (Encoding::Utf16Be, 0)
        } else {
            (Encoding::Utf8, 0)
        }
    }
}

/// Decodes windows of a file; a character cut by a window's end waits for the next.
struct Decoder {
    encoding: Encoding,
    carry: Vec<u8>,
    high: Option<u16>,
}

impl Decoder {
    fn is_plain(&self) -> bool {
        matches!(self.encoding, Encoding::Utf8 | Encoding::Utf8Bom)
    }

    fn push(&mut self, raw: &[u8], last: bool, out: &mut Vec<u8>) {
        if self.is_plain() {
            out.extend_from_slice(raw);
            return;
        }
        let mut raw = raw;
        if let ([first], [second, rest @ ..]) = (self.carry.as_slice(), raw) {
            let pair = [*first, *second];
            self.carry.clear();
            self.unit(pair, out);
            raw = rest;
        }
        let pairs = raw.chunks_exact(2);
        self.carry.extend_from_slice(pairs.remainder());
        for pair in pairs {
            self.unit([pair[0], pair[1]], out);
        }
        if last {
            out.append(&mut self.carry);
            if self.high.take().is_some() {
                push_char(char::REPLACEMENT_CHARACTER, out);
            }
        }
    }

    fn unit(&mut self, pair: [u8; 2], out: &mut Vec<u8>) {
        let unit = if self.encoding == Encoding::Utf16Be {
            u16::from_be_bytes(pair)
        } else {
            u16::from_le_bytes(pair)
        };
        if unit < 0x80 && self.high.is_none() {
            out.push(unit as u8);
            return;
        }
        match (self.high.take(), unit) {
            (Some(high), 0xDC00..0xE000) => {
                let code = 0x10000 + ((u32::from(high) - 0xD800) << 10) + (u32::from(unit) - 0xDC00);
                push_char(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), out);
            }
            (high, unit) => {
                if high.is_some() {
                    push_char(char::REPLACEMENT_CHARACTER, out);
                }
                if (0xD800..0xDC00).contains(&unit) {
                    self.high = Some(unit);
                } else {
                    push_char(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER), out);
                }
            }
        }
    }
}

fn push_char(c: char, out: &mut Vec<u8>) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

/// Buffers of chunks that are done with. The one given back last is taken first: the processor's cache has it.
#[derive(Default)]
pub struct Buffers(Mutex<Vec<Vec<u8>>>);

impl Buffers {
    fn take(&self) -> Vec<u8> {
        let known = self.0.lock().ok().and_then(|mut buffers| buffers.pop());
        known.unwrap_or_else(|| Vec::with_capacity(WINDOW + STEP))
    }

    pub fn give(&self, mut buffer: Vec<u8>) {
        buffer.clear();
        if let Ok(mut buffers) = self.0.lock() {
            buffers.push(buffer);
        }
    }
}

/// A run of complete records of one source.
pub struct Chunk {
    pub source: u32,
    pub bytes: Vec<u8>,
    /// Bytes of the file read since the chunk before.
    pub read: u64,
    /// Where `bytes` begins in the decoded stream.
    pub base: u64,
    pub pieces: Vec<Piece>,
    /// The number of the first piece in its source, from 1.
    pub ordinal: u64,
    /// The columns, when it is CSV.
    pub header: Option<Arc<Header>>,
}

enum Splitter {
    Json(JsonSplitter),
    Csv(CsvSplitter, Arc<Header>),
}

/// A file that is being read.
pub struct Stream {
    file: Box<dyn Read + Send>,
    problem: Problem,
    pub input: Input,
    source: u32,
    pub encoding: Encoding,
    decoder: Decoder,
    splitter: Splitter,
    buffer: Vec<u8>,
    /// The beginning of the next buffer, once the one before has become a chunk.
    rest: Vec<u8>,
    base: u64,
    ordinal: u64,
    /// Unless it is only hashed if another source has its size.
    hash: Option<Sha256>,
    pub size: u64,
    reported: u64,
    done: bool,
    /// The window as it is in the file; worth using again.
    pub raw: Vec<u8>,
}

/// What a file turned out to be.
pub enum Opened {
    Stream(Box<Stream>),
    /// Something that holds other files, and whether it is a zip archive or gzip.
    Zip(Input),
    Gzip(Input),
    Parquet(Input),
    /// Not ours, and why.
    Skipped(String),
}

impl Stream {
    /// Opens a file and tells its container from its first window, which is read into `raw`. `any` takes
    /// a table of any columns.
    pub fn open(input: Input, source: u32, raw: &mut Vec<u8>, any: bool) -> io::Result<Opened> {
        Stream::begin(input, source, raw, !any, any)
    }

    /// Opens a source that is known to be one, once more.
    pub fn open_again(input: Input, raw: &mut Vec<u8>) -> io::Result<Opened> {
        Stream::begin(input, 0, raw, false, false)
    }

    fn begin(input: Input, source: u32, raw: &mut Vec<u8>, ahead: bool, any: bool) -> io::Result<Opened> {
        let (mut file, problem) = input.open()?;
        raw.resize(WINDOW, 0);
        let count = fill(&mut *file, raw)?;
        let head = &raw[..count];
        if let Some(problem) = told(&problem).filter(|_| count == 0) {
            return Ok(Opened::Skipped(problem));
        }
        match head {
            [0x1f, 0x8b, ..] => return Ok(Opened::Gzip(input)),
            [b'P', b'A', b'R', b'1', ..] => return Ok(Opened::Parquet(input)),
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => return Ok(Opened::Zip(input)),
            _ => {}
        }
        if let Some(reason) = foreign(head) {
            return Ok(Opened::Skipped(reason.to_string()));
        }
        let (encoding, mark) = Encoding::sniff(head);
        let mut decoder = Decoder { encoding, carry: Vec::new(), high: None };
        let mut buffer = Vec::with_capacity(count);
        let last = count < WINDOW;
        decoder.push(&head[mark..], last, &mut buffer);
        let blank = |b: &u8| matches!(b, b' ' | b'\t' | b'\r' | b'\n' | 0 | 0xEF | 0xBB | 0xBF);
        let skip = buffer.iter().take_while(|b| blank(b)).count();
        let (splitter, start) = match buffer.get(skip) {
            None => return Ok(Opened::Skipped("holds nothing but white space".into())),
            Some(b'{' | b'[') => (Splitter::Json(JsonSplitter::default()), skip),
            Some(_) => match cells::header(&buffer[skip..], any) {
                Ok((mut header, length)) => {
                    header.name = input.short_name();
                    if ahead {
                        header.dates = ahead::order(&header, &buffer[skip + length..], last, &input);
                    }
                    (Splitter::Csv(CsvSplitter::default(), Arc::new(header)), skip + length)
                }
                Err(reason) => return Ok(Opened::Skipped(reason)),
            },
        };
        buffer.drain(..start);
        let mut hash = Sha256::new();
        hash.update(head);
        let stream = Stream {
            file,
            problem,
            input,
            source,
            encoding,
            decoder,
            splitter,
            buffer,
            rest: Vec::new(),
            base: start as u64,
            ordinal: 1,
            hash: Some(hash),
            size: count as u64,
            reported: 0,
            done: last,
            raw: std::mem::take(raw),
        };
        Ok(Opened::Stream(Box::new(stream)))
    }

    /// The next records; `None` at the end of the file.
    pub fn next(&mut self, buffers: &Buffers) -> io::Result<Option<Chunk>> {
        let mut pieces = Vec::new();
        if self.buffer.capacity() == 0 {
            self.buffer = buffers.take();
            self.buffer.append(&mut self.rest);
        }
        loop {
            let last = self.done;
            let keep = match &mut self.splitter {
                Splitter::Json(json) => json.feed(&self.buffer, last, &mut pieces),
                Splitter::Csv(csv, _) => csv.feed(&self.buffer, last, &mut pieces),
            };
            if !pieces.is_empty() {
                return Ok(Some(self.chunk(keep.min(self.buffer.len()), pieces)));
            }
            self.base += keep as u64;
            self.buffer.drain(..keep.min(self.buffer.len()));
            if last {
                // This one goes, as each file begins with one of its own.
                return Ok(None);
            }
            self.read()?;
        }
    }

    fn chunk(&mut self, keep: usize, pieces: Vec<Piece>) -> Chunk {
        let end = pieces.last().map_or(keep, |p| p.end.max(keep)).min(self.buffer.len());
        self.rest.extend_from_slice(&self.buffer[keep..]);
        let mut bytes = std::mem::take(&mut self.buffer);
        bytes.truncate(end);
        let header = match &self.splitter {
            Splitter::Csv(_, header) => Some(Arc::clone(header)),
            Splitter::Json(_) => None,
        };
        let read = self.unreported();
        let chunk = Chunk {
            source: self.source,
            bytes,
            read,
            base: self.base,
            pieces,
            ordinal: self.ordinal,
            header,
        };
        self.base += keep as u64;
        self.ordinal += chunk.pieces.len() as u64;
        chunk
    }

    /// Bytes of the disk read since the last time; what is unpacked counts at the end, as it is packed.
    pub fn unreported(&mut self) -> u64 {
        let packed = self.input.outer.is_some() || self.input.is_parquet();
        let size = match (packed, self.done) {
            (false, _) => self.size,
            (true, false) => 0,
            (true, true) => self.input.size,
        };
        size - std::mem::replace(&mut self.reported, size).min(size)
    }

    /// Why it was not read to its end.
    pub fn problem(&self) -> Option<String> {
        told(&self.problem)
    }

    /// Appends the next window to the buffer; what needs no decoding is read right into it.
    fn read(&mut self) -> io::Result<()> {
        if self.decoder.is_plain() {
            let begin = self.buffer.len();
            self.buffer.reserve(WINDOW);
            while !self.done && self.buffer.len() - begin < WINDOW {
                let from = self.buffer.len();
                let count = (&mut self.file).take(STEP as u64).read_to_end(&mut self.buffer)?;
                if let Some(hash) = &mut self.hash {
                    hash.update(&self.buffer[from..]);
                }
                self.done = count < STEP;
                self.size += count as u64;
            }
            return Ok(());
        }
        let count = fill(&mut *self.file, &mut self.raw)?;
        self.done = count < self.raw.len();
        self.size += count as u64;
        if let Some(hash) = &mut self.hash {
            hash.update(&self.raw[..count]);
        }
        self.decoder.push(&self.raw[..count], self.done, &mut self.buffer);
        Ok(())
    }

    /// After the end: the hash of the file, in hex, if it was hashed.
    pub fn sha256(&self) -> Option<String> {
        let own = self.input.digest.clone();
        own.or_else(|| Some(hex(&self.hash.clone()?.finalize())))
    }

    /// Leaves the hash to whoever needs it.
    pub fn without_hash(&mut self) {
        self.hash = None;
    }

    /// After the end: the bytes of the source.
    pub fn bytes(&self) -> u64 {
        if self.input.is_parquet() { self.input.size } else { self.size }
    }

    /// The columns, when it is CSV.
    pub fn header(&mut self) -> Option<&mut Header> {
        match &mut self.splitter {
            Splitter::Csv(_, header) => Arc::get_mut(header),
            Splitter::Json(_) => None,
        }
    }

    /// How the records lie in it.
    pub fn container(&self) -> &'static str {
        match &self.splitter {
            Splitter::Json(_) if self.input.is_parquet() => "Parquet",
            Splitter::Json(_) => "JSON",
            Splitter::Csv(..) => "CSV",
        }
    }

    pub fn notes(&self) -> Notes {
        match &self.splitter {
            Splitter::Json(json) => json.notes,
            Splitter::Csv(..) => Notes::default(),
        }
    }
}

/// Reads until the buffer is full or the file ends.
fn fill(file: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut count = 0;
    while count < buffer.len() {
        match file.read(&mut buffer[count..]) {
            Ok(0) => break,
            Ok(n) => count += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(count)
}

/// The hash of a whole source, in hex.
pub fn sha256(input: &Input) -> io::Result<String> {
    let (mut file, _) = input.open()?;
    let mut buffer = vec![0; WINDOW];
    let mut hash = Sha256::new();
    loop {
        let count = fill(&mut *file, &mut buffer)?;
        hash.update(&buffer[..count]);
        if count < buffer.len() {
            return Ok(hex(&hash.finalize()));
        }
    }
}

/// Parts of the decoded stream of a source, and the hash of all of it.
pub struct Places {
    pub sha256: String,
    pub bytes: Vec<Option<Vec<u8>>>,
    /// The length of the byte order mark, where nothing else had to be decoded.
    pub mark: Option<u64>,
}

/// Reads a source to its end, and keeps what lies at the places (offset, length) of its decoded stream.
pub fn places(input: &Input, places: &[(u64, u64)]) -> io::Result<Places> {
    let (mut file, _) = input.open()?;
    let mut raw = vec![0; WINDOW];
    let mut count = fill(&mut *file, &mut raw)?;
    let (encoding, mark) = Encoding::sniff(&raw[..count]);
    let mut decoder = Decoder { encoding, carry: Vec::new(), high: None };
    let mut hash = Sha256::new();
    let mut bytes: Vec<Vec<u8>> = vec![Vec::new(); places.len()];
    let (mut skip, mut base, mut text) = (mark, 0, Vec::new());
    loop {
        hash.update(&raw[..count]);
        text.clear();
        decoder.push(&raw[std::mem::take(&mut skip)..count], count < WINDOW, &mut text);
        for ((offset, length), kept) in places.iter().zip(&mut bytes) {
            let from = offset.saturating_sub(base).min(text.len() as u64) as usize;
            let to = offset.saturating_add(*length).saturating_sub(base).min(text.len() as u64) as usize;
            kept.extend_from_slice(&text[from..to.max(from)]);
        }
        base += text.len() as u64;
        if count < WINDOW {
            break;
        }
        count = fill(&mut *file, &mut raw)?;
    }
    let whole = |(kept, place): (Vec<u8>, &(u64, u64))| (kept.len() as u64 == place.1).then_some(kept);
    Ok(Places {
        sha256: hex(&hash.finalize()),
        bytes: bytes.into_iter().zip(places).map(whole).collect(),
        mark: decoder.is_plain().then_some(mark as u64),
    })
}

/// Kinds of file that hold no text, by their first bytes.
const FOREIGN: &[(&[u8], &str)] = &[
    (b"%PDF", "a PDF document"),
    (b"\xD0\xCF\x11\xE0", "an old Office document (Excel .xls?): save it as CSV UTF-8"),
    (b"BZh", "bzip2-compressed: unpack it first"),
    (b"\xFD7zXZ", "xz-compressed: unpack it first"),
    (b"\x28\xB5\x2F\xFD", "zstd-compressed: unpack it first"),
    (b"Rar!", "a RAR archive: unpack it first"),
    (b"\x89PNG", "an image"),
    (b"\xFF\xD8\xFF", "an image"),
    (b"7z\xBC\xAF", "a 7z archive: unpack it first"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
];

fn foreign(head: &[u8]) -> Option<&'static str> {
    if head.is_empty() {
        return Some("empty");
    }
    if head.get(257..262) == Some(b"ustar") {
        return Some("a tar archive: unpack it first");
    }
    FOREIGN.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, what)| *what)
}
