//! `T | count`
//!
//! Trap: the column is `Count`, with a capital, unlike `count_` of summarize.

use super::OperatorKind;
use crate::functions;
use crate::kql::ast::Name;
use crate::kql::bind::{Binder, Relation, summarize_by};
use crate::kql::parser::{Parsed, Parser};
use crate::plan::AggregateCall;
use crate::types::Type;

#[derive(Clone, Debug)]
pub struct Count {
    /// `count as name`
    pub name: Option<Name>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let name = if p.eat_word("as") { Some(p.name("the name of the column")?) } else { None };
    Ok(OperatorKind::Count(Count { name }))
}

pub fn bind(b: &mut Binder<'_>, op: &Count, input: Relation) -> Option<Relation> {
    let Some(function) = functions::aggregate("count") else {
        return b.unsupported(Default::default(), "count needs the aggregate count()");
    };
    let name = op.name.as_ref().map_or("Count".to_string(), |n| n.text.clone());
    let call = AggregateCall { function, args: Vec::new(), filter: None, ty: Type::Long };
    Some(summarize_by(b, input, &[], vec![(name, call)]))
}
