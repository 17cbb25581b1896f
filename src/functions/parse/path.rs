//! `parse_path`: the parts of a file path as a bag of texts.
//!
//! Paths of Windows, UNC and Unix, with an optional `scheme://` and an alternate data stream
//! (`file.txt:stream`).
//!
//! Trap: both kinds of slashes part directories, and `RootPath` (`C:\`) is part of `DirectoryPath` too.

use crate::functions::convert::text;
use crate::functions::rows::plain;
use crate::functions::{Cx, Function};
use crate::value::Value;

pub const ROWS: &[Function] =
    &[plain("parse_path", &["(path: string) -> dynamic"], "The parts of a file path.", parse_path)];

const SLASHES: [char; 2] = ['/', '\\'];

fn parse_path(args: &[Value], _: &Cx) -> Value {
    let source = text(&args[0]);
    let (scheme, path) = source.split_once("://").unwrap_or(("", &source));
    let (directory, file) = match path.rfind(SLASHES) {
        Some(at) => (&path[..at], &path[at + 1..]),
        None => ("", path),
    };
    let (file, stream) = file.split_once(':').unwrap_or((file, ""));
    let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension);
    let part = |name: &str, value: &str| (name.to_string(), Value::string(value));
    Value::Bag(vec![
        part("Scheme", scheme),
        part("RootPath", root(path)),
        part("DirectoryPath", directory),
        part("DirectoryName", directory.rsplit(SLASHES).next().unwrap_or("")),
        part("Filename", file),
        part("Extension", extension),
        part("AlternateDataStreamName", stream),
    ])
}

/// The drive with its slash, also behind the `\\?\` of a long path.
fn root(path: &str) -> &str {
    let drive = path.strip_prefix("\\\\?\\").unwrap_or(path);
    let bytes = drive.as_bytes();
    let has_drive = bytes.len() > 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':';
    if has_drive && (bytes[2] == b'\\' || bytes[2] == b'/') { &drive[..3] } else { "" }
}
