//! `T | sort by expr [asc|desc] [nulls first|nulls last], …` (also spelled `order by`)
//!
//! Trap: descending by default; nulls are first when ascending, last when descending.

use crate::kql::ast::SortKey;

#[derive(Clone, Debug)]
pub struct Sort {
    pub keys: Vec<SortKey>,
}
