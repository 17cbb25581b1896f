//! `[T |] evaluate plugin(arguments) [: (name: type, …)]`
//!
//! Trap: a plugin whose columns depend on the data needs the stated schema, or its input is run first.

use crate::kql::ast::{Argument, Name, OperatorParameter};
use crate::types::Type;

#[derive(Clone, Debug)]
pub struct Evaluate {
    pub parameters: Vec<OperatorParameter>,
    pub plugin: Name,
    pub args: Vec<Argument>,
    /// The stated schema; a leading `*` keeps the columns of the input.
    pub schema: Option<(bool, Vec<(Name, Type)>)>,
}
