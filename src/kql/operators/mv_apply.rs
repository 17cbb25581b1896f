//! `T | mv-apply [with_itemindex=name] [name =] expr [to typeof(type)], … [limit n] on (subquery)` (also spelled `mvapply`)
//!
//! Trap: the subquery runs once per input row, over the elements of that row only; an empty array gives no row, unless the subquery summarizes; a null is one element.

use super::Operator;
use super::OperatorKind;
use super::mv_expand::expand;
use super::mv_expand::{Expanded, expanded};
use crate::kql::ast::{Expr, OperatorParameter};
use crate::kql::bind::{Binder, Relation, SEGMENT, Segment, number_rows, select, without};
use crate::kql::parser::{Parsed, Parser};
use crate::plan::{JoinKind, Plan};
use crate::types::Column;

#[derive(Clone, Debug)]
pub struct MvApply {
    pub parameters: Vec<OperatorParameter>,
    pub columns: Vec<Expanded>,
    pub limit: Option<Expr>,
    pub subquery: Vec<Operator>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let parameters = p.parameters(&["with_itemindex", "id"])?;
    let columns = p.list(expanded)?;
    let limit = if p.eat_word("limit") { Some(p.expr()?) } else { None };
    p.expect_word("on")?;
    let subquery = p.subquery()?;
    Ok(OperatorKind::MvApply(MvApply { parameters, columns, limit, subquery }))
}

/// Operators after which the columns of the outer row are still there.
fn keeps_columns(operator: &Operator) -> bool {
    matches!(
        operator.kind,
        OperatorKind::Where(_) | OperatorKind::Sort(_) | OperatorKind::Top(_) | OperatorKind::Take(_)
    )
}

pub fn bind(b: &mut Binder<'_>, op: &MvApply, input: Relation) -> Option<Relation> {
    let simple = op.subquery.iter().all(keeps_columns);
    let (numbered, column) = number_rows(b, input);
    let numbered = if simple { numbered } else { b.share(numbered) };
    let segment = Segment::of(&numbered);
    let hidden = numbered.hidden.clone();
    let mut inner = expand(b, &op.columns, &op.parameters, op.limit.as_ref(), numbered.clone())?;
    inner.hidden.extend(hidden.iter().filter(|h| !inner.hidden.contains(h)).cloned().collect::<Vec<_>>());
    let subquery = b.subquery(&op.subquery, inner.clone(), segment)?;
    Some(if simple { without(subquery, &column) } else { rejoin(numbered, &inner, subquery, &column) })
}

/// The outer rows beside what the subquery gave for each: all outer columns, those that the expansion
/// replaced as the subquery left them, then the columns that are the subquery's own.
fn rejoin(outer: Relation, expanded: &Relation, subquery: Relation, column: &str) -> Relation {
    let width = outer.schema().len();
    let mut schema = outer.schema().clone();
    for c in &subquery.schema().columns {
        schema.columns.push(Column::new(schema.unique(&c.name), c.ty));
    }
    let (mut keep, mut labels): (Vec<usize>, Vec<String>) = (Vec::new(), Vec::new());
    for (i, c) in outer.schema().columns.iter().enumerate().filter(|(_, c)| c.name != column) {
        let replaced = expanded_here(expanded, &c.name);
        keep.push(subquery.schema().index(&c.name).filter(|_| replaced).map_or(i, |at| width + at));
        labels.push(c.name.clone());
    }
    for (i, c) in subquery.schema().columns.iter().enumerate() {
        if !labels.contains(&c.name) && !c.name.starts_with(SEGMENT) && !outer.hidden.contains(&c.name) {
            keep.push(width + i);
            labels.push(c.name.clone());
        }
    }
    let on = match (outer.schema().index(column), subquery.schema().index(column)) {
        (Some(l), Some(r)) => vec![(l, r)],
        _ => Vec::new(),
    };
    let mut hidden = outer.hidden.clone();
    hidden.retain(|h| h != column);
    let name = outer.name.clone();
    let joined = Plan::Join {
        left: Box::new(outer.plan),
        right: Box::new(subquery.plan),
        kind: JoinKind::Inner,
        on,
        schema,
    };
    let plan = match select(joined, &keep) {
        Plan::Project { input, exprs, mut schema } => {
            for (c, label) in schema.columns.iter_mut().zip(labels) {
                c.name = label;
            }
            Plan::Project { input, exprs, schema }
        }
        other => other,
    };
    Relation { plan, name, hidden }
}

/// Is this column of the expansion one of its own, not one passed on?
fn expanded_here(expanded: &Relation, name: &str) -> bool {
    let Plan::Project { input, exprs, schema } = &expanded.plan else { return false };
    let Plan::Expand { input: before, .. } = input.as_ref() else { return false };
    let place = schema.index(name).and_then(|i| exprs.get(i));
    place
        .and_then(|e| e.path())
        .is_some_and(|(index, steps)| steps.is_empty() && index >= before.schema().len())
}
