//! A file that is hashed while it is written, so that it can be told later whether it has changed.
//!
//! Trap: the hash is that of the bytes as they were written, in order; nothing may seek in the file.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::disk::{Disk, Sink};

pub struct Hashed {
    file: Sink,
    hash: Sha256,
}

impl Hashed {
    pub fn create(disk: &Disk, path: &Path) -> io::Result<Hashed> {
        Ok(Hashed { file: disk.create(path)?, hash: Sha256::new() })
    }

    /// Makes the file durable; its SHA-256 in hex.
    pub fn finish(self) -> io::Result<String> {
        self.file.finish()?;
        Ok(hex(&self.hash.finalize()))
    }
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.hash.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Writes a file and makes it durable; its hash.
pub fn write(disk: &Disk, path: &Path, text: &str) -> io::Result<String> {
    let mut file = BufWriter::new(Hashed::create(disk, path)?);
    file.write_all(text.as_bytes())?;
    finish(file)
}

/// Makes a file durable; its hash.
pub fn finish(file: BufWriter<Hashed>) -> io::Result<String> {
    file.into_inner().map_err(io::IntoInnerError::into_error)?.finish()
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The SHA-256 of a file, in hex.
pub fn sha256_of(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 20];
    let mut hash = Sha256::new();
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(hex(&hash.finalize()));
        }
        hash.update(&buffer[..count]);
    }
}
