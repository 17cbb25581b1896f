//! `[T |] union [kind=inner|outer] [withsource=name] [isfuzzy=true] T1, (T2 | …), Sign*`
//!
//! Trap: one name with two types gives two columns, `name_string` and `name_dynamic`; with `isfuzzy` a table that does not resolve is left out.

use super::OperatorKind;
use crate::kql::ast::ExprKind;
use crate::kql::ast::{Expr, OperatorParameter};
use crate::kql::bind::{Binder, Binding, Relation};
use crate::kql::parser::{Parsed, Parser};
use crate::plan::{Expr as PlanExpr, Plan};
use crate::source::Span;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

#[derive(Clone, Debug)]
pub struct Union {
    pub parameters: Vec<OperatorParameter>,
    pub tables: Vec<Expr>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let parameters = p.parameters(&["kind", "withsource", "with_source", "isfuzzy"])?;
    Ok(OperatorKind::Union(Union { parameters, tables: p.list(Parser::table)? }))
}

pub fn bind(b: &mut Binder<'_>, op: &Union, input: Option<Relation>, span: Span) -> Option<Relation> {
    let fuzzy = parameter(op, "isfuzzy").is_some_and(|v| v == "true");
    let source = parameter(op, "withsource");
    let inner = match parameter(op, "kind").as_deref() {
        None | Some("outer") => false,
        Some("inner") => true,
        Some(other) => return b.error(span, format!("a union is inner or outer, not `{other}`")),
    };
    let mut inputs: Vec<Relation> = input.into_iter().collect();
    let mut failed = false;
    for table in &op.tables {
        let (reported, lost) = (b.diagnostics.len(), b.lost.clone());
        let relations = operands(b, table, fuzzy);
        match relations.filter(|_| !fuzzy || b.diagnostics.len() == reported) {
            Some(relations) => inputs.extend(relations),
            None if fuzzy => {
                for error in b.diagnostics.split_off(reported) {
                    b.warnings.push(format!("left out of the union: {}", error.message));
                }
                b.lost = lost;
            }
            None => failed = true,
        }
    }
    if failed || inputs.is_empty() && !b.diagnostics.is_empty() {
        return None;
    }
    if inputs.is_empty() {
        return b.error(span, "no table of the union is there");
    }
    Some(union_of(inputs, inner, source))
}

fn parameter(op: &Union, name: &str) -> Option<String> {
    let found = op.parameters.iter().find(|p| p.name.text == name)?;
    Some(match &found.value.kind {
        ExprKind::Name(name) => name.text.clone(),
        ExprKind::Literal(value, _) => value.to_text(),
        _ => String::new(),
    })
}

/// One operand: a table, or all tables that a pattern names.
pub fn operands(b: &mut Binder<'_>, table: &Expr, fuzzy: bool) -> Option<Vec<Relation>> {
    let ExprKind::Wildcard(pattern) = &table.kind else {
        return Some(vec![b.table(table)?]);
    };
    let mut names = b.env.catalog.tables();
    // Of the query's own names a pattern takes the views.
    let is_view =
        |n: &String| matches!(b.names.get(n), Some(Binding::Function(c)) if c.function.view);
    let mut lets: Vec<String> = b.names.all().into_iter().filter(is_view).collect();
    lets.reverse();
    for name in lets {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.retain(|n| crate::kql::ast::wildcard_matches(pattern, n));
    let views = |b: &Binder<'_>, n: &String| b.env.catalog.view_of(n).is_some_and(|of| names.contains(&of));
    let twice: Vec<String> = names.iter().filter(|n| views(b, n)).cloned().collect();
    names.retain(|n| !twice.contains(n));
    let mut relations = Vec::new();
    for text in names {
        let name =
            Expr { kind: ExprKind::Name(crate::kql::ast::Name { text, span: table.span }), span: table.span };
        if b.is_table(&name) {
            relations.push(b.table(&name)?);
        }
    }
    if relations.is_empty() && !fuzzy {
        return b.error(table.span, format!("no table is named like `{pattern}`"));
    }
    Some(relations)
}

/// All rows of all inputs, under the columns of all (or of each, when `inner`).
pub fn union_of(inputs: Vec<Relation>, inner: bool, source: Option<String>) -> Relation {
    let names: Vec<String> = inputs
        .iter()
        .enumerate()
        .map(|(i, r)| r.name.clone().unwrap_or_else(|| format!("union_arg{i}")))
        .collect();
    let segments: Vec<Column> = inputs
        .first()
        .map(|r| r.segments().into_iter().map(|i| r.schema().columns[i].clone()).collect())
        .unwrap_or_default();
    let mut columns = merged(&inputs, inner);
    columns.extend(segments.into_iter().map(|c| (c.clone(), c)));
    if inputs.len() == 1 && source.is_none() {
        return inputs
            .into_iter()
            .next()
            .unwrap_or_else(|| Relation::new(Plan::Union { inputs: Vec::new(), schema: Schema::default() }));
    }
    let span = Span::default();
    let mut schema = Schema::default();
    if let Some(name) = &source {
        schema.columns.push(Column::new(name.as_str(), Type::String));
    }
    for (_, output) in &columns {
        let name = schema.unique(&output.name);
        schema.columns.push(Column::new(name, output.ty));
    }
    let mut plans = Vec::new();
    for (relation, name) in inputs.into_iter().zip(names) {
        let mut exprs = Vec::new();
        if source.is_some() {
            exprs.push(PlanExpr::literal(Value::String(name), Type::String, span));
        }
        for (wanted, _) in &columns {
            let found = relation
                .schema()
                .index(&wanted.name)
                .filter(|i| relation.schema().columns[*i].ty == wanted.ty);
            exprs.push(match found {
                Some(index) => PlanExpr::column(index, wanted.ty, span),
                None => PlanExpr::literal(Value::missing(wanted.ty), wanted.ty, span),
            });
        }
        plans.push(Plan::Project { input: Box::new(relation.plan), exprs, schema: schema.clone() });
    }
    Relation::new(Plan::Union { inputs: plans, schema })
}

/// The columns of a union: each with what it is called in the inputs, and in the output.
fn merged(inputs: &[Relation], inner: bool) -> Vec<(Column, Column)> {
    let mut distinct: Vec<Column> = Vec::new();
    for relation in inputs {
        for (_, column) in relation.columns() {
            if distinct.contains(column) {
                continue;
            }
            // The types of one name stand side by side.
            match distinct.iter().rposition(|c| c.name == column.name) {
                Some(at) => distinct.insert(at + 1, column.clone()),
                None => distinct.push(column.clone()),
            }
        }
    }
    if inner {
        distinct.retain(|c| inputs.iter().all(|r| r.columns().any(|(_, other)| other == c)));
    }
    // A column of one type keeps its name; a name made from several types makes way for it.
    let single = |c: &Column| distinct.iter().filter(|other| other.name == c.name).count() == 1;
    let kept = Schema::new(distinct.iter().filter(|c| single(c)).cloned().collect());
    distinct
        .iter()
        .map(|c| {
            let name = if single(c) { c.name.clone() } else { kept.unique(&format!("{}_{}", c.name, c.ty)) };
            (c.clone(), Column::new(name, c.ty))
        })
        .collect()
}
