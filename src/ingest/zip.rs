//! Zip archives: the list of what is inside, and each file as a stream.
//!
//! Read are stored and deflated entries, zip64, and with a password the old encryption of PKZIP and the AES of WinZip
//! (`aes.rs`). All others (other methods, PKWARE's strong encryption) are refused by name.
//!
//! Traps: the central directory at the end is the truth, the headers before the data only say where the
//! data begins. Sizes and counts are claims: what is read is bounded by the caller, not by them. Nothing
//! is ever written under an entry's name.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

use super::aes::{self, Strength};
use flate2::Crc;
use flate2::read::DeflateDecoder;

/// Entries that are listed, at most.
pub const MAX_ENTRIES: usize = 100_000;
/// Bytes of a central directory, at most.
const MAX_DIRECTORY: u64 = 64 << 20;
/// The end record and the longest comment after it.
const TAIL: u64 = 22 + 65_535;

/// Where an archive's bytes are.
#[derive(Clone)]
pub enum Bytes {
    File(PathBuf),
    Memory(Arc<[u8]>),
}

pub trait ReadSeek: Read + Seek + Send {}
impl<T: Read + Seek + Send> ReadSeek for T {}

impl Bytes {
    fn open(&self) -> io::Result<Box<dyn ReadSeek>> {
        Ok(match self {
            Bytes::File(path) => Box::new(File::open(path)?),
            Bytes::Memory(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
        })
    }
}

/// A file inside an archive.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its path, without parts that lead out of the archive.
    pub name: String,
    pub size: u64,
    pub stored: u64,
    pub encrypted: bool,
    method: u16,
    /// How it is encrypted, if with AES.
    aes: Option<Strength>,
    /// `None` where a code vouches for the bytes.
    crc: Option<u32>,
    /// The byte that tells a wrong password.
    check: u8,
    header: u64,
}

fn bad(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("not a whole zip archive: {what}"))
}

fn number(bytes: &[u8], at: usize, length: usize) -> u64 {
    let bytes = bytes.get(at..at + length).unwrap_or_default();
    bytes.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b))
}

fn read_at(file: &mut dyn ReadSeek, at: u64, length: usize) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = vec![0; length];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// The files of an archive, in the order of its directory; folders are passed over.
pub fn entries(bytes: &Bytes) -> io::Result<Vec<Entry>> {
    let mut file = bytes.open()?;
    let (count, at, length) = directory(&mut *file)?;
    if count > MAX_ENTRIES as u64 {
        return Err(bad(&format!("it lists {count} files (limit: {MAX_ENTRIES})")));
    }
    if length > MAX_DIRECTORY {
        return Err(bad("its directory is longer than 64 MiB"));
    }
    let list = read_at(&mut *file, at, length as usize).map_err(|_| bad("the directory is cut off"))?;
    let mut entries = Vec::new();
    let mut at = 0;
    for _ in 0..count {
        if number(&list, at, 4) != 0x0201_4b50 {
            return Err(bad("the directory is damaged"));
        }
        let [name, extra, comment] = [28, 30, 32].map(|field| number(&list, at + field, 2) as usize);
        let end = at + 46 + name + extra + comment;
        if end > list.len() {
            return Err(bad("the directory is damaged"));
        }
        entries.extend(entry(&list[at..end], name, extra));
        at = end;
    }
    Ok(entries)
}

/// How many entries there are, and where the directory is and how long.
fn directory(file: &mut dyn ReadSeek) -> io::Result<(u64, u64, u64)> {
    let size = file.seek(SeekFrom::End(0))?;
    let from = size.saturating_sub(TAIL);
    let tail = read_at(file, from, (size - from) as usize)?;
    let end = memchr::memmem::rfind(&tail, b"PK\x05\x06").filter(|at| at + 22 <= tail.len());
    let end = end.ok_or_else(|| bad("its end is missing"))?;
    let (count, length, at) =
        (number(&tail, end + 10, 2), number(&tail, end + 12, 4), number(&tail, end + 16, 4));
    if count < 0xffff && length < 0xffff_ffff && at < 0xffff_ffff {
        return Ok((count, at, length));
    }
    let place = (from + end as u64).checked_sub(20).ok_or_else(|| bad("its end is damaged"))?;
    let locator = read_at(file, place, 20)?;
    if !locator.starts_with(b"PK\x06\x07") {
        return Ok((count, at, length));
    }
    let large = read_at(file, number(&locator, 8, 8), 56)?;
    if !large.starts_with(b"PK\x06\x06") {
        return Err(bad("its end is damaged"));
    }
    Ok((number(&large, 32, 8), number(&large, 48, 8), number(&large, 40, 8)))
}

/// An entry of the directory; `None` for a folder.
fn entry(header: &[u8], name: usize, extra: usize) -> Option<Entry> {
    let flags = number(header, 8, 2);
    let (mut stored, mut size, mut at) =
        (number(header, 20, 4), number(header, 24, 4), number(header, 42, 4));
    let (mut method, mut aes, mut vouched) = (number(header, 10, 2) as u16, None, false);
    let mut extras = &header[46 + name..46 + name + extra];
    while extras.len() >= 4 {
        let length = number(extras, 2, 2) as usize;
        let body = extras.get(4..4 + length)?;
        if number(extras, 0, 2) == 1 {
            let mut wide = body.chunks_exact(8).map(|b| number(b, 0, 8));
            for field in [&mut size, &mut stored, &mut at] {
                if *field == 0xffff_ffff {
                    *field = wide.next()?;
                }
            }
        }
        if number(extras, 0, 2) == 0x9901 && method == 99 && matches!(body.get(4), Some(1..=3)) {
            aes = body.get(4).map(|strength| Strength(*strength));
            vouched = number(body, 0, 2) == 2;
            method = number(body, 5, 2) as u16;
        }
        extras = &extras[4 + length..];
    }
    let raw = String::from_utf8_lossy(&header[46..46 + name]).replace('\\', "/");
    let crc = number(header, 16, 4) as u32;
    let late = flags & 8 != 0;
    let check = if late { (number(header, 12, 2) >> 8) as u8 } else { (crc >> 24) as u8 };
    (!raw.ends_with('/')).then(|| Entry {
        name: plain_path(&raw),
        size,
        stored,
        encrypted: flags & 1 != 0,
        method,
        aes,
        crc: (!vouched).then_some(crc),
        check,
        header: at,
    })
}

/// The path without a root, `.`, `..` and control characters.
fn plain_path(raw: &str) -> String {
    let parts = raw.split('/').filter(|part| !matches!(*part, "" | "." | ".."));
    let parts: Vec<String> = parts.map(|part| part.chars().filter(|c| !c.is_control()).collect()).collect();
    parts.join("/")
}

/// The bytes of an entry. Its checksum is compared at the end.
pub fn open(bytes: &Bytes, entry: &Entry, passwords: &[String]) -> io::Result<Box<dyn Read + Send>> {
    if !matches!(entry.method, 0 | 8) {
        let what = if entry.method == 99 {
            "encrypted in a way of its own"
        } else {
            "compressed by another method than deflate"
        };
        return Err(io::Error::new(io::ErrorKind::Unsupported, format!("{what}: unpack it first")));
    }
    let mut file = bytes.open()?;
    let header = read_at(&mut *file, entry.header, 30).map_err(|_| bad("an entry lies beyond the end"))?;
    if !header.starts_with(b"PK\x03\x04") {
        return Err(bad("the header of an entry is damaged"));
    }
    let start = entry.header + 30 + number(&header, 26, 2) + number(&header, 28, 2);
    let raw: Box<dyn Read + Send> = if let Some(strength) = entry.aes {
        unlock_aes(file, start, entry, strength, passwords)?
    } else if entry.encrypted {
        let keys = unlock(&mut *file, start, entry, passwords)?;
        file.seek(SeekFrom::Start(start + 12))?;
        Box::new(Decrypt { inner: file.take(entry.stored.saturating_sub(12)), keys })
    } else {
        file.seek(SeekFrom::Start(start))?;
        Box::new(file.take(entry.stored))
    };
    let plain: Box<dyn Read + Send> =
        if entry.method == 8 { Box::new(DeflateDecoder::new(raw)) } else { raw };
    Ok(Box::new(Checked { inner: plain, crc: Crc::new(), expected: entry.crc }))
}

/// The bytes of an entry that is encrypted with AES, under the first password that its code vouches for.
fn unlock_aes(
    mut file: Box<dyn ReadSeek>,
    start: u64,
    entry: &Entry,
    strength: Strength,
    passwords: &[String],
) -> io::Result<Box<dyn Read + Send>> {
    let head = strength.salt() + aes::CHECK;
    let Some(length) = entry.stored.checked_sub(head + aes::CODE) else {
        return Err(bad("an encrypted entry is too short"));
    };
    let salt = read_at(&mut *file, start, head as usize)?;
    let code = read_at(&mut *file, start + head + length, aes::CODE as usize)?;
    let mut fits = false;
    for password in passwords {
        let Some(keys) = aes::Keys::new(password, &salt, strength) else { continue };
        fits = true;
        file.seek(SeekFrom::Start(start + head))?;
        if keys.vouches(&mut (&mut file).take(length), &code)? {
            file.seek(SeekFrom::Start(start + head))?;
            return Ok(Box::new(keys.decrypt(file.take(length))));
        }
    }
    Err(if fits { bad("the code of an encrypted entry differs") } else { locked(passwords) })
}

/// Why an entry stays closed.
fn locked(passwords: &[String]) -> io::Error {
    let what = if passwords.is_empty() {
        "protected by a password: give it with --password-file"
    } else {
        "protected by a password that none of those given is"
    };
    io::Error::new(io::ErrorKind::PermissionDenied, what)
}

/// The keys of the first password that fits.
fn unlock(file: &mut dyn ReadSeek, start: u64, entry: &Entry, passwords: &[String]) -> io::Result<Keys> {
    let head = read_at(file, start, 12)?;
    for password in passwords {
        let mut keys = Keys::new(password);
        let mut last = 0;
        head.iter().for_each(|b| last = keys.decrypt(*b));
        if last == entry.check {
            return Ok(keys);
        }
    }
    Err(locked(passwords))
}

struct Checked<R> {
    inner: R,
    crc: Crc,
    expected: Option<u32>,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let differs = self.expected.is_some_and(|crc| crc != self.crc.sum());
        if count == 0 && !buffer.is_empty() && differs {
            return Err(bad("the checksum of an entry differs"));
        }
        self.crc.update(&buffer[..count]);
        Ok(count)
    }
}

/// The cipher of PKZIP: three words that every byte stirs.
struct Keys([u32; 3]);

impl Keys {
    fn new(password: &str) -> Keys {
        let mut keys = Keys([0x1234_5678, 0x2345_6789, 0x3456_7890]);
        password.bytes().for_each(|b| keys.stir(b));
        keys
    }

    fn stir(&mut self, byte: u8) {
        let [a, b, c] = self.0;
        let a = crc_step(a, byte);
        let b = b.wrapping_add(a & 0xff).wrapping_mul(134_775_813).wrapping_add(1);
        self.0 = [a, b, crc_step(c, (b >> 24) as u8)];
    }

    fn decrypt(&mut self, byte: u8) -> u8 {
        let word = (self.0[2] | 2) & 0xffff;
        let plain = byte ^ (word.wrapping_mul(word ^ 1) >> 8) as u8;
        self.stir(plain);
        plain
    }
}

/// One byte through CRC-32.
fn crc_step(crc: u32, byte: u8) -> u32 {
    const TABLE: [u32; 256] = crc_table();
    crc >> 8 ^ TABLE[((crc ^ u32::from(byte)) & 0xff) as usize]
}

const fn crc_table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let mut word = at as u32;
        let mut bit = 0;
        while bit < 8 {
            word = if word & 1 == 1 { word >> 1 ^ 0xedb8_8320 } else { word >> 1 };
            bit += 1;
        }
        table[at] = word;
        at += 1;
    }
    table
}

struct Decrypt<R> {
    inner: R,
    keys: Keys,
}

impl<R: Read> Read for Decrypt<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        buffer[..count].iter_mut().for_each(|b| *b = self.keys.decrypt(*b));
        Ok(count)
    }
}
