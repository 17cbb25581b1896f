//! Any bytes as a file, through recognition and every reader: nothing panics, and a file that is taken in is
//! accounted for to the last record.
//!
//! Trap: the file lies on disk, as a reader seeks in archives and Parquet; it is best in memory (`TMPDIR`).

#![no_main]

use std::path::PathBuf;

use auk::ingest::{self, Options, Quiet};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let folder = std::env::temp_dir().join(format!("auk-fuzz-{}", std::process::id()));
    _ = std::fs::create_dir_all(&folder);
    let (file, lake): (PathBuf, PathBuf) = (folder.join("file"), folder.join("lake"));
    if std::fs::write(&file, data).is_err() {
        return;
    }
    let paths = [file];
    _ = ingest::inspect(&paths, &["word".to_string()]);
    // A table of one's own takes anything that has rows.
    let table = data.len().is_multiple_of(8).then(|| "Own".to_string());
    let options = Options { threads: Some(1), table, ..Options::default() };
    if let Ok(summary) = ingest::run(&paths, &lake, &options, &Quiet) {
        for s in &summary.sources {
            assert_eq!(s.kept + s.duplicates + s.superseded + s.rejected, s.seen, "{s:?}");
        }
    }
    _ = std::fs::remove_dir_all(&lake);
});
