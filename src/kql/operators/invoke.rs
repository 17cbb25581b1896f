//! `T | invoke function(arguments)`
//!
//! Trap: the table is the first argument of the function.

use crate::kql::ast::{Argument, Name};

#[derive(Clone, Debug)]
pub struct Invoke {
    pub function: Name,
    pub args: Vec<Argument>,
}
