//! `T | project-away pattern, …` and `T | project-keep pattern, …`: columns by name or wildcard
//!
//! Trap: the order of what stays is the order of the input.

use crate::kql::ast::NamePattern;

#[derive(Clone, Debug)]
pub struct ProjectAway {
    pub patterns: Vec<NamePattern>,
    /// `project-keep`: the patterns say what stays.
    pub keep: bool,
}
