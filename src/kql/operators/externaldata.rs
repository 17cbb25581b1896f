//! `externaldata(name: type, …) [uri, …] [with (property = value, …)]`
//!
//! Trap: nothing is fetched from a network.

use crate::kql::ast::{Expr, Name, OperatorParameter};
use crate::source::Span;
use crate::types::Type;

#[derive(Clone, Debug)]
pub struct Externaldata {
    pub columns: Vec<(Name, Type)>,
    pub uris: Vec<Expr>,
    pub properties: Vec<OperatorParameter>,
    pub span: Span,
}
