//! `[T |] search [kind=default|case_insensitive|case_sensitive] [in (tables)] predicate`
//!
//! What a predicate may say beyond those of `where` is in `bind/anywhere.rs`.
//!
//! Trap: the first column of the result, `$table`, says where a row comes from.

use super::OperatorKind;
use super::union::{operands, union_of};
use crate::kql::ast::ExprKind;
use crate::kql::ast::{Expr, OperatorParameter};
use crate::kql::bind::{Anywhere, Binder, Relation, Row, project_columns};
use crate::kql::parser::{Parsed, Parser};
use crate::plan::{Expr as PlanExpr, Plan};
use crate::source::Span;
use crate::types::Type;
use crate::value::Value;

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

/// Where a row's table is said.
const SOURCE: &str = "$table";

pub fn bind(b: &mut Binder<'_>, op: &Search, input: Option<Relation>, span: Span) -> Option<Relation> {
    let case_sensitive = case_sensitive(b, op)?;
    let input = match input {
        Some(_) if !op.tables.is_empty() => {
            return b.error(span, "`search in (…)` stands at the head of a pipeline, not after `|`");
        }
        Some(input) => with_source(input),
        None => union_of(tables(b, &op.tables, span)?, false, Some(SOURCE.into())),
    };
    let schema = input.schema().clone();
    let columns: Vec<(usize, Type)> =
        input.columns().filter(|(_, c)| c.name != SOURCE).map(|(i, c)| (i, c.ty)).collect();
    let how = Anywhere { columns: &columns, terms: true, case_sensitive };
    let predicate = b.anywhere(&op.predicate, &how, &Row::new(&schema))?;
    Some(input.map(|plan| Plan::Filter { input: Box::new(plan), predicate }))
}

/// The tables that are named, or all.
pub fn tables(b: &mut Binder<'_>, named: &[Expr], span: Span) -> Option<Vec<Relation>> {
    let mut tables = Vec::new();
    for table in named {
        tables.extend(operands(b, table, false)?);
    }
    if named.is_empty() {
        let all = Expr { kind: ExprKind::Wildcard("*".into()), span };
        tables.extend(operands(b, &all, false)?);
    }
    Some(tables)
}

fn case_sensitive(b: &mut Binder<'_>, op: &Search) -> Option<bool> {
    let Some(kind) = op.parameters.iter().find(|p| p.name.text == "kind") else { return Some(false) };
    match &kind.value.kind {
        ExprKind::Name(name) if name.text == "case_sensitive" => Some(true),
        ExprKind::Name(name) if matches!(name.text.as_str(), "default" | "case_insensitive") => Some(false),
        _ => b.error(kind.value.span, "a search is case_sensitive, case_insensitive or default"),
    }
}

/// The input with the column that says what table it is.
fn with_source(input: Relation) -> Relation {
    if input.schema().contains(SOURCE) {
        return input;
    }
    let name = input.name.clone().unwrap_or_default();
    let source = PlanExpr::literal(Value::String(name), Type::String, Span::default());
    let columns = input.schema().columns.iter().enumerate();
    let columns = columns.map(|(i, c)| (c.name.clone(), PlanExpr::column(i, c.ty, Span::default())));
    let columns = std::iter::once((SOURCE.to_string(), source)).chain(columns).collect();
    let hidden = input.hidden.clone();
    Relation { hidden, ..project_columns(input, columns) }
}
