//! gzip and zlib in base64: `gzip_compress_to_base64_string` and its three relatives.
//!
//! Trap: what is decompressed is bounded (`MAX_OUTPUT`): a few bytes of base64 can stand for gigabytes.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::{GzDecoder, ZlibDecoder};
use flate2::write::DeflateEncoder;

use crate::functions::convert::text;
use crate::functions::encode::base64::{decode, encode};
use crate::functions::rows::plain;
use crate::functions::{Cx, Function};
use crate::value::Value;

const MAX_OUTPUT: u64 = 64 << 20;
/// What a stored block can hold.
const MAX_STORED: usize = 65_535;

pub const ROWS: &[Function] = &[
    plain(
        "gzip_compress_to_base64_string",
        &["(text: string) -> string"],
        "The text compressed with gzip, in base64.",
        |a, _| Value::String(encode(&gzip(text(&a[0]).as_bytes()))),
    ),
    plain(
        "gzip_decompress_from_base64_string",
        &["(base64: string) -> string"],
        "The text that is compressed with gzip in a base64 text, empty when it is not valid.",
        |a, cx| decompressed(&text(&a[0]), cx, |bytes| Box::new(GzDecoder::new(bytes))),
    ),
    plain(
        "zlib_compress_to_base64_string",
        &["(text: string) -> string"],
        "The text compressed with zlib, in base64.",
        |a, _| Value::String(encode(&zlib(text(&a[0]).as_bytes()))),
    ),
    plain(
        "zlib_decompress_from_base64_string",
        &["(base64: string) -> string"],
        "The text that is compressed with zlib in a base64 text, empty when it is not valid.",
        |a, cx| decompressed(&text(&a[0]), cx, |bytes| Box::new(ZlibDecoder::new(bytes))),
    ),
];

/// The bytes as a deflate stream: stored where compressing them would make them longer.
fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default();
    if written.len() <= bytes.len() || bytes.len() > MAX_STORED {
        return written;
    }
    let length = bytes.len() as u16;
    let mut stored = vec![1];
    stored.extend(length.to_le_bytes());
    stored.extend((!length).to_le_bytes());
    stored.extend(bytes);
    stored
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    out.extend(deflate(bytes));
    out.extend(crc.sum().to_le_bytes());
    out.extend(crc.amount().to_le_bytes());
    out
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    out.extend(deflate(bytes));
    let step = |(a, b): (u32, u32), byte: &u8| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    };
    let (a, b) = bytes.iter().fold((1, 0), step);
    out.extend((b << 16 | a).to_be_bytes());
    out
}

fn decompressed<'a>(
    base64: &str,
    cx: &Cx,
    open: fn(std::io::Cursor<Vec<u8>>) -> Box<dyn Read + 'a>,
) -> Value {
    let Some(bytes) = decode(base64) else { return Value::string("") };
    let mut out = Vec::new();
    let read = open(std::io::Cursor::new(bytes)).take(MAX_OUTPUT + 1).read_to_end(&mut out);
    if out.len() as u64 > MAX_OUTPUT {
        cx.fail(format!("a text longer than {MAX_OUTPUT} bytes would be decompressed"));
        return Value::string("");
    }
    let text = if read.is_ok() { String::from_utf8(out).ok() } else { None };
    Value::String(text.unwrap_or_default())
}
