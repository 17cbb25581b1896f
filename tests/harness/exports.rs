//! The files of ingest pages as they would lie on disk: in an encoding, compressed, inside an archive.
//!
//! `file=a.json` is a file, `file=a.json.gz` is compressed, `file=pack.zip!inner/a.json` is put into an
//! archive (`pack.zip!inner.zip!a.json` in one inside it); `file=a.parquet` holds what the query in the fence gives.
//! Options: `encoding=NAME` (`bytes` says which there are), `lines=crlf`, `password=WORD`, `table=NAME` for `--table`.
//!
//! Trap: files of one archive share its password.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::pack;
use super::page::{Block, Case};

/// Files by name.
type Files = BTreeMap<String, Node>;

/// A file or the entries of an archive.
enum Node {
    File(Vec<u8>),
    Archive(Files),
}

/// A set of files that one command reads.
#[derive(Default)]
pub struct Exports {
    pub folder: PathBuf,
    /// The table of `--table`.
    pub table: Option<String>,
    pub passwords: Vec<String>,
}

/// Writes the files of a case, those of each `table=` into a folder of their own.
pub fn write(case: &Case, folder: &Path) -> Result<Vec<Exports>, String> {
    let mut tables: BTreeMap<Option<String>, (Files, Vec<String>)> = BTreeMap::new();
    for block in &case.blocks {
        let Some(name) = block.option("file") else { continue };
        let (files, passwords) = tables.entry(block.option("table").map(String::from)).or_default();
        passwords.extend(block.option("password").map(String::from));
        let bytes = if name.ends_with(".parquet") { parquet(block, folder)? } else { bytes(block, name)? };
        put(files, name, bytes);
    }
    let mut all = Vec::new();
    for (table, (files, passwords)) in tables {
        let folder = folder.join(table.as_deref().unwrap_or("exports"));
        for (name, node) in files {
            let path = folder.join(&name);
            let parent = path.parent().unwrap_or(&folder);
            fs::create_dir_all(parent).map_err(|e| format!("{}: {e}", parent.display()))?;
            let bytes = packed(node, passwords.first().map(String::as_str));
            fs::write(&path, bytes).map_err(|e| format!("{}: {e}", path.display()))?;
        }
        all.push(Exports { folder, table, passwords });
    }
    Ok(all)
}

fn put(files: &mut Files, name: &str, bytes: Vec<u8>) {
    match name.split_once('!') {
        None => _ = files.insert(name.to_string(), Node::File(bytes)),
        Some((archive, inner)) => {
            let node = files.entry(archive.to_string()).or_insert_with(|| Node::Archive(BTreeMap::new()));
            if let Node::Archive(entries) = node {
                put(entries, inner, bytes);
            }
        }
    }
}

fn bytes(block: &Block, name: &str) -> Result<Vec<u8>, String> {
    let mut text = block.text() + "\n";
    if block.option("lines") == Some("crlf") {
        text = text.replace('\n', "\r\n");
    }
    let bytes = match block.option("encoding") {
        // A file that another program wrote.
        Some("base64") => STANDARD.decode(block.lines.concat()).map_err(|e| format!("{name}: {e}"))?,
        None => text.into_bytes(),
        Some("utf-8-bom") => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        Some("utf-16le") => pack::utf16le(&text),
        Some("utf-16be") => {
            pack::utf16le(&text).chunks_exact(2).flat_map(|pair| [pair[1], pair[0]]).collect()
        }
        Some("utf-16le-no-bom") => pack::utf16le(&text).split_off(2),
        // What a cmdlet of another encoding has appended.
        Some("utf-16le-ascii-tail") => [pack::utf16le(&text), b"\n\n".to_vec()].concat(),
        Some("windows-1252") => text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect(),
        Some(other) => return Err(format!("no such encoding: {other}")),
    };
    Ok(if name.ends_with(".gz") { pack::gzip(&bytes) } else { bytes })
}

/// The answer to a query, as a Parquet file that auk writes.
fn parquet(query: &Block, folder: &Path) -> Result<Vec<u8>, String> {
    let path = folder.with_extension("parquet");
    let text = query.text();
    let output = Command::new(env!("CARGO_BIN_EXE_auk")).args(["query", &text, "-o"]).arg(&path).output();
    let output = output.map_err(|e| format!("auk query: {e}"))?;
    if !output.status.success() {
        return Err(format!("auk query: {}", String::from_utf8_lossy(&output.stderr)));
    }
    fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))
}

fn packed(node: Node, password: Option<&str>) -> Vec<u8> {
    match node {
        Node::File(bytes) => bytes,
        Node::Archive(entries) => {
            let entries: Vec<(String, Vec<u8>)> =
                entries.into_iter().map(|(name, node)| (name, packed(node, password))).collect();
            pack::zip(&entries, password)
        }
    }
}
