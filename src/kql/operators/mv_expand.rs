//! `T | mv-expand [bagexpansion=bag|array] [with_itemindex=name] [name =] expr [to typeof(type)], … [limit n]` (also spelled `mvexpand`)
//!
//! Trap: several columns are expanded side by side, the shorter ones filled with null; a null gives one row, with null, and an empty array or bag gives none.

use super::OperatorKind;
use crate::diagnostic::Diagnostic;
use crate::kql::ast::ExprKind;
use crate::kql::ast::{Expr, Name, OperatorParameter};
use crate::kql::bind::{Binder, Relation, Row, implied_name, select};
use crate::kql::parser::{Parsed, Parser};
use crate::plan::{Expanded as PlanExpanded, Plan};
use crate::types::Type;
use crate::types::{Column, Schema};

/// A column to expand.
#[derive(Clone, Debug)]
pub struct Expanded {
    pub name: Option<Name>,
    pub expr: Expr,
    pub to: Option<Type>,
}

#[derive(Clone, Debug)]
pub struct MvExpand {
    pub parameters: Vec<OperatorParameter>,
    pub columns: Vec<Expanded>,
    pub limit: Option<Expr>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let parameters = p.parameters(&["bagexpansion", "kind", "with_itemindex"])?;
    let columns = p.list(expanded)?;
    let limit = if p.eat_word("limit") { Some(p.expr()?) } else { None };
    Ok(OperatorKind::MvExpand(MvExpand { parameters, columns, limit }))
}

/// `[name =] expr [to typeof(type)]`
pub fn expanded(p: &mut Parser) -> Parsed<Expanded> {
    let name = p.assigned_names().into_iter().next();
    let expr = p.expr()?;
    let to = if p.eat_word("to") { Some(p.typeof_type()?) } else { None };
    Ok(Expanded { name, expr, to })
}

pub fn bind(b: &mut Binder<'_>, op: &MvExpand, input: Relation) -> Option<Relation> {
    expand(b, &op.columns, &op.parameters, op.limit.as_ref(), input)
}

fn parameter<'p>(parameters: &'p [OperatorParameter], names: &[&str]) -> Option<&'p Expr> {
    parameters.iter().find(|p| names.contains(&p.name.text.as_str())).map(|p| &p.value)
}

/// The expansion that `mv-expand` and `mv-apply` share: the expanded columns take the place of columns
/// of the same name, else they follow at the end, and the item index after them.
pub fn expand(
    b: &mut Binder<'_>,
    columns: &[Expanded],
    parameters: &[OperatorParameter],
    limit: Option<&Expr>,
    input: Relation,
) -> Option<Relation> {
    let limit = match limit {
        None => None,
        Some(limit) => match u64::try_from(b.constant_long(limit, "the limit")?) {
            Ok(rows) => Some(rows),
            Err(_) => return b.error(limit.span, "the limit is a number of rows, from 0 on"),
        },
    };
    let index = match parameter(parameters, &["with_itemindex"]).map(|e| (&e.kind, e.span)) {
        Some((ExprKind::Name(name), span)) => Some((name.text.clone(), span)),
        Some((_, span)) => return b.error(span, "the item index is the name of a column"),
        None => None,
    };
    let bags_as_pairs = match parameter(parameters, &["bagexpansion", "kind"]).map(|e| (&e.kind, e.span)) {
        Some((ExprKind::Name(name), _)) if name.text == "array" => true,
        Some((ExprKind::Name(name), _)) if name.text == "bag" => false,
        Some((_, span)) => return b.error(span, "bags are expanded as `bag` or as `array`"),
        None => false,
    };
    let schema = input.schema().clone();
    let (sources, names) = sources(b, columns, &schema);
    let width = schema.len();
    let mut expanded = schema.clone();
    for source in &sources {
        let name = expanded.unique("_auk_expanded");
        expanded.columns.push(Column::new(name, source.ty));
    }
    if index.is_some() {
        let name = expanded.unique("_auk_index");
        expanded.columns.push(Column::new(name, Type::Long));
    }
    let count = sources.len();
    let hidden = input.hidden.clone();
    let placed = input.map(|plan| Plan::Expand {
        input: Box::new(plan),
        columns: sources,
        index: index.is_some(),
        limit,
        bags_as_pairs,
        schema: expanded,
    });
    let mut order: Vec<usize> = (0..width)
        .map(|i| names.iter().rposition(|n| *n == schema.columns[i].name).map_or(i, |at| width + at))
        .collect();
    let mut labels: Vec<String> = schema.names().map(str::to_string).collect();
    for (at, name) in names.iter().enumerate() {
        if !labels.contains(name) {
            order.push(width + at);
            labels.push(name.clone());
        }
    }
    if let Some((name, span)) = index {
        if labels.contains(&name) {
            return b.unsupported(span, format!("an item index of the name of a column, `{name}`"));
        }
        order.push(width + count);
        labels.push(name);
    }
    Some(renamed(placed, &order, labels, hidden))
}

/// What is expanded, and the names of the results.
fn sources(b: &mut Binder<'_>, columns: &[Expanded], schema: &Schema) -> (Vec<PlanExpanded>, Vec<String>) {
    let (mut sources, mut names) = (Vec::new(), Vec::new());
    for column in columns {
        let name = column.name.as_ref().map(|n| n.text.clone()).or_else(|| implied_name(&column.expr));
        let name = name.unwrap_or_else(|| schema.unique("Column1"));
        let source = b.expr(&column.expr, &Row::new(schema));
        let mut source = source.unwrap_or_else(|| b.lose(&name, column.expr.span));
        if source.ty != Type::Dynamic {
            let message = format!("only dynamic values can be expanded; this is of type {}", source.ty);
            let error = Diagnostic::semantic(column.expr.span, message);
            b.report::<()>(if source.ty == Type::String {
                error.with_help("parse_json() makes text that holds JSON dynamic")
            } else {
                error
            });
            source = b.lose(&name, column.expr.span);
        }
        names.push(name);
        sources.push(PlanExpanded { source, ty: column.to.unwrap_or(Type::Dynamic) });
    }
    (sources, names)
}

/// These columns, under these names.
fn renamed(relation: Relation, order: &[usize], labels: Vec<String>, hidden: Vec<String>) -> Relation {
    let mapped = relation.map(|plan| match select(plan, order) {
        Plan::Project { input, exprs, mut schema } => {
            for (column, label) in schema.columns.iter_mut().zip(labels) {
                column.name = label;
            }
            Plan::Project { input, exprs, schema }
        }
        other => other,
    });
    Relation { hidden, ..mapped }
}
