//! `T | summarize [name =] aggregate, … by [name =] key, …`
//!
//! Trap: the keys come first in the result; an aggregate may stand inside an expression (`count() * 2`).

use super::OperatorKind;
use crate::kql::ast::ExprKind;
use crate::kql::ast::{NamedExpr, OperatorParameter};
use crate::kql::bind::{Aggregates, Binder, Relation, extend, implied_name, project_columns, summarize_by};
use crate::kql::parser::{Parsed, Parser};
use crate::plan::{Expr, ExprKind as PlanExpr};
use crate::source::Span;
use crate::types::{Column, Schema};
use std::cell::RefCell;

#[derive(Clone, Debug)]
pub struct Summarize {
    pub parameters: Vec<OperatorParameter>,
    pub aggregates: Vec<NamedExpr>,
    pub by: Vec<NamedExpr>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let parameters = p.parameters(&[])?;
    if p.at_operator_end() {
        return Err(p.expected("an aggregate, or `by` and what to group by"));
    }
    let keys_only = p.is_word("by") && !p.is_symbol_at(1, "=");
    let aggregates = if keys_only { Vec::new() } else { p.named_exprs()? };
    let by = if p.eat_word("by") { p.named_exprs()? } else { Vec::new() };
    Ok(OperatorKind::Summarize(Summarize { parameters, aggregates, by }))
}

pub fn bind(b: &mut Binder<'_>, op: &Summarize, input: Relation) -> Option<Relation> {
    let shown = star(&input);
    let (input, keys) = bind_keys(b, input, &op.by)?;
    let grouped_by: Vec<&str> = keys.iter().map(|(_, i)| input.schema().columns[*i].name.as_str()).collect();
    let shown = shown.into_iter().filter(|n| !grouped_by.contains(&n.as_str())).collect();
    let key_schema = Schema::new(
        keys.iter().map(|(name, i)| Column::new(name.as_str(), input.schema().columns[*i].ty)).collect(),
    );
    let aggregates = Aggregates {
        input: input.schema().clone(),
        star: shown,
        keys: key_schema.clone(),
        calls: RefCell::default(),
    };
    let mut outputs: Vec<(Option<String>, bool, Expr)> = Vec::new();
    let mut unknown = false;
    for column in &op.aggregates {
        let columns = b.named_aggregate(column, &aggregates).or_else(|| lost_columns(b, column));
        unknown |= columns.is_none();
        let columns = columns.unwrap_or_default();
        outputs.extend(columns.into_iter().map(|(n, e)| (n, !column.names.is_empty(), e)));
    }
    if unknown {
        return None;
    }
    let calls = aggregates.calls.into_inner();
    let calls =
        calls.into_iter().enumerate().map(|(i, call)| (format!("_auk_aggregate_{i}"), call)).collect();
    let indexes: Vec<usize> = keys.iter().map(|(_, i)| *i).collect();
    let grouped = summarize_by(b, input, &indexes, calls);
    let mut columns: Vec<(String, Expr)> = keys
        .iter()
        .enumerate()
        .map(|(at, (name, _))| (name.clone(), Expr::column(at, key_schema.columns[at].ty, Span::default())))
        .collect();
    let mut unnamed = columns.iter().filter(|(n, _)| n.starts_with("Column")).count();
    for (name, _, expr) in outputs {
        let name = name.unwrap_or_else(|| {
            unnamed += 1;
            format!("Column{unnamed}")
        });
        columns.push((free_name(&name, &columns), expr));
    }
    Some(project_columns(grouped, columns))
}

/// The columns of an aggregate that could not be bound; `None` where what it is tells their names.
fn lost_columns(b: &mut Binder<'_>, column: &NamedExpr) -> Option<Vec<(Option<String>, Expr)>> {
    const SEVERAL: &[&str] =
        &["any", "arg_max", "arg_min", "argmax", "argmin", "percentiles", "percentilesw", "take_any"];
    if matches!(&column.expr.kind, ExprKind::Call { name, .. } if SEVERAL.contains(&name.text.as_str())) {
        return None;
    }
    let name = key_name(column);
    let lost = b.lose(name.as_deref().unwrap_or("Column1"), column.expr.span);
    Some(vec![(name, lost)])
}

/// `name`, or the first of `name1`, `name2`, … that no column has.
fn free_name(name: &str, columns: &[(String, Expr)]) -> String {
    let taken = |n: &str| columns.iter().any(|(other, _)| other == n);
    if !taken(name) {
        return name.to_string();
    }
    (1..).map(|n| format!("{name}{n}")).find(|n| !taken(n)).unwrap_or_default()
}

/// The columns of `*`.
pub fn star(input: &Relation) -> Vec<String> {
    input.columns().map(|(_, c)| c.name.clone()).collect()
}

/// Binds grouping keys: their names, and the columns of the input (grown by those that are computed).
pub fn bind_keys(
    b: &mut Binder<'_>,
    input: Relation,
    by: &[NamedExpr],
) -> Option<(Relation, Vec<(String, usize)>)> {
    let plain: Vec<NamedExpr> =
        by.iter().filter(|k| !matches!(k.expr.kind, ExprKind::Star)).cloned().collect();
    let (mut input, bound) = b.named_exprs(input, &plain, &|_| String::new())?;
    let (mut keys, mut unnamed): (Vec<(String, usize)>, usize) = (Vec::new(), 0);
    if plain.len() < by.len() {
        keys.extend(input.columns().map(|(i, c)| (c.name.clone(), i)));
    }
    for (name, _, expr) in bound {
        let name = if name.is_empty() {
            unnamed += 1;
            format!("Column{unnamed}")
        } else {
            name
        };
        let taken = |n: &str| keys.iter().any(|(other, _)| other == n);
        let name = if taken(&name) {
            (1..).map(|n| format!("{name}{n}")).find(|n| !taken(n)).unwrap_or_default()
        } else {
            name
        };
        let index = match expr.kind {
            PlanExpr::Column(index) => index,
            _ => {
                let index = input.schema().len();
                let temporary = input.schema().unique("_auk_key");
                input = extend(input, vec![(temporary.clone(), expr)]);
                input.hidden.push(temporary);
                index
            }
        };
        keys.push((name, index));
    }
    Some((input, keys))
}

/// The name a key would have if it had none: what `make-series` needs too.
pub fn key_name(key: &NamedExpr) -> Option<String> {
    key.names.first().map(|n| n.text.clone()).or_else(|| implied_name(&key.expr))
}
