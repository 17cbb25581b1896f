//! CLI pages and the README: `console` fences are run, and what they print is held against the page.
//!
//! A line `$ auk …` is a command for the shell; the lines up to the next one are its standard output.
//! `2>&1` on the command shows standard error, too. A last line `[exit 2]` says how it ended, if not
//! with 0. `...` alone in a line stands for any lines, `[..]` for any text in a line. The blocks of a
//! page run one after the other in a fresh folder that holds `sample-data` and `places.mmdb`.
//!
//! Trap: a fence with `console norun` is shown only.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::golden::updating;
use super::page::{Block, Page};

pub fn run_page(path: &Path) -> Result<(), String> {
    let page = Page::read(path)?;
    let folder = Folder::new(path)?;
    let (mut failures, mut changes) = (Vec::new(), Vec::new());
    for block in page.cases.iter().flat_map(|c| &c.blocks) {
        if block.language() == "console" && !block.info.contains("norun") {
            let actual = run_block(block, &folder)?;
            if !matches(&block.lines, &actual) {
                if updating(block.lines.iter().all(|l| l.starts_with("$ "))) {
                    let fence = [format!("```{}", block.info)].into_iter();
                    changes.push((block.at, fence.chain(actual).chain(["```".to_string()]).collect()));
                } else {
                    let place = format!("{}:{}", page.path.display(), block.at.0 + 1);
                    failures.push(format!(
                        "{place}\n- {}\n+ {}",
                        block.lines.join("\n- "),
                        actual.join("\n+ ")
                    ));
                }
            }
        }
    }
    if !changes.is_empty() {
        page.rewrite(changes)?;
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

/// The block with what its commands print today.
fn run_block(block: &Block, folder: &Folder) -> Result<Vec<String>, String> {
    let mut out = Vec::new();
    let mut lines = block.lines.iter().peekable();
    while let Some(line) = lines.next() {
        let Some(command) = line.strip_prefix("$ ") else { continue };
        let mut command = command.to_string();
        out.push(line.clone());
        while command.ends_with('\\') || command.matches('\'').count() % 2 == 1 {
            let Some(more) = lines.next() else { break };
            command = format!("{command}\n{more}");
            out.push(more.clone());
        }
        out.extend(folder.run(&command)?);
    }
    Ok(out)
}

/// Do the lines fit the pattern, with its `...` and `[..]`?
fn matches(pattern: &[String], lines: &[String]) -> bool {
    match (pattern.split_first(), lines.split_first()) {
        (None, None) => true,
        (Some((first, rest)), _) if first.trim() == "..." => {
            (0..=lines.len()).any(|n| matches(rest, &lines[n..]))
        }
        (Some((first, rest)), Some((line, others))) => line_matches(first, line) && matches(rest, others),
        _ => false,
    }
}

fn line_matches(pattern: &str, line: &str) -> bool {
    let Some((head, tail)) = pattern.split_once("[..]") else { return pattern.trim_end() == line.trim_end() };
    let Some(rest) = line.strip_prefix(head) else { return false };
    let starts = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
    starts.into_iter().any(|at| line_matches(tail, &rest[at..]))
}

/// A fresh folder for the commands of one page, gone when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(page: &Path) -> Result<Folder, String> {
        let name = page.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let folder = super::scratch(&format!("console-{name}"))?;
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
        if sample.is_dir() {
            copy(&sample, &folder.join("sample-data")).map_err(|e| format!("sample-data: {e}"))?;
        }
        fs::write(folder.join("places.mmdb"), super::mmdb::database())
            .map_err(|e| format!("places.mmdb: {e}"))?;
        Ok(Folder(folder))
    }

    /// Standard output of a command as lines, and how it ended, if not with 0.
    fn run(&self, command: &str) -> Result<Vec<String>, String> {
        let binary = Path::new(env!("CARGO_BIN_EXE_auk"));
        let old = std::env::var_os("PATH").unwrap_or_default();
        let folders = binary.parent().map(Path::to_path_buf).into_iter().chain(std::env::split_paths(&old));
        let path = std::env::join_paths(folders).map_err(|e| e.to_string())?;
        let output = Command::new("sh")
            .args(["-c", command])
            .current_dir(&self.0)
            .env("PATH", path)
            .env("NO_COLOR", "1")
            .env("COLUMNS", "100")
            .env("XDG_CACHE_HOME", self.0.join("cache"))
            .output()
            .map_err(|e| format!("{command}: {e}"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let mut lines: Vec<String> = text.lines().map(|l| l.trim_end().to_string()).collect();
        match output.status.code() {
            Some(0) => {}
            Some(code) => lines.push(format!("[exit {code}]")),
            None => lines.push("[killed]".to_string()),
        }
        Ok(lines)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

pub fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
