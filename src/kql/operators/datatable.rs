//! `datatable(name: type, …) [value, …]`
//!
//! Trap: values are converted to the type of their column; a value that does not convert is null.

use crate::kql::ast::{Expr, Name};
use crate::source::Span;
use crate::types::Type;

#[derive(Clone, Debug)]
pub struct Datatable {
    pub columns: Vec<(Name, Type)>,
    pub values: Vec<Expr>,
    pub span: Span,
}
