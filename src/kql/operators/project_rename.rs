//! `T | project-rename new = old, …`
//!
//! Trap: columns keep their places.

use crate::kql::ast::Name;

#[derive(Clone, Debug)]
pub struct ProjectRename {
    /// New name, old name.
    pub pairs: Vec<(Name, Name)>,
}
