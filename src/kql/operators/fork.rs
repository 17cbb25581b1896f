//! `T | fork [name =] (subquery) [name =] (subquery) …`, `T | facet by column, … [with (subquery)]`
//!
//! A fork gives the result of each subquery; `facet` that of its subquery, then for each column its values and how often they occur (`count_column`).
//!
//! Trap: a statement that ends so has several results; nothing may follow, and it is no table for another operator.

use super::Operator;
use super::OperatorKind;
use crate::functions;
use crate::kql::ast::{Expr, ExprKind, Name};
use crate::kql::bind::{Binder, Relation, project_columns, summarize_by};
use crate::kql::parser::{Parsed, Parser};
use crate::plan::{AggregateCall, Expr as PlanExpr};
use crate::types::Type;

#[derive(Clone, Debug)]
pub struct Branch {
    pub name: Option<Name>,
    pub operators: Vec<Operator>,
}

#[derive(Clone, Debug)]
pub struct Fork {
    pub branches: Vec<Branch>,
}

#[derive(Clone, Debug)]
pub struct Facet {
    pub columns: Vec<Name>,
    pub with: Option<Vec<Operator>>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let mut branches = Vec::new();
    loop {
        let name = p.assigned_names().pop();
        branches.push(Branch { name, operators: p.subquery()? });
        if p.at_operator_end() {
            return Ok(OperatorKind::Fork(Fork { branches }));
        }
    }
}

pub fn parse_facet(p: &mut Parser) -> Parsed<OperatorKind> {
    p.expect_word("by")?;
    let columns = p.list(|p| p.name("the name of a column"))?;
    let mut with = None;
    if p.eat_word("with") {
        with = Some(if p.is_symbol("(") { p.subquery()? } else { vec![p.operator()] });
    }
    Ok(OperatorKind::Facet(Facet { columns, with }))
}

/// A result of a statement, and what it is called.
pub type Titled = (Option<String>, Relation);

/// The results of a statement that ends in a fork or a facet; `None` if it does not.
pub fn results(b: &mut Binder<'_>, e: &Expr) -> Option<Option<Vec<Titled>>> {
    let ExprKind::Pipe { source, operators } = &e.kind else { return None };
    let (last, before) = operators.split_last()?;
    let branches = match &last.kind {
        OperatorKind::Fork(fork) => fork.branches.clone(),
        OperatorKind::Facet(facet) => {
            facet.with.iter().map(|with| Branch { name: None, operators: with.clone() }).collect()
        }
        _ => return None,
    };
    let input = match (source, before) {
        (Some(source), []) => b.table(source),
        (source, before) => {
            let kind = ExprKind::Pipe { source: source.clone(), operators: before.to_vec() };
            b.table(&Expr { kind, span: e.span })
        }
    };
    Some(input.and_then(|input| {
        let input = b.share(input);
        let mut results = Vec::new();
        for branch in &branches {
            results.push(bound(b, branch, input.clone())?);
        }
        if let OperatorKind::Facet(facet) = &last.kind {
            for column in &facet.columns {
                results.push((Some(column.text.clone()), counts(b, column, input.clone())?));
            }
        }
        Some(results)
    }))
}

fn bound(b: &mut Binder<'_>, branch: &Branch, input: Relation) -> Option<Titled> {
    let mut relation = Relation { name: None, ..input };
    for operator in &branch.operators {
        relation = b.operator(operator, Some(relation))?;
    }
    let name = branch.name.as_ref().map(|name| name.text.clone()).or_else(|| relation.name.clone());
    Some((name, relation))
}

/// The values of a column, and how often each occurs.
fn counts(b: &mut Binder<'_>, name: &Name, input: Relation) -> Option<Relation> {
    let Some(at) = input.schema().index(&name.text) else {
        return b.error(name.span, format!("no column named `{}`", name.text));
    };
    let ty = input.schema().columns[at].ty;
    if ty == Type::Dynamic {
        return b
            .error(name.span, format!("`{}` is dynamic; extend a tostring() of it to count by", name.text));
    }
    let count = functions::aggregate("count")?;
    let call = AggregateCall { function: count, args: Vec::new(), filter: None, ty: Type::Long };
    let grouped = summarize_by(b, input, &[at], vec![("_auk_count".into(), call)]);
    let columns = vec![
        (name.text.clone(), PlanExpr::column(0, ty, name.span)),
        (format!("count_{}", name.text), PlanExpr::column(1, Type::Long, name.span)),
    ];
    Some(project_columns(grouped, columns))
}
