//! Percent encoding: `url_encode`, `url_encode_component`, `url_decode`.
//!
//! Trap: `url_encode` writes a space as `+`, `url_encode_component` as `%20`; both write lower-case hex.

use std::borrow::Cow;

use crate::functions::Function;
use crate::functions::convert::text;
use crate::functions::rows::plain;
use crate::value::Value;

pub const ROWS: &[Function] = &[
    plain(
        "url_encode",
        &["(url: string) -> string"],
        "The text with percent encoding; a space is `+`.",
        |a, _| Value::String(encode(&text(&a[0]), "+")),
    ),
    plain(
        "url_encode_component",
        &["(url: string) -> string"],
        "The text with percent encoding; a space is `%20`.",
        |a, _| Value::String(encode(&text(&a[0]), "%20")),
    ),
    plain(
        "url_decode",
        &["(encoded_url: string) -> string"],
        "The text without percent encoding.",
        |a, _| Value::String(decode(&text(&a[0]), true)),
    ),
];

fn encode(text: &str, space: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        match b {
            b' ' => out.push_str(space),
            b if b.is_ascii_alphanumeric() || b"-_.!*()".contains(&b) => out.push(char::from(b)),
            b => out.push_str(&format!("%{b:02x}")),
        }
    }
    out
}

/// The text with `%xx` resolved (and `+` as a space); bytes that are not UTF-8 become U+FFFD.
pub fn decode(text: &str, plus: bool) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        let byte = hex
            .filter(|h| h.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|h| u8::from_str_radix(h, 16).ok());
        match byte {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(if plus && bytes[at] == b'+' { b' ' } else { bytes[at] });
                at += 1;
            }
        }
    }
    match String::from_utf8_lossy(&out) {
        Cow::Borrowed(s) => s.to_string(),
        Cow::Owned(s) => s,
    }
}
