//! `T | project-rename new = old, …`
//!
//! Trap: columns keep their places.

use super::OperatorKind;
use crate::diagnostic::Diagnostic;
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
        if p.at_operator_end() || p.is_symbol(",") {
            let message = format!("`{}` is to be renamed, but no new name is given", new.text);
            p.report(Diagnostic::semantic(new.span, message).with_help("write `new = old`"));
            return Ok((new.clone(), new));
        }
        p.expect_symbol("=")?;
        Ok((new, p.name("the name of a column")?))
    })?;
    Ok(OperatorKind::ProjectRename(ProjectRename { pairs }))
}
