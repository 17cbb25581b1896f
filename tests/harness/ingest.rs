//! Ingest and analysis pages: exports in file fences, and queries over the lake that is made of them.
//!
//! A fence with `file=NAME` in its info string is a file; `auk ingest` makes a lake of a case's files.
//! A case without files of its own sees the lake of the case before, or empty tables. An `analysis` fence
//! holds the name of a file of `queries/`, which is the query; a `let` in `kql given` may take the place of
//! a table.
//!
//! An `account` fence says what has become of the records: a line per source, its notes, and what was
//! skipped.
//!
//! Trap: what the page says of rejected records is said by a query over the lake, not by the exit code.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use auk::lake::manifest::DAMAGE;
use auk::lake::{Lake, Source};

use super::engine::World;
use super::exports::{self, Exports};
use super::golden::{check_cases, run_case, updating};
use super::page::{Case, Page};

pub fn run_page(path: &Path) -> Result<(), String> {
    let page = Page::read(path)?;
    let name = path.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = super::scratch(&format!("ingest-{name}"))?;
    let mut world = None;
    let mut failures = Vec::new();
    let mut accounts = Vec::new();
    let result = check_cases(&page, |case| {
        if case.blocks.iter().any(|b| b.option("file").is_some()) {
            let (made, account) = lake_of(case, &folder)?;
            world = Some(made);
            failures.extend(check_account(case, account, &mut accounts));
        }
        run_case(case, world.get_or_insert_with(World::empty))
    });
    failures.extend(result.err());
    if !accounts.is_empty() {
        write_accounts(path, &accounts)?;
    }
    _ = fs::remove_dir_all(&folder);
    super::rows::report(failures)
}

/// The lake of a case's files, and the account of them.
fn lake_of(case: &Case, folder: &Path) -> Result<(World, Vec<String>), String> {
    let (own, lake) =
        (folder.join(format!("exports-{}", case.line)), folder.join(format!("lake-{}", case.line)));
    let mut told = String::new();
    let all = exports::write(case, &own)?;
    for exports in &all {
        told.push_str(&ingest_exports(exports, &lake)?);
    }
    let folders: Vec<String> = all.iter().map(|e| format!("{}/", e.folder.display())).collect();
    let short = |text: &str| folders.iter().fold(text.to_string(), |text, folder| text.replace(folder, ""));
    let mut account = Vec::new();
    let made = Lake::open(&lake).map_err(|e| e.to_string())?;
    let mut sources: Vec<&Source> = made.sources().iter().collect();
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    for source in sources {
        account.push(short(&account_line(source)));
        account.extend(source.notes.iter().map(|note| short(&format!("  note: {note}"))));
    }
    account.extend(told.lines().filter_map(|line| Some(short(&line[line.find("skipped ")?..]))));
    Ok((World::lake(&lake)?, account))
}

fn account_line(s: &Source) -> String {
    let damage: Vec<String> = DAMAGE
        .iter()
        .map(|(name, get)| (name, *get(&mut s.damage.clone())))
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| format!(", {count} {name}"))
        .collect();
    let mut laid = vec![s.container.as_str()];
    laid.extend(Some(s.encoding.as_str()).filter(|encoding| *encoding != "UTF-8"));
    laid.extend(s.archive.as_ref().map(|archive| archive.kind.as_str()));
    format!(
        "{} ({} {}): {} seen = {} kept + {} duplicates + {} superseded + {} rejected{}",
        s.path,
        s.routes.join(" "),
        laid.join(", "),
        s.seen,
        s.kept,
        s.duplicates,
        s.superseded,
        s.rejected,
        damage.concat()
    )
}

/// Holds the account against the page's, or notes that it is to be written.
fn check_account(
    case: &Case,
    account: Vec<String>,
    changes: &mut Vec<(String, Vec<String>)>,
) -> Option<String> {
    let block = case.block("account")?;
    if block.lines == account {
        return None;
    }
    if updating(block.lines.is_empty()) {
        changes.push((case.heading.clone(), account));
        return None;
    }
    Some(format!("{}\n- {}\n+ {}", case.heading, block.lines.join("\n- "), account.join("\n+ ")))
}

/// Writes accounts into a page, whose lines other expectations may have moved.
fn write_accounts(path: &Path, accounts: &[(String, Vec<String>)]) -> Result<(), String> {
    let page = Page::read(path)?;
    let place = |(heading, account): &(String, Vec<String>)| {
        let block = page.cases.iter().find(|c| c.heading == *heading)?.block("account")?;
        Some(((block.at.0 + 1, block.at.1 - 1), account.clone()))
    };
    page.rewrite(accounts.iter().filter_map(place).collect())
}

/// Runs `auk ingest`; rejected records (exit code 3) are no failure.
pub fn ingest(exports: &Path, lake: &Path) -> Result<(), String> {
    ingest_exports(&Exports { folder: exports.to_path_buf(), ..Exports::default() }, lake).map(|_| ())
}

/// Runs `auk ingest` with what the exports need; what it said on standard error.
fn ingest_exports(exports: &Exports, lake: &Path) -> Result<String, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_auk"));
    command.arg("ingest").arg("--lake").arg(lake).arg(&exports.folder);
    if let Some(table) = &exports.table {
        command.args(["--table", table]);
    }
    if !exports.passwords.is_empty() {
        let file = exports.folder.with_extension("passwords");
        fs::write(&file, exports.passwords.join("\n")).map_err(|e| e.to_string())?;
        command.arg("--password-file").arg(file);
    }
    let output = command.output().map_err(|e| format!("auk ingest: {e}"))?;
    match output.status.code() {
        Some(0 | 3) => Ok(String::from_utf8_lossy(&output.stderr).into_owned()),
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
