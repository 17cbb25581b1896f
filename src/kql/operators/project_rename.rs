//! `T | project-rename new = old, …`
//!
//! Trap: columns keep their places.

use super::OperatorKind;
use crate::kql::ast::Name;
use crate::kql::parser::{Parsed, Parser};

#[derive(Clone, Debug)]
pub struct ProjectRename {
    /// New name, old name.
    pub pairs: Vec<(Name, Name)>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let pairs = p.list(|p| {
        let new = p.name("the new name")?;
        p.expect_symbol("=")?;
        Ok((new, p.name("the name of a column")?))
    })?;
    Ok(OperatorKind::ProjectRename(ProjectRename { pairs }))
}
