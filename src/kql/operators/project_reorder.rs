//! `T | project-reorder pattern [asc|desc|granny-asc|granny-desc], …`
//!
//! Trap: columns not named follow in their old order; without asc or desc a wildcard keeps the old order.

use crate::kql::ast::NamePattern;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReorderBy {
    Input,
    Asc,
    Desc,
    GrannyAsc,
    GrannyDesc,
}

#[derive(Clone, Debug)]
pub struct ProjectReorder {
    pub items: Vec<(NamePattern, ReorderBy)>,
}
