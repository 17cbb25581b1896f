//! Hashes and encodings: base64, percent encoding, Punycode, gzip and zlib.
//!
//! Trap: what cannot be decoded is `""` or null, never an error.

pub mod base64;
pub mod compress;
pub mod hash;
pub mod punycode;
pub mod url;

use super::Function;

/// The rows, by subject.
pub const ROWS: &[&[Function]] = &[base64::ROWS, compress::ROWS, hash::ROWS, punycode::ROWS, url::ROWS];
