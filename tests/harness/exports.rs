//! The files of ingest pages as they would lie on disk: in an encoding, compressed, inside an archive.
//!
//! `file=a.json` is a file, `file=a.json.gz` is compressed, `file=pack.zip!inner/a.json` is put into an
//! archive (`pack.zip!inner.zip!a.json` in one inside it). Options: `encoding=utf-16le` (or `windows-1252`), `lines=crlf`,
//! `password=WORD`, `table=NAME` for `--table`.
//!
//! Trap: archives are written without compression of their own, by rules that the reader does not share.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::write::GzEncoder;
use flate2::{Compression, Crc};

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
        put(files, name, bytes(block, name)?);
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
        None => text.into_bytes(),
        Some("utf-8-bom") => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        Some("utf-16le") => {
            [0xfeff_u16].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
        }
        Some("windows-1252") => text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect(),
        Some(other) => return Err(format!("no such encoding: {other}")),
    };
    if !name.ends_with(".gz") {
        return Ok(bytes);
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&bytes).and_then(|()| encoder.finish()).map_err(|e| e.to_string())
}

fn packed(node: Node, password: Option<&str>) -> Vec<u8> {
    let entries = match node {
        Node::File(bytes) => return bytes,
        Node::Archive(entries) => entries,
    };
    let (mut out, mut directory, count) = (Vec::new(), Vec::new(), entries.len() as u16);
    for (name, node) in entries {
        let plain = packed(node, password);
        let mut crc = Crc::new();
        crc.update(&plain);
        let data = password.map_or_else(|| plain.clone(), |word| encrypt(word, &plain, crc.sum()));
        let mut fields = Vec::new();
        for number in [20, 0x800 | u16::from(password.is_some()), 0, 0, 0] {
            fields.extend(u16::to_le_bytes(number));
        }
        for number in [crc.sum(), data.len() as u32, plain.len() as u32] {
            fields.extend(u32::to_le_bytes(number));
        }
        fields.extend(u16::to_le_bytes(name.len() as u16));
        fields.extend([0, 0]);
        directory.extend([b"PK\x01\x02\x14\x00".as_slice(), &fields, &[0; 10]].concat());
        directory.extend(u32::to_le_bytes(out.len() as u32));
        directory.extend(name.as_bytes());
        out.extend([b"PK\x03\x04".as_slice(), &fields, name.as_bytes(), &data].concat());
    }
    let at = out.len() as u32;
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    out.extend([(directory.len() as u32).to_le_bytes(), at.to_le_bytes()].concat());
    out.extend([0, 0]);
    out
}

/// PKZIP's cipher, a bit at a time.
fn encrypt(password: &str, plain: &[u8], crc: u32) -> Vec<u8> {
    fn step(crc: u32, byte: u8) -> u32 {
        (0..8).fold(crc ^ u32::from(byte), |c, _| if c & 1 == 1 { c >> 1 ^ 0xedb8_8320 } else { c >> 1 })
    }
    fn stir(keys: &mut [u32; 3], byte: u8) {
        keys[0] = step(keys[0], byte);
        keys[1] = keys[1].wrapping_add(keys[0] & 0xff).wrapping_mul(134_775_813).wrapping_add(1);
        keys[2] = step(keys[2], (keys[1] >> 24) as u8);
    }
    let mut keys = [0x1234_5678, 0x2345_6789, 0x3456_7890];
    password.bytes().for_each(|b| stir(&mut keys, b));
    let head = [[7; 11].as_slice(), &[(crc >> 24) as u8]].concat();
    let cipher = head.iter().chain(plain).map(|b| {
        let word = (keys[2] | 2) & 0xffff;
        stir(&mut keys, *b);
        b ^ (word.wrapping_mul(word ^ 1) >> 8) as u8
    });
    cipher.collect()
}
