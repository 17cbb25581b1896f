//! Dynamic values: arrays, bags, arrays as sets, JSON paths.
//!
//! Trap: what is no array or no bag gives null.

pub mod arrays;
pub mod bags;
pub mod json_path;
pub mod ranges;
pub mod sets;
pub mod sort;

use super::Function;

/// The rows, by subject.
pub const ROWS: &[&[Function]] =
    &[arrays::ROWS, bags::ROWS, json_path::ROWS, ranges::ROWS, sets::ROWS, sort::ROWS];
