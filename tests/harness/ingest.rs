//! Ingest and analysis pages: exports in file fences, and queries over the lake that is made of them.
//!
//! A fence with `file=NAME` in its info string is a file; `auk ingest` makes a lake of a case's files.
//! A case without files of its own sees the lake of the case before, or empty tables. An `analysis` fence
//! holds the name of a file of `queries/`, which is the query; a `let` in `kql given` may take the place of
//! a table.
//!
//! Trap: what the page says of rejected records is said by a query over the lake, not by the exit code.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::engine::World;
use super::golden::{check_cases, run_case};
use super::page::{Case, Page};

pub fn run_page(path: &Path) -> Result<(), String> {
    let page = Page::read(path)?;
    let name = path.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = super::scratch(&format!("ingest-{name}"))?;
    let mut world = None;
    let mut failures = Vec::new();
    let result = check_cases(&page, |case| {
        if case.blocks.iter().any(|b| b.option("file").is_some()) {
            world = Some(lake_of(case, &folder)?);
        }
        run_case(case, world.get_or_insert_with(World::empty))
    });
    failures.extend(result.err());
    _ = fs::remove_dir_all(&folder);
    super::rows::report(failures)
}

/// The lake of a case's files.
fn lake_of(case: &Case, folder: &Path) -> Result<World, String> {
    let exports = folder.join(format!("exports-{}", case.line));
    for block in &case.blocks {
        let Some(name) = block.option("file") else { continue };
        let file = exports.join(name);
        let parent = file.parent().unwrap_or(&exports);
        fs::create_dir_all(parent).map_err(|e| format!("{}: {e}", parent.display()))?;
        fs::write(&file, block.text() + "\n").map_err(|e| format!("{}: {e}", file.display()))?;
    }
    let lake = folder.join(format!("lake-{}", case.line));
    ingest(&exports, &lake)?;
    World::lake(&lake)
}

/// Runs `auk ingest`; rejected records (exit code 3) are no failure.
pub fn ingest(exports: &Path, lake: &Path) -> Result<(), String> {
    let output = Command::new(env!("CARGO_BIN_EXE_auk"))
        .arg("ingest")
        .arg("--lake")
        .arg(lake)
        .arg(exports)
        .output()
        .map_err(|e| format!("auk ingest: {e}"))?;
    match output.status.code() {
        Some(0 | 3) => Ok(()),
        _ => Err(format!("auk ingest: {}", String::from_utf8_lossy(&output.stderr))),
    }
}

/// The text of an analysis, by the name of its file.
pub fn analysis(name: &str) -> Result<String, String> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("queries")];
    let wanted = Path::new(name).with_extension("kql");
    while let Some(folder) = folders.pop() {
        let paths: Vec<PathBuf> =
            fs::read_dir(&folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
        for path in paths {
            if path.is_dir() {
                folders.push(path);
            } else if path.ends_with(&wanted) {
                return fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()));
            }
        }
    }
    Err(format!("there is no analysis {name}"))
}
