//! `T | project-rename new = old, …`
//!
//! Trap: columns keep their places.

use super::OperatorKind;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::closest;
use crate::kql::ast::Name;
use crate::kql::bind::{Binder, Relation};
use crate::kql::parser::{Parsed, Parser};
use crate::plan::{Expr, Plan};
use crate::source::Span;

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

pub fn bind(b: &mut Binder<'_>, op: &ProjectRename, input: Relation) -> Option<Relation> {
    let mut schema = input.schema().clone();
    let exprs =
        schema.columns.iter().enumerate().map(|(i, c)| Expr::column(i, c.ty, Span::default())).collect();
    for (new, old) in &op.pairs {
        if b.lost.contains(&old.text) {
            b.lose(&new.text, new.span);
        }
        let Some(index) = input.schema().index(&old.text) else {
            if b.lost.contains(&old.text) {
                continue;
            }
            b.lose(&new.text, new.span);
            b.unknown_name(&old.text);
            let error = Diagnostic::semantic(old.span, format!("no column named `{}`", old.text));
            let near = closest(&old.text, input.schema().names()).map(|n| format!("did you mean `{n}`?"));
            b.report::<()>(match near {
                Some(help) => error.with_help(help),
                None => error,
            });
            continue;
        };
        if schema.contains(&new.text) && new.text != old.text {
            b.error::<()>(new.span, format!("there is a column `{}` already", new.text));
            continue;
        }
        schema.columns[index].name = new.text.clone();
    }
    let hidden = input.hidden.clone();
    let renamed = input.map(|plan| Plan::Project { input: Box::new(plan), exprs, schema });
    Some(Relation { hidden, ..renamed })
}
