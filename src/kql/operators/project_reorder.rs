//! `T | project-reorder pattern [asc|desc|granny-asc|granny-desc], …`
//!
//! Trap: columns not named follow in their old order; without asc or desc a wildcard keeps the old order.

use super::OperatorKind;
use crate::kql::ast::NamePattern;
use crate::kql::parser::{Parsed, Parser};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReorderBy {
    Input,
    Asc,
    Desc,
    GrannyAsc,
    GrannyDesc,
}

#[derive(Clone, Debug)]
pub struct ProjectReorder {
    pub items: Vec<(NamePattern, ReorderBy)>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let items = p.list(|p| {
        let pattern = p.name_pattern()?;
        let granny = p.is_word("granny") && p.is_symbol_at(1, "-");
        if granny {
            p.advance();
            p.advance();
        }
        let by = match (p.word_at(0), granny) {
            (Some("asc"), false) => ReorderBy::Asc,
            (Some("desc"), false) => ReorderBy::Desc,
            (Some("asc"), true) => ReorderBy::GrannyAsc,
            (Some("desc"), true) => ReorderBy::GrannyDesc,
            (_, true) => return Err(p.expected("`granny-asc` or `granny-desc`")),
            _ => return Ok((pattern, ReorderBy::Input)),
        };
        p.advance();
        Ok((pattern, by))
    })?;
    Ok(OperatorKind::ProjectReorder(ProjectReorder { items }))
}
