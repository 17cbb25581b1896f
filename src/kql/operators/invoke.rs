//! `T | invoke function(arguments)`
//!
//! Trap: the table is the first argument of the function.

use super::OperatorKind;
use crate::kql::ast::{Argument, Name};
use crate::kql::bind::{Binder, Binding, NO_COLUMNS, Outcome, Relation, Row};
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

pub fn bind(b: &mut Binder<'_>, op: &Invoke, input: Relation) -> Option<Relation> {
    let Some(Binding::Function(callee)) = b.binding(&op.function.text) else {
        return b.unknown_function(&op.function);
    };
    match b.user_function(&op.function, &callee, &op.args, Some(input), &Row::new(&NO_COLUMNS))? {
        Outcome::Table(relation) => Some(*relation),
        Outcome::Scalar(_) => b.error(op.function.span, "invoke wants a function that gives a table"),
    }
}
