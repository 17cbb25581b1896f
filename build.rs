//! Embeds every `queries/**/*.kql` as a table of (name, text), sorted by name, for `analysis.rs`.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=queries");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("queries");
    let mut files = Vec::new();
    if root.is_dir() {
        collect(&root, &mut files)?;
    }
    files.sort();
    let rows: Vec<String> = files.iter().filter_map(|file| row(&root, file)).collect();
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("queries.rs");
    fs::write(out, format!("&[\n{}]\n", rows.concat()))
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
    Some(format!("({name:?}, include_str!({:?})),\n", file.to_str()?))
}
