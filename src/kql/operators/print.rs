//! `print [name =] expr, …`
//!
//! Trap: columns without a name are `print_0`, `print_1`, … by place.

use super::OperatorKind;
use crate::kql::ast::NamedExpr;
use crate::kql::bind::{Binder, Relation, project_columns};
use crate::kql::parser::{Parsed, Parser};
use crate::plan::Plan;
use crate::types::Schema;

#[derive(Clone, Debug)]
pub struct Print {
    pub columns: Vec<NamedExpr>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    Ok(OperatorKind::Print(Print { columns: p.named_exprs()? }))
}

pub fn bind(b: &mut Binder<'_>, op: &Print) -> Option<Relation> {
    let one = Relation::new(Plan::Values { schema: Schema::default(), rows: vec![Vec::new()] });
    let (one, columns) = b.named_exprs(one, &op.columns, &|i| format!("print_{i}"))?;
    let mut unique: Vec<(String, crate::plan::Expr)> = Vec::new();
    for (name, given, expr) in columns {
        let taken = |n: &str| unique.iter().any(|(other, _)| other == n);
        if given && taken(&name) {
            b.error::<()>(expr.span, format!("the column `{name}` is named twice"));
        }
        let name = if taken(&name) {
            (1..).map(|n| format!("{name}{n}")).find(|n| !taken(n)).unwrap_or_default()
        } else {
            name
        };
        unique.push((name, expr));
    }
    Some(project_columns(one, unique))
}
