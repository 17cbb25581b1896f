//! The string operators (`has`, `contains`, `startswith`, …) with a constant to look for.

use super::Accelerator;

pub const TABLE: &[(&str, Accelerator)] = &[];
