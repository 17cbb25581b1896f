//! `T | count`
//!
//! Trap: the column is `Count`, with a capital, unlike `count_` of summarize.

use crate::kql::ast::Name;

#[derive(Clone, Debug)]
pub struct Count {
    /// `count as name`
    pub name: Option<Name>,
}
