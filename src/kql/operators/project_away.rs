//! `T | project-away pattern, …` and `T | project-keep pattern, …`: columns by name or wildcard
//!
//! Trap: the order of what stays is the order of the input.

use super::OperatorKind;
use crate::diagnostic::{Diagnostic, closest};
use crate::kql::ast::NamePattern;
use crate::kql::bind::select;
use crate::kql::bind::{Binder, Relation};
use crate::kql::parser::{Parsed, Parser};

#[derive(Clone, Debug)]
pub struct ProjectAway {
    pub patterns: Vec<NamePattern>,
    /// `project-keep`: the patterns say what stays.
    pub keep: bool,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    Ok(OperatorKind::ProjectAway(ProjectAway { patterns: p.list(Parser::name_pattern)?, keep: false }))
}

pub fn parse_keep(p: &mut Parser) -> Parsed<OperatorKind> {
    Ok(OperatorKind::ProjectAway(ProjectAway { patterns: p.list(Parser::name_pattern)?, keep: true }))
}

pub fn bind(b: &mut Binder<'_>, op: &ProjectAway, input: Relation) -> Option<Relation> {
    let named = |name: &str| op.patterns.iter().any(|p| p.matches(name));
    for pattern in op.patterns.iter().filter(|p| !p.wildcard) {
        if !input.schema().contains(&pattern.text) {
            let error = Diagnostic::semantic(pattern.span, format!("no column named `{}`", pattern.text));
            let near = closest(&pattern.text, input.schema().names()).map(|n| format!("did you mean `{n}`?"));
            if b.lost.insert(pattern.text.clone()) {
                b.unknown_name(&pattern.text);
                b.report::<()>(match near {
                    Some(help) => error.with_help(help),
                    None => error,
                });
            }
        }
    }
    let columns = input.schema().columns.iter().enumerate();
    let keep: Vec<usize> = columns
        .filter(|(_, c)| match input.hidden.contains(&c.name) {
            true => !op.patterns.iter().any(|p| !p.wildcard && p.text == c.name) || op.keep,
            false => named(&c.name) == op.keep,
        })
        .map(|(i, _)| i)
        .collect();
    Some(input.map(|plan| select(plan, &keep)))
}
