//! A golden page: Markdown in which a heading is a case.
//!
//! `# Topic` opens the page, `## Case` a case: text, then fences. A fence is its info string and its
//! lines; a pipe table counts as a fence with the info `table`. What a case expects is the last of
//! these, and `rewrite` puts another in its place.
//!
//! Trap: a heading that holds `(documentation)` or `(recorded)` says that the expectation is not ours:
//! it is never rewritten.

use std::fs;
use std::path::{Path, PathBuf};

/// A fenced block or a table, by the lines of the page that it takes.
#[derive(Clone, Debug)]
pub struct Block {
    pub info: String,
    pub lines: Vec<String>,
    /// First line, and the line after the last.
    pub at: (usize, usize),
}

impl Block {
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// The first word of the info string.
    pub fn language(&self) -> &str {
        self.info.split_whitespace().next().unwrap_or("")
    }

    /// The value of `name=value` in the info string.
    pub fn option(&self, name: &str) -> Option<&str> {
        self.info.split_whitespace().find_map(|w| w.strip_prefix(name)?.strip_prefix('='))
    }
}

#[derive(Clone, Debug)]
pub struct Case {
    pub heading: String,
    pub line: usize,
    pub blocks: Vec<Block>,
}

impl Case {
    /// Is the expectation someone else's, and so never rewritten?
    pub fn is_authority(&self) -> bool {
        self.heading.contains("(documentation)") || self.heading.contains("(recorded)")
    }

    pub fn block(&self, info: &str) -> Option<&Block> {
        self.blocks.iter().find(|b| b.info == info)
    }
}

pub struct Page {
    pub path: PathBuf,
    pub lines: Vec<String>,
    pub cases: Vec<Case>,
}

impl Page {
    pub fn read(path: &Path) -> Result<Page, String> {
        let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let lines: Vec<String> = text.lines().map(str::to_string).collect();
        let cases = cases(&lines);
        Ok(Page { path: path.to_path_buf(), lines, cases })
    }

    /// Puts blocks in place of others (or after a line, when `at` is empty) and writes the page.
    pub fn rewrite(&self, mut changes: Vec<((usize, usize), Vec<String>)>) -> Result<(), String> {
        changes.sort_by_key(|((from, _), _)| std::cmp::Reverse(*from));
        let mut lines = self.lines.clone();
        for ((from, to), new) in changes {
            lines.splice(from..to, new);
        }
        fs::write(&self.path, lines.join("\n") + "\n").map_err(|e| format!("{}: {e}", self.path.display()))
    }
}

/// Where the pages are.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// The pages of a folder of `tests/` and of the folders in it, by name.
pub fn pages(folder: &str) -> Vec<PathBuf> {
    let (mut pages, mut folders) = (Vec::new(), vec![root().join(folder)]);
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "md") {
                pages.push(path);
            }
        }
    }
    pages.sort();
    pages
}

fn cases(lines: &[String]) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at].as_str();
        if line.starts_with('#') {
            let heading = line.trim_start_matches('#').trim().to_string();
            cases.push(Case { heading, line: at + 1, blocks: Vec::new() });
        }
        let block = if line.starts_with("```") {
            let close =
                (at + 1..lines.len()).find(|i| lines[*i].starts_with("```")).unwrap_or(lines.len() - 1);
            let info = line.trim_start_matches('`').trim().to_string();
            Some(Block { info, lines: lines[at + 1..close].to_vec(), at: (at, close + 1) })
        } else if line.starts_with('|') {
            let end = (at..lines.len()).find(|i| !lines[*i].starts_with('|')).unwrap_or(lines.len());
            Some(Block { info: "table".to_string(), lines: lines[at..end].to_vec(), at: (at, end) })
        } else {
            None
        };
        at = block.as_ref().map_or(at + 1, |b| b.at.1);
        if let (Some(case), Some(block)) = (cases.last_mut(), block) {
            case.blocks.push(block);
        }
    }
    cases.retain(|c| !c.blocks.is_empty());
    cases
}

/// A page that is written from what the program says: what it should hold now, against what it holds.
/// `UPDATE_EXPECT=1` writes it anew.
pub fn held(page: &str, said: &str) -> Result<(), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let written = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    if said == written {
        return Ok(());
    }
    if std::env::var("UPDATE_EXPECT").is_ok_and(|v| v == "1") {
        return std::fs::write(&path, said).map_err(|e| format!("{page}: {e}"));
    }
    let first = said.lines().zip(written.lines()).find(|(a, b)| a != b);
    let (now, then) = first.unwrap_or(("more or fewer lines", ""));
    Err(format!("{page} is stale; UPDATE_EXPECT=1 writes it anew\n  it should say: {now}\n  it says: {then}"))
}
