//! A zip archive of a few files, as a workbook is one: deflated, with a fixed date, so that the same content gives
//! the same bytes.
//!
//! Trap: sizes and places are 32 bits wide; what does not fit is refused rather than wrapped.

use std::io::{self, Write};

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

/// 1980-01-01, the first day that the format knows.
const DATE: u16 = 0x0021;
const VERSION: u16 = 20;
/// Names are UTF-8.
const FLAGS: u16 = 0x0800;
const DEFLATED: u16 = 8;

struct Entry {
    name: String,
    crc: u32,
    packed: u32,
    size: u32,
    at: u32,
}

/// An archive with these files, in this order.
pub fn archive(files: &[(String, Vec<u8>)]) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut entries = Vec::new();
    for (name, content) in files {
        let mut crc = Crc::new();
        crc.update(content);
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::default());
        packed.write_all(content)?;
        let packed = packed.finish()?;
        let entry = Entry {
            name: name.clone(),
            crc: crc.sum(),
            packed: narrow(packed.len())?,
            size: narrow(content.len())?,
            at: narrow(out.len())?,
        };
        out.extend(0x0403_4b50_u32.to_le_bytes());
        described(&entry, &mut out)?;
        out.extend(entry.name.as_bytes());
        out.extend(packed);
        entries.push(entry);
    }
    let directory = out.len();
    for entry in &entries {
        out.extend(0x0201_4b50_u32.to_le_bytes());
        out.extend(VERSION.to_le_bytes());
        described(entry, &mut out)?;
        // No comment, the first disk, no attributes.
        out.extend([0; 10]);
        out.extend(entry.at.to_le_bytes());
        out.extend(entry.name.as_bytes());
    }
    let (length, count) = (narrow(out.len() - directory)?, u16::try_from(entries.len()).map_err(too_large)?);
    out.extend(0x0605_4b50_u32.to_le_bytes());
    out.extend([0; 4]);
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(length.to_le_bytes());
    out.extend(narrow(directory)?.to_le_bytes());
    out.extend([0; 2]);
    Ok(out)
}

/// The fields that an entry and its line of the directory share.
fn described(entry: &Entry, out: &mut Vec<u8>) -> io::Result<()> {
    for field in [VERSION, FLAGS, DEFLATED, 0, DATE] {
        out.extend(field.to_le_bytes());
    }
    for field in [entry.crc, entry.packed, entry.size] {
        out.extend(field.to_le_bytes());
    }
    out.extend(u16::try_from(entry.name.len()).map_err(too_large)?.to_le_bytes());
    out.extend([0; 2]);
    Ok(())
}

fn narrow(size: usize) -> io::Result<u32> {
    u32::try_from(size).map_err(too_large)
}

fn too_large(_: std::num::TryFromIntError) -> io::Error {
    io::Error::other("the workbook is too large for its format; use --format csv")
}
