//! Any bytes as a file, through recognition and every reader: nothing panics, what is taken in is accounted for to
//! the last record, and a second lake of the same file, made by more threads, is the same.
//!
//! A first byte below 8 says how the rest lies on disk (`laid`): compressed, in an archive, in UTF-16, beside itself.
//!
//! Trap: the file lies on disk, as a reader seeks in archives and Parquet; it is best in memory (`TMPDIR`).

#![no_main]

#[path = "../../harness/pack.rs"]
mod pack;

use std::path::{Path, PathBuf};

use auk::ingest::{self, Options, Quiet, Summary};
use auk::lake::{Lake, Manifest};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let folder = std::env::temp_dir().join(format!("auk-fuzz-{}", std::process::id()));
    let (exports, lake, other) = (folder.join("exports"), folder.join("lake"), folder.join("other"));
    _ = std::fs::remove_dir_all(&folder);
    if std::fs::create_dir_all(&exports).is_err() {
        return;
    }
    let paths = [exports];
    for (name, bytes) in laid(data) {
        _ = std::fs::write(paths[0].join(name), bytes);
    }
    let found = ingest::inspect(&paths, &["word".to_string()]);
    // A table of one's own takes anything that has rows.
    let table = data.len().is_multiple_of(8).then(|| "Own".to_string());
    let Ok(summary) = take(&paths, &lake, 1, table.clone()) else { return };
    assert!(found.is_ok(), "inspect: {found:?}");
    account(&summary);
    let again = take(&paths, &lake, 1, table.clone());
    assert!(again.is_ok_and(|s| s.sources.is_empty()), "a file was read twice");
    let twice = take(&paths, &other, 3, table);
    assert!(twice.is_ok(), "the second lake: {:?}", twice.err());
    same(&lake, &other);
});

/// The files on disk.
fn laid(data: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let [how @ 1..8, rest @ ..] = data else { return vec![("file", data.to_vec())] };
    let packed = match how {
        1 => pack::gzip(rest),
        2 => pack::zip(&[("a", rest.to_vec()), ("b/../c.csv", data.to_vec())], None),
        3 => pack::zip(&[("inner.zip", pack::zip(&[("a", rest.to_vec())], None))], None),
        4 => pack::zip(&[("a", rest.to_vec())], Some("word")),
        5 => pack::utf16le(&String::from_utf8_lossy(rest)),
        6 => [b"\xef\xbb\xbf", rest].concat(),
        // The same records once more, so that all are copies.
        _ => return vec![("file", rest.to_vec()), ("more", [rest, b"\n"].concat())],
    };
    vec![("file", packed)]
}

fn take(
    paths: &[PathBuf],
    lake: &Path,
    threads: usize,
    table: Option<String>,
) -> Result<Summary, ingest::Error> {
    let passwords = vec!["word".to_string()];
    ingest::run(
        paths,
        lake,
        &Options { threads: Some(threads), table, passwords, ..Options::default() },
        &Quiet,
    )
}

/// Every record of a source is kept, a copy, or rejected, and the lake can be opened.
fn account(summary: &Summary) {
    for s in &summary.sources {
        assert_eq!(s.kept + s.duplicates + s.superseded + s.rejected, s.seen, "{s:?}");
    }
    let kept: u64 = summary.sources.iter().map(|s| s.kept).sum();
    let superseded: u64 = summary.sources.iter().map(|s| s.superseded).sum();
    let rows: u64 = summary.tables.iter().map(|(_, rows)| rows).sum();
    assert!(kept + superseded <= rows, "{summary:?}");
}

/// The files of the two lakes have the same bytes.
fn same(a: &Path, b: &Path) {
    let read = |dir: &Path| Manifest::read(dir).ok().flatten().map(|m| (m.hashes, m.rejects, m.now));
    assert_eq!(read(a), read(b));
    if read(a).is_some() {
        assert!(Lake::open(a).is_ok(), "the lake cannot be opened");
    }
}
