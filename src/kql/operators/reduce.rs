//! `T | reduce [kind=source] by text [with [threshold=share] [, characters="…"]]`
//!
//! Trap: `kind=source` keeps the rows and adds the column `Pattern`; otherwise a row is a pattern.

use super::OperatorKind;
use crate::functions::plugins::analytics::reduce::{REDUCE, REDUCE_SOURCE};
use crate::kql::ast::{Expr, ExprKind, OperatorParameter};
use crate::kql::bind::{Binder, NO_COLUMNS, Relation, Row, extend, select};
use crate::kql::parser::{Parsed, Parser};
use crate::plan::{CallArgument, Plan};
use crate::source::Span;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

#[derive(Clone, Debug)]
pub struct Reduce {
    pub parameters: Vec<OperatorParameter>,
    pub by: Expr,
    /// `threshold` and `characters`.
    pub with: Vec<OperatorParameter>,
}

const WARNING: &str = "`reduce`: its counts are exact, but which texts it groups follows rules that Kusto \
    publishes in part only, and may differ";

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let parameters = p.parameters(&["kind"])?;
    p.expect_word("by")?;
    let by = p.expr()?;
    let mut with = Vec::new();
    if p.eat_word("with") {
        with = p.list(|p| {
            let name = p.name("`threshold` or `characters`")?;
            p.expect_symbol("=")?;
            Ok(OperatorParameter { name, value: p.expr()? })
        })?;
    }
    Ok(OperatorKind::Reduce(Reduce { parameters, by, with }))
}

pub fn bind(b: &mut Binder<'_>, op: &Reduce, input: Relation, span: Span) -> Option<Relation> {
    let keeps_rows = keeps_rows(b, op)?;
    let (threshold, characters) = options(b, op)?;
    let schema = input.schema().clone();
    let by = b.expr(&op.by, &Row::new(&schema))?;
    if !matches!(by.ty, Type::String | Type::Dynamic) {
        return b.error(op.by.span, format!("`reduce` groups texts; this is of type {}", by.ty));
    }
    let by = b.convert(by, Type::String);
    let (width, hidden) = (schema.len(), input.hidden.clone());
    let text = schema.unique("_auk_text");
    let input = extend(input, vec![(text.clone(), by)]);
    let segments = input.segments();
    let Some(text) = input.schema().index(&text) else { return b.error(span, "`reduce` has no text") };
    let column = |column: usize| CallArgument::Column { input: 0, column };
    let mut args = vec![column(text), CallArgument::Value(threshold), CallArgument::Value(characters)];
    args.extend(segments.iter().map(|at| column(*at)));
    b.warnings.push(WARNING.into());
    let of = |at: &usize| input.schema().columns[*at].clone();
    if !keeps_rows {
        let pattern = [("Pattern", Type::String), ("Count", Type::Long), ("Representative", Type::String)];
        let mut schema = Schema::new(pattern.map(|(name, ty)| Column::new(name, ty)).to_vec());
        schema.columns.extend(segments.iter().map(of));
        let inputs = vec![input.plan];
        return Some(Relation::new(Plan::Call { function: &REDUCE, inputs, args, schema }));
    }
    let mut output = input.schema().clone();
    output.columns.push(Column::new(output.unique("Pattern"), Type::String));
    let inputs = vec![input.plan];
    let plan = Plan::Call { function: &REDUCE_SOURCE, inputs, args, schema: output };
    let keep: Vec<usize> = (0..width).chain([width + 1]).collect();
    Some(Relation { plan: select(plan, &keep), name: None, hidden })
}

/// Does `kind=source` say so?
fn keeps_rows(b: &mut Binder<'_>, op: &Reduce) -> Option<bool> {
    let Some(kind) = op.parameters.iter().find(|p| p.name.text == "kind") else { return Some(false) };
    match &kind.value.kind {
        ExprKind::Name(name) if name.text == "source" => Some(true),
        _ => b.error(kind.value.span, "the kind of `reduce` is `source`, or is not said"),
    }
}

/// The threshold, and the separators or null.
fn options(b: &mut Binder<'_>, op: &Reduce) -> Option<(Value, Value)> {
    let (mut threshold, mut characters) = (Value::Real(0.1), Value::Null);
    for OperatorParameter { name, value } in &op.with {
        let ty = match name.text.as_str() {
            "threshold" => Type::Real,
            "characters" => Type::String,
            other => {
                let message =
                    format!("`reduce` has no option `{other}`; there are `threshold` and `characters`");
                return b.error(name.span, message);
            }
        };
        let bound = b.expr(value, &Row::new(&NO_COLUMNS))?;
        let given = b.convert(bound, ty);
        let Some(given) = given.as_literal().cloned() else {
            return b.unsupported(value.span, format!("`{}` has to be a constant here", name.text));
        };
        match (ty, given.as_f64()) {
            (Type::Real, Some(share)) if share > 0.0 && share <= 1.0 => threshold = given,
            (Type::Real, _) => return b.error(value.span, "the threshold is a number above 0 and up to 1"),
            _ => characters = given,
        }
    }
    Some((threshold, characters))
}
