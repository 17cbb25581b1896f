//! Base64: text, byte arrays and guids to it and back.
//!
//! Trap: a guid is encoded in Microsoft's byte order: its first three groups are little-endian. What is
//! not valid base64, or not UTF-8 inside, decodes to `""` or null.

use ::base64::Engine;
use ::base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::functions::convert::text;
use crate::functions::rows::row;
use crate::functions::{Cx, Function, Naming};
use crate::value::Value;

const STRICT: GeneralPurpose = GeneralPurpose::new(
    &::base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
);

pub const ROWS: &[Function] = &[
    row(
        "base64_encode_tostring",
        &["base64_encodestring"],
        &["(text: string) -> string"],
        "The text in base64.",
        Naming::None,
        |a, _| Value::String(encode(text(&a[0]).as_bytes())),
    ),
    row(
        "base64_decode_tostring",
        &["base64_decodestring"],
        &["(base64: string) -> string"],
        "The text that is encoded in base64, empty when it is not valid.",
        Naming::None,
        |a, _| {
            let decoded = decode(&text(&a[0])).and_then(|bytes| String::from_utf8(bytes).ok());
            Value::String(decoded.unwrap_or_default())
        },
    ),
    row(
        "base64_decode_toarray",
        &["base64_decode_to_array"],
        &["(base64: string) -> dynamic"],
        "The bytes that are encoded in base64, as an array of numbers.",
        Naming::None,
        |a, _| match decode(&text(&a[0])) {
            Some(bytes) => Value::Array(bytes.into_iter().map(|b| Value::Long(i64::from(b))).collect()),
            None => Value::Null,
        },
    ),
    row(
        "base64_encode_fromarray",
        &[],
        &["(bytes: array) -> string"],
        "An array of bytes in base64, empty when it is not one.",
        Naming::None,
        encode_array,
    ),
    row(
        "base64_encode_fromguid",
        &[],
        &["(guid: guid) -> string"],
        "The 16 bytes of a guid in base64.",
        Naming::None,
        |a, _| match &a[0] {
            Value::Guid(g) => Value::String(encode(&swapped(g.to_be_bytes()))),
            _ => Value::string(""),
        },
    ),
    row(
        "base64_decode_toguid",
        &[],
        &["(base64: string) -> guid"],
        "The guid whose 16 bytes are encoded in base64, null when it is not valid.",
        Naming::None,
        |a, _| {
            let bytes = decode(&text(&a[0])).and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
            bytes.map_or(Value::Null, |bytes| Value::Guid(u128::from_be_bytes(swapped(bytes))))
        },
    ),
];

/// Bytes in base64.
pub fn encode(bytes: &[u8]) -> String {
    STRICT.encode(bytes)
}

/// The bytes of a base64 text, `None` when it is not valid.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    STRICT.decode(text).ok()
}

/// From the order of the digits to Microsoft's order of bytes, and back.
fn swapped(mut bytes: [u8; 16]) -> [u8; 16] {
    bytes[0..4].reverse();
    bytes[4..6].reverse();
    bytes[6..8].reverse();
    bytes
}

fn encode_array(args: &[Value], _: &Cx) -> Value {
    let bytes = args[0].as_array().unwrap_or_default();
    let bytes: Option<Vec<u8>> =
        bytes.iter().map(|b| b.as_i64().and_then(|b| u8::try_from(b).ok())).collect();
    Value::String(bytes.map(|bytes| encode(&bytes)).unwrap_or_default())
}
