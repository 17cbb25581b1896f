//! `T | as [hint.materialized=true] name`
//!
//! Trap: the name may be used later in the same query, also in another branch.

use crate::kql::ast::Name;

#[derive(Clone, Debug)]
pub struct As {
    pub name: Name,
}
