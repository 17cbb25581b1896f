//! `T | project [name =] expr, …`
//!
//! Trap: two columns that would get one name are an error when both are named, else the second is `name1`.

use super::OperatorKind;
use crate::kql::ast::ExprKind;
use crate::kql::ast::NamedExpr;
use crate::kql::bind::{Binder, Relation, project_columns};
use crate::kql::parser::{Parsed, Parser};
use crate::plan::Expr;
use crate::source::Span;

#[derive(Clone, Debug)]
pub struct Project {
    pub columns: Vec<NamedExpr>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    Ok(OperatorKind::Project(Project { columns: p.named_exprs()? }))
}

pub fn bind(b: &mut Binder<'_>, op: &Project, input: Relation) -> Option<Relation> {
    let (input, columns) = bind_columns(b, input, &op.columns, "Column")?;
    Some(project_columns(input, columns))
}

/// The columns of a list of named expressions, each name once; `*` is every visible column.
pub fn bind_columns(
    b: &mut Binder<'_>,
    input: Relation,
    columns: &[NamedExpr],
    prefix: &str,
) -> Option<(Relation, Vec<(String, Expr)>)> {
    let star = |c: &NamedExpr| matches!(c.expr.kind, ExprKind::Star);
    let visible: Vec<(String, Expr)> =
        input.columns().map(|(i, c)| (c.name.clone(), Expr::column(i, c.ty, Span::default()))).collect();
    let plain: Vec<NamedExpr> = columns.iter().filter(|c| !star(c)).cloned().collect();
    let stars = columns.iter().any(star);
    let (input, bound) = b.named_exprs(input, &plain, &|_| String::new())?;
    let mut all: Vec<(String, Expr)> = if stars { visible } else { Vec::new() };
    let mut unnamed = 0;
    for (name, given, expr) in bound {
        let name = if name.is_empty() {
            unnamed += 1;
            format!("{prefix}{unnamed}")
        } else {
            name
        };
        let taken = |n: &str, all: &[(String, Expr)]| all.iter().any(|(other, _)| other == n);
        if given && taken(&name, &all) {
            b.error::<()>(expr.span, format!("the column `{name}` is named twice"));
        }
        let unique = match taken(&name, &all) {
            true => (1..).map(|n| format!("{name}{n}")).find(|n| !taken(n, &all)).unwrap_or_default(),
            false => name,
        };
        all.push((unique, expr));
    }
    Some((input, all))
}
