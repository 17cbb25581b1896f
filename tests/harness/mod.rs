//! The parts of the test binary.
//!
//! Trap: nothing here may depend on the order in which tests run; they run side by side.

pub mod cell;
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
pub mod page;
pub mod planning;
pub mod property;
pub mod rows;
pub mod shreds;
pub mod threads;
pub mod together;
pub mod walk;

use std::path::PathBuf;

/// A fresh, empty folder for one test.
pub fn scratch(name: &str) -> Result<PathBuf, String> {
    let folder = std::env::temp_dir().join(format!("auk-test-{}-{name}", std::process::id()));
    _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    Ok(folder)
}
