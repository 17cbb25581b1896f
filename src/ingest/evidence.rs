//! Back to the evidence: the bytes of records in a source that was read before, wherever it lies in an archive.
//!
//! The source is read from its first byte to its last and hashed on the way; the bytes are handed out only if
//! the hash is the one of the day it was ingested.
//!
//! Trap: places count in the decoded stream, after a byte order mark. In a Parquet file they count in the rows
//! as lines of JSON, which are made anew.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::input::Input;
use super::stream::{self, Opened, Stream};
use crate::lake::Source;

/// A source read once more.
pub struct Again {
    /// Per place that was asked for, its bytes; `None` beyond the end.
    pub bytes: Vec<Option<Vec<u8>>>,
    /// Bytes of the file before the decoded stream, where the two are the same but for those.
    pub mark: Option<u64>,
}

/// Why a source cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lost {
    Missing(PathBuf),
    /// What was recorded, and what is there now.
    Changed {
        path: PathBuf,
        was: String,
        is: String,
    },
    Unreadable(String),
}

/// Bytes of one record that are shown, at most.
const LONGEST: u64 = 64 << 20;

/// Reads the bytes at the places (offset, length) of a source; `file` is where it, or the archive around it,
/// is today.
pub fn read(
    source: &Source,
    file: &Path,
    places: &[(u64, u64)],
    passwords: &[String],
) -> Result<Again, Lost> {
    let unreadable = |e: std::io::Error| Lost::Unreadable(format!("{}: {e}", file.display()));
    if !file.is_file() {
        return Err(Lost::Missing(file.to_path_buf()));
    }
    let size = std::fs::metadata(file).map_err(unreadable)?.len();
    let input = Input::file(file.to_path_buf(), size);
    let whole = source.archive.as_ref().map_or(&source.sha256, |archive| &archive.sha256);
    check(file, whole, &stream::sha256(&input).map_err(unreadable)?)?;
    let passwords = Arc::new(passwords.to_vec());
    let inside = match &source.archive {
        None => Some(rows_of(input)),
        Some(archive) => {
            let renamed = source.path.replacen(&archive.path, &file.to_string_lossy(), 1);
            find(input, Path::new(&renamed), &source.sha256, &passwords)
        }
    };
    let Some(inside) = inside else {
        return Err(Lost::Unreadable(format!("{}: not found inside the archive", source.path)));
    };
    let longest = |(offset, length): &(u64, u64)| (*offset, (*length).min(LONGEST));
    let places: Vec<(u64, u64)> = places.iter().map(longest).collect();
    let read = stream::places(&inside, &places).map_err(unreadable)?;
    if !inside.is_parquet() {
        check(Path::new(&source.path), &source.sha256, &read.sha256)?;
    }
    let mark = read.mark.filter(|_| source.archive.is_none() && !inside.is_parquet());
    Ok(Again { bytes: read.bytes, mark })
}

fn check(path: &Path, was: &str, is: &str) -> Result<(), Lost> {
    if was == is {
        return Ok(());
    }
    Err(Lost::Changed { path: path.to_path_buf(), was: was.to_string(), is: is.to_string() })
}

/// The source of that name and hash in what an input holds. Names inside an archive may repeat.
fn find(input: Input, name: &Path, sha256: &str, passwords: &Arc<Vec<String>>) -> Option<Input> {
    match Stream::open_again(input, &mut Vec::new()).ok()? {
        Opened::Gzip(input) => find(input.gunzip().ok()?, name, sha256, passwords),
        Opened::Zip(input) => {
            let inside = input.unzip(passwords).ok()?;
            let leads = |input: &Input| name.to_string_lossy().starts_with(&*input.name.to_string_lossy());
            inside.into_iter().filter(leads).find_map(|input| find(input, name, sha256, passwords))
        }
        Opened::Parquet(input) => input.rows().ok(),
        Opened::Stream(stream) if stream.input.name == name => {
            let input = stream.input.clone();
            (stream::sha256(&input).ok()? == sha256).then_some(input)
        }
        _ => None,
    }
}

/// The Parquet rows of a file, if it is one.
fn rows_of(input: Input) -> Input {
    match Stream::open_again(input.clone(), &mut Vec::new()) {
        Ok(Opened::Parquet(parquet)) => parquet.rows().unwrap_or(input),
        _ => input,
    }
}
