//! `T | project-reorder pattern [asc|desc|granny-asc|granny-desc], …`
//!
//! Trap: columns not named follow in their old order; without asc or desc a wildcard keeps the old order.

use super::OperatorKind;
use crate::kql::ast::NamePattern;
use crate::kql::bind::select;
use crate::kql::bind::{Binder, Relation};
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

pub fn bind(_: &mut Binder<'_>, op: &ProjectReorder, input: Relation) -> Option<Relation> {
    let names: Vec<String> = input.schema().names().map(str::to_string).collect();
    let mut order: Vec<usize> = Vec::new();
    for (pattern, by) in &op.items {
        let free = |i: &usize| !order.contains(i) && !input.hidden.contains(&names[*i]);
        let mut matched: Vec<usize> =
            (0..names.len()).filter(|i| pattern.matches(&names[*i])).filter(free).collect();
        match by {
            ReorderBy::Input => {}
            ReorderBy::Asc => matched.sort_by(|a, b| names[*a].cmp(&names[*b])),
            ReorderBy::Desc => matched.sort_by(|a, b| names[*b].cmp(&names[*a])),
            ReorderBy::GrannyAsc => matched.sort_by_key(|i| granny(&names[*i])),
            ReorderBy::GrannyDesc => {
                matched.sort_by_key(|i| granny(&names[*i]));
                matched.reverse();
            }
        }
        order.extend(matched);
    }
    let rest: Vec<usize> = (0..names.len()).filter(|i| !order.contains(i)).collect();
    order.extend(rest);
    Some(input.map(|plan| select(plan, &order)))
}

/// A name as text and number runs, so that `a2` comes before `a10`.
fn granny(name: &str) -> Vec<(String, u64)> {
    let mut parts: Vec<(String, u64)> = vec![(String::new(), 0)];
    let mut digits = false;
    for c in name.chars() {
        match c.to_digit(10) {
            Some(d) => {
                if let Some(last) = parts.last_mut() {
                    last.1 = last.1.saturating_mul(10).saturating_add(u64::from(d));
                }
                digits = true;
            }
            None => {
                if digits {
                    parts.push((String::new(), 0));
                    digits = false;
                }
                if let Some(last) = parts.last_mut() {
                    last.0.push(c);
                }
            }
        }
    }
    parts
}
