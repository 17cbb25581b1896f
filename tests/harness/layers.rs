//! The shape of `src/`: who may use whom, and how long files and functions may be.
//!
//! Trap: it reads source text, not what the compiler sees: a path that does not start with `crate::`
//! escapes it (`super::super::` is not used in this project, and found here).

use std::fs;
use std::path::{Path, PathBuf};

use super::rows::report;

/// The modules from the bottom up: each may use itself and those before it.
const LAYERS: &[&str] = &[
    "source",
    "diagnostic",
    "types",
    "decimal",
    "time",
    "json",
    "value",
    "table",
    "functions",
    "plan",
    "kql",
    "lake",
    "lower",
    "outside",
    "generate",
    "ingest",
    "analysis",
    "engine",
    "audit",
    "monthly",
    "report",
    "cli",
];

/// Below `functions` the central types know each other: values print as JSON, JSON reads as values.
const CENTRAL: usize = 8;

/// What a layer never names.
const NEVER: &[(&str, &str)] = &[
    ("functions", "polars"),
    ("plan", "polars"),
    ("kql", "polars"),
    ("kql", "std::fs"),
    ("kql", "SystemTime"),
    ("functions", "std::fs"),
    ("functions", "SystemTime"),
    ("lower", "ast::"),
    ("report", "crate::kql"),
];

const FILE_LINES: usize = 700;
const FUNCTION_LINES: usize = 70;

pub fn check_layers() -> Result<(), String> {
    let mut wrong = Vec::new();
    for (path, module, text) in sources()? {
        let Some(own) = LAYERS.iter().position(|l| *l == module) else {
            if !matches!(module.as_str(), "lib" | "main") {
                wrong.push(format!("{}: the module {module} has no place among the layers", path.display()));
            }
            continue;
        };
        for (number, line) in code(&text) {
            for used in uses(line) {
                let Some(at) = LAYERS.iter().position(|l| *l == used) else { continue };
                if at > own && !(own < CENTRAL && at < CENTRAL) {
                    wrong.push(format!("{}:{number}: {module} uses {used}", path.display()));
                }
            }
            for (layer, word) in NEVER {
                if *layer == module && line.contains(word) {
                    wrong.push(format!("{}:{number}: {module} names {word}", path.display()));
                }
            }
        }
    }
    report(wrong)
}

pub fn check_lengths() -> Result<(), String> {
    let mut wrong = Vec::new();
    for (path, _, text) in sources()? {
        let lines = text.lines().count();
        if lines >= FILE_LINES {
            wrong.push(format!("{}: {lines} lines", path.display()));
        }
        if !text.starts_with("//!") && path.file_name().is_some_and(|n| n != "main.rs") {
            wrong.push(format!("{}: does not open with //!", path.display()));
        }
        for (name, number, lines) in functions(&text) {
            if lines >= FUNCTION_LINES {
                wrong.push(format!("{}:{number}: {name} has {lines} lines", path.display()));
            }
        }
    }
    report(wrong)
}

/// Every source file: its path, the module below `src/` that it belongs to, its text.
fn sources() -> Result<Vec<(PathBuf, String, String)>, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut out = Vec::new();
    let mut folders = vec![root.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|e| e.to_string())?.flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = fs::read_to_string(&path).map_err(|e| e.to_string())?;
                let short = path.strip_prefix(root).unwrap_or(&path).to_path_buf();
                let module = short.components().nth(1).map(|c| c.as_os_str().to_string_lossy().into_owned());
                let module = module.unwrap_or_default().trim_end_matches(".rs").to_string();
                out.push((short, module, text));
            }
        }
    }
    out.sort();
    Ok(out)
}

/// The numbered lines that are not comments.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(i, l)| (i + 1, l)).filter(|(_, l)| !l.trim_start().starts_with("//"))
}

/// The modules that a line names by `crate::`, also in a list: `use crate::{json, time};`.
fn uses(line: &str) -> Vec<&str> {
    let mut out = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        let rest = &line[at + "crate::".len()..];
        let list = rest.strip_prefix('{').map_or(vec![rest], |r| r.split(',').collect());
        for item in list {
            let item = item.trim();
            let end = item.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(item.len());
            out.push(&item[..end]);
        }
    }
    out
}

/// The functions of a formatted file: name, first line, number of lines. A function ends with the
/// brace that stands as far in as its first line.
fn functions(text: &str) -> Vec<(String, usize, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut out = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let Some(name) = function_name(line.trim_start()) else { continue };
        let close = format!("{}}}", " ".repeat(indent));
        if line.ends_with(';') || line.ends_with('}') {
            continue;
        }
        if let Some(end) = lines[at..].iter().position(|l| *l == close) {
            out.push((name.to_string(), at + 1, end + 1));
        }
    }
    out
}

fn function_name(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace();
    let qualifiers = ["pub", "pub(crate)", "pub(super)", "const", "async", "unsafe"];
    let first = words.find(|w| !qualifiers.contains(w))?;
    let name = if first == "fn" { words.next()? } else { return None };
    Some(&name[..name.find(['(', '<']).unwrap_or(name.len())])
}
