//! `T | render chart [with (property = value, …)]`
//!
//! Trap: the table is not changed; it says only how to show it.

use crate::kql::ast::{Name, OperatorParameter};

#[derive(Clone, Debug)]
pub struct Render {
    pub chart: Name,
    pub properties: Vec<OperatorParameter>,
}
