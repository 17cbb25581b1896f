//! `T | project-away pattern, …` and `T | project-keep pattern, …`: columns by name or wildcard
//!
//! Trap: the order of what stays is the order of the input.

use super::OperatorKind;
use crate::kql::ast::NamePattern;
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
