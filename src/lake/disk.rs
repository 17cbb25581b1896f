//! Writing to disk, step by step: every file made, written, made durable, renamed or removed goes through
//! here, so that a test can let any of these steps fail.
//!
//! Traps: without faults a step is one look at an empty option, for every megabyte that is written. A
//! crash is a process that ends where it stands, in the middle of what it was writing.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What is to go wrong, for tests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// The process ends at this step, counted from 1.
    pub crash: Option<u64>,
    /// It stands still at this step.
    pub halt: Option<u64>,
    /// So many bytes can be written; then the disk is full.
    pub room: Option<u64>,
    /// A file whose name ends so cannot be read beyond that byte.
    pub unreadable: Option<(String, u64)>,
    /// Nothing goes wrong, but the steps are counted.
    pub count: bool,
}

impl Faults {
    /// `crash=STEP`, `halt=STEP`, `room=BYTES`, `read=NAME@BYTE` or `count`, separated by commas.
    pub fn read(text: &str) -> Option<Faults> {
        let mut faults = Faults::default();
        for word in text.split(',') {
            match word.split_once('=') {
                None if word == "count" => faults.count = true,
                Some(("crash", step)) => faults.crash = Some(step.parse().ok()?),
                Some(("halt", step)) => faults.halt = Some(step.parse().ok()?),
                Some(("room", bytes)) => faults.room = Some(bytes.parse().ok()?),
                Some(("read", place)) => {
                    let (name, byte) = place.rsplit_once('@')?;
                    faults.unreadable = Some((name.to_string(), byte.parse().ok()?));
                }
                _ => return None,
            }
        }
        Some(faults)
    }
}

/// The disk as it is, or with faults.
#[derive(Clone, Debug, Default)]
pub struct Disk(Option<Arc<Faulty>>);

#[derive(Debug)]
struct Faulty {
    faults: Faults,
    steps: AtomicU64,
    written: AtomicU64,
}

impl Disk {
    pub fn faulty(faults: Faults) -> Disk {
        Disk(Some(Arc::new(Faulty { faults, steps: AtomicU64::new(0), written: AtomicU64::new(0) })))
    }

    /// How many steps were taken, if they are counted.
    pub fn steps(&self) -> Option<u64> {
        self.0.as_ref().filter(|faulty| faulty.faults.count).map(|faulty| faulty.steps.load(Relaxed))
    }

    /// The byte at which a file becomes unreadable.
    pub fn unreadable(&self, path: &Path) -> Option<u64> {
        let (name, byte) = self.0.as_ref()?.faults.unreadable.as_ref()?;
        path.to_string_lossy().ends_with(name.as_str()).then_some(*byte)
    }

    /// Is this the step at which the process ends? Where it stands still it stays.
    fn step(&self) -> bool {
        let Some(faulty) = &self.0 else { return false };
        let step = faulty.steps.fetch_add(1, Relaxed) + 1;
        while faulty.faults.halt == Some(step) {
            std::thread::park();
        }
        faulty.faults.crash == Some(step)
    }

    fn pass(&self) {
        if self.step() {
            std::process::abort();
        }
    }

    pub fn create(&self, path: &Path) -> io::Result<Sink> {
        self.pass();
        Ok(Sink { file: File::create(path)?, disk: self.clone() })
    }

    pub fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.pass();
        fs::rename(from, to)
    }

    pub fn remove(&self, path: &Path) -> io::Result<()> {
        self.pass();
        fs::remove_file(path)
    }

    /// Makes the names in a folder durable, where the system lets a folder be opened.
    pub fn sync_folder(&self, dir: &Path) {
        self.pass();
        if let Ok(folder) = File::open(dir) {
            _ = folder.sync_all();
        }
    }

    /// Writes a file and makes it durable.
    pub fn write(&self, path: &Path, text: &str) -> io::Result<()> {
        let mut file = BufWriter::new(self.create(path)?);
        file.write_all(text.as_bytes())?;
        file.into_inner().map_err(io::IntoInnerError::into_error)?.finish()
    }

    /// Writes `dir/name` so that after a crash it is the old file or the new one.
    pub fn replace(&self, dir: &Path, name: &str, text: &str) -> io::Result<()> {
        let beside = dir.join(format!("{name}.new"));
        let written = self.write(&beside, text).and_then(|()| self.rename(&beside, &dir.join(name)));
        if written.is_err() {
            _ = fs::remove_file(&beside);
        }
        written?;
        self.sync_folder(dir);
        Ok(())
    }
}

/// A file that is being written.
#[derive(Debug)]
pub struct Sink {
    file: File,
    disk: Disk,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.disk.step() {
            _ = self.file.write_all(&bytes[..bytes.len() / 2]);
            std::process::abort();
        }
        let Some(faulty) = &self.disk.0 else { return self.file.write(bytes) };
        let room = faulty.faults.room.unwrap_or(u64::MAX);
        let before = faulty.written.fetch_add(bytes.len() as u64, Relaxed);
        let left = room.saturating_sub(before).min(bytes.len() as u64) as usize;
        self.file.write_all(&bytes[..left])?;
        if left < bytes.len() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(left) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Sink {
    /// Makes the file durable.
    pub fn finish(self) -> io::Result<()> {
        self.disk.pass();
        self.file.sync_all()
    }
}

/// A file that cannot be read to its end.
pub struct Failing<R> {
    pub inner: R,
    /// Bytes that can still be read.
    pub left: u64,
}

/// What Linux says when a disk cannot be read.
const EIO: i32 = 5;

impl<R: Read> Read for Failing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 && !buffer.is_empty() {
            return Err(io::Error::from_raw_os_error(EIO));
        }
        let count = (&mut self.inner).take(self.left).read(buffer)?;
        self.left -= count as u64;
        Ok(count)
    }
}
