//! `T | invoke function(arguments)`
//!
//! Trap: the table is the first argument of the function.

use super::OperatorKind;
use crate::kql::ast::{Argument, Name};
use crate::kql::parser::{Parsed, Parser};

#[derive(Clone, Debug)]
pub struct Invoke {
    pub function: Name,
    pub args: Vec<Argument>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let function = p.name("the name of a function")?;
    Ok(OperatorKind::Invoke(Invoke { function, args: p.arguments()? }))
}
