//! `T | sort by expr [asc|desc] [nulls first|nulls last], …` (also spelled `order by`)
//!
//! Trap: descending by default; nulls are first when ascending, last when descending.

use super::OperatorKind;
use crate::kql::ast::Argument;
use crate::kql::ast::ExprKind as Ast;
use crate::kql::ast::SortKey;
use crate::kql::bind::{Binder, Relation, Row, extend, select};
use crate::kql::parser::{Parsed, Parser};
use crate::plan::{ExprKind, Plan};
use crate::types::Type;

#[derive(Clone, Debug)]
pub struct Sort {
    pub keys: Vec<SortKey>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    p.parameters(&[])?;
    p.expect_word("by")?;
    Ok(OperatorKind::Sort(Sort { keys: p.list(Parser::sort_key)? }))
}

pub fn bind(b: &mut Binder<'_>, op: &Sort, input: Relation) -> Option<Relation> {
    let width = input.schema().len();
    let hidden = input.hidden.clone();
    let (input, keys) = sort_keys(b, &op.keys, input)?;
    let segment = input.segments();
    let grown = input.schema().len() > width;
    let sorted = input.map(|plan| Plan::Sort { input: Box::new(plan), keys, segment });
    Some(without_keys(sorted, grown.then_some(width), hidden))
}

/// Drops the columns that were added for sorting.
pub fn without_keys(sorted: Relation, width: Option<usize>, hidden: Vec<String>) -> Relation {
    match width {
        Some(width) => {
            let keep: Vec<usize> = (0..width).collect();
            Relation { hidden, ..sorted.map(|plan| select(plan, &keep)) }
        }
        None => sorted,
    }
}

/// Binds sort keys; those that are not columns become columns at the end of the input.
pub fn sort_keys(
    b: &mut Binder<'_>,
    keys: &[SortKey],
    input: Relation,
) -> Option<(Relation, Vec<crate::plan::SortKey>)> {
    let schema = input.schema().clone();
    let windows = Default::default();
    let row = Row::with_windows(&schema, &windows);
    let (mut bound, mut added) = (Vec::new(), Vec::new());
    for key in keys {
        let expr = match &key.expr.kind {
            // `sort by (x)` and the legacy `sort by f(x) asc` are plain expressions.
            Ast::Call { name, args: arguments } if name.text.is_empty() && arguments.len() == 1 => {
                let Argument { value, .. } = &arguments[0];
                b.expr(value, &row)
            }
            _ => b.expr(&key.expr, &row),
        };
        // The error is reported; the order does not change the columns.
        let Some(expr) = expr else { continue };
        if expr.ty == Type::Dynamic && !matches!(expr.kind, ExprKind::Column(_)) {
            b.warnings.push("sorting by a dynamic value: tostring(), tolong() … say how to compare".into());
        }
        let column = match expr.kind {
            ExprKind::Column(index) if index < schema.len() => index,
            _ => {
                added.push(expr);
                usize::MAX
            }
        };
        let nulls_first = key.nulls_first.unwrap_or(!key.descending);
        bound.push(crate::plan::SortKey { column, descending: key.descending, nulls_first });
    }
    let mut input = b.with_windows(input, windows.into_inner());
    for (slot, expr) in bound.iter_mut().filter(|k| k.column == usize::MAX).zip(added) {
        let name = input.schema().unique("_auk_sort");
        slot.column = input.schema().len();
        input = extend(input, vec![(name, expr)]);
    }
    Some((input, bound))
}
