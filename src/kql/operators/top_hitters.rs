//! `T | top-hitters n of [name =] expr [by expr]`
//!
//! Trap: the service estimates; here counts and sums are exact, under its names: `approximate_count_name`, `approximate_sum_name`.

use super::OperatorKind;
use super::summarize::bind_keys;
use crate::functions;
use crate::kql::ast::{Expr, NamedExpr};
use crate::kql::bind::{Binder, Relation, Row, implied_name, project_columns, summarize_by};
use crate::kql::parser::{Parsed, Parser};
use crate::plan::{AggregateCall, Expr as PlanExpr, Plan, SortKey};
use crate::types::Type;

#[derive(Clone, Debug)]
pub struct TopHitters {
    pub count: Expr,
    pub of: NamedExpr,
    pub by: Option<Expr>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let count = p.expr()?;
    p.expect_word("of")?;
    let of = p.named_expr()?;
    let by = if p.eat_word("by") { Some(p.expr()?) } else { None };
    Ok(OperatorKind::TopHitters(TopHitters { count, of, by }))
}

pub fn bind(b: &mut Binder<'_>, op: &TopHitters, input: Relation) -> Option<Relation> {
    let count = b.constant_long(&op.count, "the number of values")?.max(0) as u64;
    let (input, keys) = bind_keys(b, input, std::slice::from_ref(&op.of))?;
    let schema = input.schema().clone();
    let (name, key) = keys.first().cloned()?;
    let span = op.of.expr.span;
    let (measure, call) = match &op.by {
        None => (format!("approximate_count_{name}"), ("count", Vec::new(), Type::Long)),
        Some(by) => {
            let value = b.expr(by, &Row::new(&schema))?;
            if !value.ty.is_number() {
                return b.error(by.span, format!("a sum is of numbers; this is of type {}", value.ty));
            }
            let ty = if value.ty == Type::Int { Type::Long } else { value.ty };
            let named = implied_name(by).unwrap_or_else(|| "Column1".into());
            (format!("approximate_sum_{named}"), ("sum", vec![b.convert(value, ty)], ty))
        }
    };
    let (function, args, ty) = call;
    let function = functions::aggregate(function)?;
    let call = AggregateCall { function, args, filter: None, ty };
    let grouped = summarize_by(b, input, &[key], vec![("_auk_hits".into(), call)]);
    let columns = vec![
        (name, PlanExpr::column(0, schema.columns[key].ty, span)),
        (measure, PlanExpr::column(1, ty, span)),
    ];
    let named = project_columns(grouped, columns);
    let segment = named.segments();
    let keys = vec![SortKey { column: 1, descending: true, nulls_first: false }];
    Some(named.map(|plan| {
        let sorted = Plan::Sort { input: Box::new(plan), keys, segment: segment.clone() };
        Plan::Limit { input: Box::new(sorted), count, segment }
    }))
}
