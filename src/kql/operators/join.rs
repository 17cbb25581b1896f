//! `T | join [kind=…] [hint.…] (right) on key, $left.a == $right.b, …`; `T | lookup [kind=leftouter|inner] (right) on …`
//!
//! Trap: without a kind a join is `innerunique`: one row of the left side per key. A lookup does not repeat the keys of the right side.

use super::OperatorKind;
use crate::kql::ast::{Expr, OperatorParameter};
use crate::kql::parser::{Parsed, Parser};
use crate::functions::common_type;
use crate::kql::ast::ExprKind;
use crate::kql::bind::{Binder, Relation, Row, extend, select};
use crate::plan::{Expr as PlanExpr, ExprKind as PlanKind, JoinKind, Plan};
use crate::source::Span;
use crate::types::{Column, Type};

#[derive(Clone, Debug)]
pub struct Join {
    pub parameters: Vec<OperatorParameter>,
    pub right: Box<Expr>,
    pub on: Vec<Expr>,
    pub lookup: bool,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    read(p, false)
}

pub fn parse_lookup(p: &mut Parser) -> Parsed<OperatorKind> {
    read(p, true)
}

fn read(p: &mut Parser, lookup: bool) -> Parsed<OperatorKind> {
    let parameters = p.parameters(&["kind", "withsource", "with_source", "isfuzzy"])?;
    let right = Box::new(p.table()?);
    let conditional = p.is_word("on") || p.is_word("where");
    if !conditional && lookup {
        return Err(p.expected("`on` and the keys of the lookup"));
    }
    p.eat_word("on");
    let on = if conditional { p.list(Parser::expr)? } else { Vec::new() };
    Ok(OperatorKind::Join(Join { parameters, right, on, lookup }))
}

/// The kinds by their names in KQL.
const KINDS: &[(&str, JoinKind)] = &[
    ("innerunique", JoinKind::InnerUnique),
    ("inner", JoinKind::Inner),
    ("leftouter", JoinKind::LeftOuter),
    ("rightouter", JoinKind::RightOuter),
    ("fullouter", JoinKind::FullOuter),
    ("leftsemi", JoinKind::LeftSemi),
    ("rightsemi", JoinKind::RightSemi),
    ("leftanti", JoinKind::LeftAnti),
    ("anti", JoinKind::LeftAnti),
    ("leftantisemi", JoinKind::LeftAnti),
    ("rightanti", JoinKind::RightAnti),
    ("rightantisemi", JoinKind::RightAnti),
];

pub fn bind(b: &mut Binder<'_>, op: &Join, left: Relation, span: Span) -> Option<Relation> {
    let kind = join_kind(b, op, span)?;
    let right = b.table(&op.right)?;
    let (left, right) = (plain(left), plain(right));
    let pairs = keys(b, op, &left, &right, span)?;
    let (left, right, on) = settle(b, left, right, pairs)?;
    Some(if op.lookup { lookup(left, right, kind, on) } else { join(left, right, kind, on) })
}

fn join_kind(b: &mut Binder<'_>, op: &Join, span: Span) -> Option<JoinKind> {
    let given = op.parameters.iter().find(|p| p.name.text == "kind").map(|p| (&p.value.kind, p.value.span));
    let name = match given {
        None => return Some(if op.lookup { JoinKind::LeftOuter } else { JoinKind::InnerUnique }),
        Some((ExprKind::Name(name), _)) => name.text.clone(),
        Some((_, span)) => return b.error(span, "a kind of join is a name"),
    };
    match KINDS.iter().find(|(n, _)| *n == name) {
        Some((_, JoinKind::Inner | JoinKind::LeftOuter)) if op.lookup => Some(KINDS.iter().find(|(n, _)| *n == name)?.1),
        Some(_) if op.lookup => b.error(span, "a lookup is leftouter or inner"),
        Some((_, kind)) => Some(*kind),
        None => {
            let known: Vec<&str> = KINDS.iter().map(|(n, _)| *n).collect();
            b.error(span, format!("no kind of join is `{name}`; there are {}", known.join(", ")))
        }
    }
}

/// Only what `*` shows, and the columns that number outer rows.
fn plain(relation: Relation) -> Relation {
    let segments = relation.segments();
    let keep: Vec<usize> = (0..relation.schema().len())
        .filter(|i| segments.contains(i) || !relation.hidden.contains(&relation.schema().columns[*i].name))
        .collect();
    if keep.len() == relation.schema().len() {
        return relation;
    }
    Relation::new(select(relation.plan, &keep))
}

/// The pairs of the `on` clause: an expression over the left side and one over the right.
fn keys(
    b: &mut Binder<'_>,
    op: &Join,
    left: &Relation,
    right: &Relation,
    span: Span,
) -> Option<Vec<(PlanExpr, PlanExpr)>> {
    let mut conditions = Vec::new();
    for condition in &op.on {
        split_and(condition, &mut conditions);
    }
    if conditions.is_empty() {
        return b.error(span, "a join needs `on` and at least one key");
    }
    let width = left.schema().len();
    let (l, r) = (left.schema().clone(), right.schema().clone());
    let mut pairs = Vec::new();
    for condition in conditions {
        if let ExprKind::Name(name) = &condition.kind {
            let side = |b: &mut Binder<'_>, row: &Row<'_>| b.expr(condition, row);
            let missing = [("left", &l), ("right", &r)].into_iter().find(|(_, s)| !s.contains(&name.text));
            if let Some((which, _)) = missing {
                return b.error(name.span, format!("the {which} side has no column `{}`", name.text));
            }
            pairs.push((side(b, &Row::new(&l))?, side(b, &Row::new(&r))?));
            continue;
        }
        let ExprKind::Binary { op: "==", left: a, right: z, .. } = &condition.kind else {
            return b.error(condition.span, "a join condition is a column, or `$left.a == $right.b`");
        };
        let row = Row { right: Some(&r), ..Row::new(&l) };
        let (a, z) = (b.expr(a, &row)?, b.expr(z, &row)?);
        let on_right = |e: &PlanExpr| columns_of(e).iter().any(|c| *c >= width);
        let (a, z) = if on_right(&a) { (z, a) } else { (a, z) };
        if on_right(&a) || !columns_of(&z).iter().all(|c| *c >= width) {
            return b.error(condition.span, "a join condition compares a column of $left with one of $right");
        }
        pairs.push((a, z.map_columns(&|c| c - width)));
    }
    Some(pairs)
}

fn split_and<'e>(e: &'e Expr, out: &mut Vec<&'e Expr>) {
    match &e.kind {
        ExprKind::Binary { op: "and", left, right, .. } => {
            split_and(left, out);
            split_and(right, out);
        }
        _ => out.push(e),
    }
}

fn columns_of(e: &PlanExpr) -> Vec<usize> {
    match e.kind {
        PlanKind::Column(index) => vec![index],
        _ => e.children().into_iter().flat_map(columns_of).collect(),
    }
}

/// Keys as columns of one type on both sides; computed ones are added and dropped again.
#[allow(clippy::type_complexity)]
fn settle(
    b: &mut Binder<'_>,
    mut left: Relation,
    mut right: Relation,
    pairs: Vec<(PlanExpr, PlanExpr)>,
) -> Option<(Relation, Relation, Vec<(usize, usize)>)> {
    let mut on = Vec::new();
    for (l, r) in pairs {
        let Some(ty) = common_type(l.ty, r.ty) else {
            return b.error(r.span, format!("a key of type {} never equals one of type {}", l.ty, r.ty));
        };
        let ty = if ty == Type::Dynamic { Type::String } else { ty };
        let (l, r) = (b.convert(l, ty), b.convert(r, ty));
        on.push((as_column(&mut left, l), as_column(&mut right, r)));
    }
    let segments: Vec<String> = left.hidden.iter().filter(|h| h.starts_with(crate::kql::bind::SEGMENT)).cloned().collect();
    for name in segments {
        if let (Some(l), Some(r)) = (left.schema().index(&name), right.schema().index(&name)) {
            on.push((l, r));
        }
    }
    Some((left, right, on))
}

fn as_column(side: &mut Relation, key: PlanExpr) -> usize {
    if let PlanKind::Column(index) = key.kind {
        return index;
    }
    let index = side.schema().len();
    let name = side.schema().unique("_auk_join");
    let grown = std::mem::replace(side, Relation::new(Plan::Values { schema: Default::default(), rows: Vec::new() }));
    *side = extend(grown, vec![(name.clone(), key)]);
    side.hidden.push(name);
    index
}

fn join(left: Relation, right: Relation, kind: JoinKind, on: Vec<(usize, usize)>) -> Relation {
    use JoinKind::*;
    let (l, r) = (left.schema().len(), right.schema().len());
    let schema = match kind {
        LeftSemi | LeftAnti => left.schema().clone(),
        RightSemi | RightAnti => right.schema().clone(),
        _ => both(&left, &right),
    };
    let added = |i: usize| {
        let (side, i) = match kind {
            RightSemi | RightAnti => (&right, i),
            _ if i < l => (&left, i),
            _ => (&right, i - l),
        };
        side.schema().columns[i].name.starts_with("_auk_join")
            || (i >= l.min(r) && false)
    };
    let repeated = |i: usize| i >= l && right.schema().columns[i - l].name.starts_with(crate::kql::bind::SEGMENT);
    let keep: Vec<usize> = (0..schema.len())
        .filter(|i| !added(*i))
        .filter(|i| matches!(kind, LeftSemi | LeftAnti | RightSemi | RightAnti) || !repeated(*i))
        .collect();
    let all = keep.len() == schema.len();
    let plan = Plan::Join { left: Box::new(left.plan), right: Box::new(right.plan), kind, on, schema };
    Relation::new(if all { plan } else { select(plan, &keep) })
}

/// The columns of both sides; a name of the right side that the left has too gets a number.
fn both(left: &Relation, right: &Relation) -> crate::types::Schema {
    let mut schema = left.schema().clone();
    for column in &right.schema().columns {
        let taken = |n: &str| schema.contains(n) || right.schema().contains(n);
        let name = if schema.contains(&column.name) {
            (1..).map(|n| format!("{}{n}", column.name)).find(|n| !taken(n)).unwrap_or_default()
        } else {
            column.name.clone()
        };
        schema.columns.push(Column::new(name, column.ty));
    }
    schema
}

/// A join without the keys of the right side.
fn lookup(left: Relation, right: Relation, kind: JoinKind, on: Vec<(usize, usize)>) -> Relation {
    let l = left.schema().len();
    let mut schema = left.schema().clone();
    let is_key = |i: usize| on.iter().any(|(_, r)| *r == i);
    for (i, column) in right.schema().columns.iter().enumerate() {
        let name = if is_key(i) { schema.unique(&format!("_auk_join_{}", column.name)) } else { schema.unique(&column.name) };
        schema.columns.push(Column::new(name, column.ty));
    }
    let keep: Vec<usize> = (0..schema.len())
        .filter(|i| if *i < l { !left.schema().columns[*i].name.starts_with("_auk_join") } else { !is_key(*i - l) })
        .collect();
    let plan = Plan::Join { left: Box::new(left.plan), right: Box::new(right.plan), kind, on, schema };
    Relation::new(select(plan, &keep))
}
