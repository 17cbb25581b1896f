//! `[T |] evaluate plugin(arguments) [: (name: type, …)]`
//!
//! Trap: a plugin whose columns depend on the data needs the stated schema, or its input is run first.

use super::OperatorKind;
use crate::kql::ast::{Argument, Name, OperatorParameter};
use crate::kql::bind::{Binder, Relation};
use crate::kql::parser::{Parsed, Parser};
use crate::source::Span;
use crate::types::Type;

#[derive(Clone, Debug)]
pub struct Evaluate {
    pub parameters: Vec<OperatorParameter>,
    pub plugin: Name,
    pub args: Vec<Argument>,
    /// The stated schema; a leading `*` keeps the columns of the input.
    pub schema: Option<(bool, Vec<(Name, Type)>)>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let parameters = p.parameters(&[])?;
    let plugin = p.name("the name of a plugin")?;
    let args = p.arguments()?;
    let schema = if p.eat_symbol(":") { Some(p.schema()?) } else { None };
    Ok(OperatorKind::Evaluate(Evaluate { parameters, plugin, args, schema }))
}

pub fn bind(b: &mut Binder<'_>, op: &Evaluate, _input: Option<Relation>, span: Span) -> Option<Relation> {
    b.unsupported(span, format!("the plugin `{}` is not supported", op.plugin.text))
}
