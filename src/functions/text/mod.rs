//! Text: building and cutting it, regular expressions, replacing, code points.
//!
//! Trap: positions and lengths count code points, `string_size` bytes.

pub mod build;
pub mod regex;
pub mod replace;
pub mod unicode;

use super::Function;

/// The rows, by subject.
pub const ROWS: &[&[Function]] = &[build::ROWS, regex::ROWS, replace::ROWS, unicode::ROWS];
