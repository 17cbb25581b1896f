//! Who uses a lake: one writer, any number of readers, and short changes of lists and functions.
//!
//! ```text
//! DIR/lock          held by the one writer, and says who that is
//! DIR/readers       held by all readers; what a commit has replaced is removed only when there is none
//! DIR/lists.lock    held for a moment, while a watchlist or a function is put in its place
//! ```
//!
//! Traps: the system gives a lock back when its process ends, however it ends, so a lock is never stale; but
//! what is written in it is, after a crash. A reader takes its lock before it reads the manifest: so whoever
//! finds no reader after a commit knows that no one has the manifest before it.

use std::fs::{File, OpenOptions, TryLockError, read_to_string};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use super::Error;
use crate::json;
use crate::time::datetime_text;
use crate::value::Value;

/// Who wants to write, to be told to others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holder {
    /// The command, in a line.
    pub command: String,
    /// The clock, in ticks.
    pub since: i64,
}

/// The lock of the one writer; given back when dropped.
pub struct Lock(File);

/// A command longer than this is cut.
const LONGEST: usize = 200;
/// So often a lock is tried, a hundredth of a second between.
const PATIENCE: usize = 30;

impl Lock {
    /// Takes the lock. With it comes who was broken off while holding it.
    pub fn take(dir: &Path, holder: &Holder) -> Result<(Lock, Option<String>), Error> {
        let path = dir.join("lock");
        let failed = |e: std::io::Error| Error::io(&path, &e);
        let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = options.map_err(failed)?;
        match patiently(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let who = holder_of(&mut file).unwrap_or_else(|| "another process".into());
                let message = format!("the lake is being written by {who}");
                let remedy = "wait until that has ended, or end it: the lake stays as it was before";
                return Err(Error::new(&path, message).with_remedy(remedy));
            }
            Err(TryLockError::Error(e)) => return Err(failed(e)),
        }
        let before = text_of(&mut file);
        let mut sign = || {
            file.set_len(0)?;
            file.rewind()?;
            writeln!(file, "{}", signature(holder))
        };
        sign().map_err(failed)?;
        let broken_off = (!before.trim().is_empty()).then(|| describe(&before));
        Ok((Lock(file), broken_off))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        _ = self.0.set_len(0);
    }
}

fn signature(holder: &Holder) -> String {
    let host = ["/proc/sys/kernel/hostname", "/etc/hostname"].iter().find_map(|p| read_to_string(p).ok());
    let command: String = holder.command.chars().take(LONGEST).collect();
    let members = [
        ("pid", Value::Long(i64::from(std::process::id()))),
        ("host", Value::string(host.as_deref().unwrap_or_default().trim())),
        ("since", Value::Long(holder.since)),
        ("command", Value::String(command)),
    ];
    json::to_text(&Value::Bag(members.into_iter().map(|(key, value)| (key.to_string(), value)).collect()))
}

fn text_of(file: &mut File) -> String {
    let mut text = String::new();
    _ = file.rewind();
    _ = file.take(4096).read_to_string(&mut text);
    text
}

/// Who holds the lock; it is signed a moment after it was taken.
fn holder_of(file: &mut File) -> Option<String> {
    for _ in 0..20 {
        let text = text_of(file);
        if !text.trim().is_empty() {
            return Some(describe(&text));
        }
        sleep(Duration::from_millis(10));
    }
    None
}

/// `process 4711 on HOST since 2026-05-01T10:00:00Z (auk ingest …)`.
fn describe(signature: &str) -> String {
    let Some(value) = json::parse(signature.trim()) else { return format!("process {}", signature.trim()) };
    let member = |key: &str| value.member(key).to_text();
    let mut who = format!("process {}", member("pid"));
    if !member("host").is_empty() {
        who.push_str(&format!(" on {}", member("host")));
    }
    if let Some(since) = value.member("since").as_i64().filter(|since| *since > 0) {
        who.push_str(&format!(" since {}", datetime_text(since)));
    }
    if !member("command").is_empty() {
        who.push_str(&format!(" ({})", member("command")));
    }
    who
}

const READERS: &str = "readers";

/// Makes the file that readers lock: they may not be allowed to.
pub fn let_readers(dir: &Path) -> Result<(), Error> {
    let path = dir.join(READERS);
    let made = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
    made.map(|_| ()).map_err(|e| Error::io(&path, &e))
}

/// Says that the lake is being read, as long as the file lives. A lake on a medium that cannot be locked is
/// read without.
pub fn reading(dir: &Path) -> Option<File> {
    let file = File::open(dir.join(READERS)).ok()?;
    file.lock_shared().ok()?;
    Some(file)
}

/// Takes a lock, or gives up after a moment. Trap: a lock that was let go may be held a little longer, by a
/// process that was begun meanwhile and has not yet closed what it has of its parent's.
fn patiently(file: &File) -> Result<(), TryLockError> {
    for _ in 0..PATIENCE {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => sleep(Duration::from_millis(10)),
            done => return done,
        }
    }
    file.try_lock()
}

/// No one reads the lake, as long as the file lives; `None` when someone does.
pub fn no_reader(dir: &Path) -> Option<File> {
    let file = File::open(dir.join(READERS)).ok()?;
    file.try_lock().ok()?;
    Some(file)
}

/// Waits until no one else changes a list or a function.
pub fn lists(dir: &Path) -> Result<File, Error> {
    let path = dir.join("lists.lock");
    let open = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
    let file = open.map_err(|e| Error::io(&path, &e))?;
    file.lock().map_err(|e| Error::io(&path, &e))?;
    Ok(file)
}
