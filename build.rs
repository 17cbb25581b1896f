//! Embeds every `queries/**/*.kql` as a table of (name, text), sorted by name, for `analysis.rs`; and the
//! syntax line that opens each file of `src/kql/operators/`, for `auk functions`.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=queries");
    // For the test of how fast queries are compiled.
    println!("cargo::rustc-env=AUK_OPT_LEVEL={}", env::var("OPT_LEVEL").unwrap_or_default());
    // Polars' line tables would make the binary fifty times as large as its code.
    if env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "unix") {
        println!("cargo::rustc-link-arg=-Wl,-S");
    }
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("queries");
    let mut files = Vec::new();
    if root.is_dir() {
        collect(&root, &mut files)?;
    }
    // Without the extension: `a` comes before `a-b`, though `a-b.kql` comes before `a.kql`.
    files.sort_by_key(|file| file.with_extension(""));
    let rows: Vec<String> = files.iter().filter_map(|file| row(&root, file)).collect();
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("queries.rs"), format!("&[\n{}]\n", rows.concat()))?;
    fs::write(out.join("operators.rs"), format!("&{:?}\n", syntax(Path::new("src/kql/operators"))?))
}

/// The first line of each operator's file: `T | where predicate` (also spelled `filter`).
fn syntax(folder: &Path) -> io::Result<Vec<String>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut lines = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let path = if path.is_dir() { path.join("mod.rs") } else { path };
        let text = fs::read_to_string(&path)?;
        let line = text.lines().next().and_then(|line| line.strip_prefix("//! ")).unwrap_or_default();
        if path != folder.join("mod.rs") {
            lines.push(line.to_string());
        }
    }
    lines.sort();
    Ok(lines)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|e| e == "kql") {
            files.push(path);
        }
    }
    Ok(())
}

fn row(root: &Path, file: &Path) -> Option<String> {
    let name = file.strip_prefix(root).ok()?.with_extension("");
    let name = name.to_str()?.replace('\\', "/");
    // The compiler, which knows where this checkout is, finds the file: target folders are shared and moved.
    Some(format!(
        "({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/queries/{name}.kql\"))),\n"
    ))
}
