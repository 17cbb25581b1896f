//! The parts of the test binary.
//!
//! Trap: nothing here may depend on the order in which tests run; they run side by side.

pub mod benchmark;
pub mod cell;
pub mod collection;
pub mod compare;
pub mod console;
pub mod crash;
pub mod differential;
pub mod digest;
pub mod engine;
pub mod exports;
pub mod golden;
pub mod headings;
pub mod hostile;
pub mod incidents;
pub mod ingest;
pub mod kernels;
pub mod lakes;
pub mod layers;
pub mod listing;
pub mod mangled;
pub mod mmdb;
pub mod mutants;
#[allow(dead_code)]
#[path = "../fuzz/src/mutate.rs"]
pub mod mutate;
pub mod odd;
pub mod order;
pub mod pack;
pub mod page;
pub mod planning;
pub mod property;
pub mod question;
pub mod routes;
pub mod rows;
pub mod shreds;
pub mod threads;
pub mod together;
pub mod walk;

use std::path::PathBuf;

/// A fresh, empty folder for one test of this process.
pub fn scratch(name: &str) -> Result<PathBuf, String> {
    let folder = std::env::temp_dir().join(format!("{}{name}", own_scratch()));
    _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    Ok(folder)
}

/// Removes what this process's tests have left of their folders.
pub fn clean_up() {
    for entry in std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&own_scratch()) {
            _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// How the names of this process's folders begin.
fn own_scratch() -> String {
    format!("auk-test-{}-", std::process::id())
}
