//! `[T |] search [kind=…] [in (tables)] predicate`; `find` is refused
//!
//! Trap: a bare string is looked for with `has` in every column.

use super::OperatorKind;
use super::union::{operands, union_of};
use crate::kql::ast::ExprKind;
use crate::kql::ast::{Expr, OperatorParameter};
use crate::kql::bind::{Binder, Relation, Row};
use crate::kql::parser::{Parsed, Parser};
use crate::plan::{Expr as PlanExpr, Plan};
use crate::source::Span;
use crate::types::Type;

#[derive(Clone, Debug)]
pub struct Search {
    pub parameters: Vec<OperatorParameter>,
    pub tables: Vec<Expr>,
    pub predicate: Expr,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let parameters = p.parameters(&["kind"])?;
    let tables = if p.is_word("in") && p.is_symbol_at(1, "(") {
        p.advance();
        p.bracketed("(", ")", Parser::table)?
    } else {
        Vec::new()
    };
    let predicate = p.search_predicate()?;
    Ok(OperatorKind::Search(Search { parameters, tables, predicate }))
}

pub fn bind(b: &mut Binder<'_>, op: &Search, input: Option<Relation>, span: Span) -> Option<Relation> {
    let input = match input {
        Some(input) => input,
        None => {
            let mut tables = Vec::new();
            for table in &op.tables {
                tables.extend(operands(b, table, false)?);
            }
            if op.tables.is_empty() {
                let all = Expr { kind: ExprKind::Wildcard("*".into()), span };
                tables.extend(operands(b, &all, false)?);
            }
            union_of(tables, false, Some("$table".into()))
        }
    };
    let schema = input.schema().clone();
    let predicate = predicate(b, &op.predicate, &input, &Row::new(&schema))?;
    Some(input.map(|plan| Plan::Filter { input: Box::new(plan), predicate }))
}

/// A predicate of `search`: bare strings and `* has x` look at every column.
pub fn predicate(b: &mut Binder<'_>, e: &Expr, input: &Relation, row: &Row<'_>) -> Option<PlanExpr> {
    match &e.kind {
        ExprKind::Literal(_, Type::String) => anywhere(b, "has", e, input, row),
        ExprKind::Binary { op: op @ ("and" | "or"), left, right, .. } => {
            let (left, right) = (predicate(b, left, input, row)?, predicate(b, right, input, row)?);
            b.apply(op, vec![left, right], e.span)
        }
        ExprKind::Binary { op, left, right, .. } if matches!(left.kind, ExprKind::Star) => {
            anywhere(b, op, right, input, row)
        }
        ExprKind::Call { name, args } if name.text == "not" && args.len() == 1 => {
            let inner = predicate(b, &args[0].value, input, row)?;
            b.apply("not", vec![inner], e.span)
        }
        _ => b.expr(e, row),
    }
}

/// Does the predicate hold a `* has x`, where `predicate` looks for it?
pub fn looks_anywhere(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Binary { op: "and" | "or", left, right, .. } => {
            looks_anywhere(left) || looks_anywhere(right)
        }
        ExprKind::Binary { left, .. } => matches!(left.kind, ExprKind::Star),
        ExprKind::Call { name, args } if name.text == "not" => args.iter().any(|a| looks_anywhere(&a.value)),
        _ => false,
    }
}

/// The operator over every visible column that holds text, joined by `or`.
fn anywhere(
    b: &mut Binder<'_>,
    op: &str,
    needle: &Expr,
    input: &Relation,
    row: &Row<'_>,
) -> Option<PlanExpr> {
    let needle = b.expr(needle, row)?;
    let columns: Vec<(usize, Type)> = input.columns().map(|(i, c)| (i, c.ty)).collect();
    let mut all: Option<PlanExpr> = None;
    for (index, ty) in columns {
        if !matches!(ty, Type::String | Type::Dynamic | Type::Guid) {
            continue;
        }
        let column = PlanExpr::column(index, ty, needle.span);
        let column = b.convert(column, Type::String);
        let found = b.apply(op, vec![column, needle.clone()], needle.span)?;
        all = Some(match all {
            None => found,
            Some(before) => b.apply("or", vec![before, found], needle.span)?,
        });
    }
    match all {
        Some(predicate) => Some(predicate),
        None => b.error(needle.span, "no column holds text to search"),
    }
}
