//! `T | join [kind=…] [hint.…] (right) on key, $left.a == $right.b, …`; `T | lookup [kind=leftouter|inner] (right) on …`
//!
//! Trap: without a kind a join is `innerunique`: one row of the left side per key. A lookup does not repeat the keys of the right side.

use super::OperatorKind;
use crate::diagnostic::{Diagnostic, closest};
use crate::functions::common_type;
use crate::kql::ast::ExprKind;
use crate::kql::ast::{Expr, OperatorParameter};
use crate::kql::bind::{Binder, Relation, Row, SEGMENT, extend, select};
use crate::kql::parser::{Parsed, Parser};
use crate::plan::{Expr as PlanExpr, ExprKind as PlanKind, JoinKind, Plan};
use crate::source::Span;
use crate::types::{Column, Schema, Type};

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
    let usual = if op.lookup { JoinKind::LeftOuter } else { JoinKind::InnerUnique };
    let kind = join_kind(b, op, usual).unwrap_or(usual);
    let right = b.table(&op.right)?;
    b.not_in_segment(&right, op.right.span)?;
    let one_sided =
        matches!(kind, JoinKind::Inner | JoinKind::LeftOuter | JoinKind::LeftSemi | JoinKind::LeftAnti);
    if !left.segments().is_empty() && !one_sided {
        let message = "within a subquery, a join that is not inner, leftouter, leftsemi or leftanti";
        return b.unsupported(span, message);
    }
    let pairs = keys(b, op, &left, &right, span);
    let (left, right, on) = settle(b, left, right, pairs);
    Some(if op.lookup { lookup(left, right, kind, on) } else { join(left, right, kind, on) })
}

fn join_kind(b: &mut Binder<'_>, op: &Join, usual: JoinKind) -> Option<JoinKind> {
    let given = op.parameters.iter().find(|p| p.name.text == "kind").map(|p| (&p.value.kind, p.value.span));
    let (name, span) = match given {
        None => return Some(usual),
        Some((ExprKind::Name(name), span)) => (name.text.clone(), span),
        Some((_, span)) => return b.error(span, "a kind of join is a name"),
    };
    match KINDS.iter().find(|(n, _)| *n == name) {
        Some((_, JoinKind::Inner | JoinKind::LeftOuter)) if op.lookup => {
            Some(KINDS.iter().find(|(n, _)| *n == name)?.1)
        }
        Some(_) if op.lookup => b.error(span, "a lookup is leftouter or inner"),
        Some((_, kind)) => Some(*kind),
        None => {
            let error = Diagnostic::semantic(span, format!("no kind of join is `{name}`"));
            let outer = KINDS.iter().map(|(n, _)| *n).find(|n| *n == format!("{name}outer"));
            let near = outer.or_else(|| closest(&name, KINDS.iter().map(|(n, _)| *n)));
            b.report(error.with_help(match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => KINDS.iter().map(|(n, _)| *n).collect::<Vec<_>>().join(", "),
            }))
        }
    }
}

/// The pairs of the `on` clause: an expression over the left side and one over the right.
fn keys(
    b: &mut Binder<'_>,
    op: &Join,
    left: &Relation,
    right: &Relation,
    span: Span,
) -> Vec<(PlanExpr, PlanExpr)> {
    let mut conditions = Vec::new();
    for condition in &op.on {
        split_and(condition, &mut conditions);
    }
    if conditions.is_empty() {
        let error = Diagnostic::semantic(span, "a join needs `on` and at least one key");
        b.report::<()>(error.with_help("write `on Column`, or `on $left.Column == $right.Other`"));
    }
    // A wrong key is reported; the columns of the join do not depend on it.
    conditions.into_iter().filter_map(|c| key(b, c, left.schema(), right.schema())).collect()
}

/// One condition: a column of both sides, or `$left.a == $right.b`.
fn key(b: &mut Binder<'_>, condition: &Expr, l: &Schema, r: &Schema) -> Option<(PlanExpr, PlanExpr)> {
    if let ExprKind::Name(name) = &condition.kind {
        let missing = [("left", l), ("right", r)].into_iter().find(|(_, s)| !s.contains(&name.text));
        if let Some((which, schema)) = missing.filter(|_| !b.lost.contains(&name.text)) {
            b.unknown_name(&name.text);
            let message = format!("the {which} side has no column `{}`", name.text);
            let near = closest(&name.text, schema.names()).map(|n| format!("did you mean `{n}`?"));
            let other = "keys of different names are `$left.Column == $right.Other`";
            let error = Diagnostic::semantic(name.span, message);
            return b.report(error.with_help(near.unwrap_or(other.to_string())));
        }
        return Some((b.expr(condition, &Row::new(l))?, b.expr(condition, &Row::new(r))?));
    }
    let ExprKind::Binary { op: "==", left: a, right: z, .. } = &condition.kind else {
        return b.error(condition.span, "a join condition is a column, or `$left.a == $right.b`");
    };
    let row = Row { right: Some(r), ..Row::new(l) };
    let (a, z) = (b.expr(a, &row)?, b.expr(z, &row)?);
    let width = l.len();
    let on_right = |e: &PlanExpr| e.columns().iter().any(|c| *c >= width);
    let (a, z) = if on_right(&a) { (z, a) } else { (a, z) };
    if on_right(&a) || !z.columns().iter().all(|c| *c >= width) {
        let message = "a join condition compares a column of $left with one of $right";
        let error = Diagnostic::semantic(condition.span, message);
        return b.report(error.with_help("write `$left.Column == $right.Other`"));
    }
    Some((a, z.map_columns(&|c| c - width)))
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

/// Keys as columns of one type on both sides; computed ones are added and dropped again.
#[allow(clippy::type_complexity)]
fn settle(
    b: &mut Binder<'_>,
    mut left: Relation,
    mut right: Relation,
    pairs: Vec<(PlanExpr, PlanExpr)>,
) -> (Relation, Relation, Vec<(usize, usize)>) {
    let mut on = Vec::new();
    for (l, r) in pairs {
        let Some(ty) = common_type(l.ty, r.ty) else {
            b.error::<()>(r.span, format!("a key of type {} never equals one of type {}", l.ty, r.ty));
            continue;
        };
        let ty = if ty == Type::Dynamic { Type::String } else { ty };
        let (l, r) = (b.convert(l, ty), b.convert(r, ty));
        let pair = (as_column(&mut left, l), as_column(&mut right, r));
        // A condition that is given twice is one.
        if !on.contains(&pair) {
            on.push(pair);
        }
    }
    let segments: Vec<String> = left.hidden.iter().filter(|h| h.starts_with(SEGMENT)).cloned().collect();
    for name in segments {
        if let (Some(l), Some(r)) = (left.schema().index(&name), right.schema().index(&name)) {
            on.push((l, r));
        }
    }
    (left, right, on)
}

fn as_column(side: &mut Relation, key: PlanExpr) -> usize {
    if let PlanKind::Column(index) = key.kind {
        return index;
    }
    let index = side.schema().len();
    let name = side.schema().unique("_auk_join");
    let grown =
        std::mem::replace(side, Relation::new(Plan::Values { schema: Schema::default(), rows: Vec::new() }));
    *side = extend(grown, vec![(name.clone(), key)]);
    side.hidden.push(name);
    index
}

/// Columns that only serve the join, and the right side's numbering of outer rows, are dropped again.
fn is_temporary(column: &Column) -> bool {
    column.name.starts_with("_auk_join")
}

fn join(left: Relation, right: Relation, kind: JoinKind, on: Vec<(usize, usize)>) -> Relation {
    use JoinKind::*;
    let l = left.schema().len();
    let (schema, hidden) = match kind {
        LeftSemi | LeftAnti => (left.schema().clone(), left.hidden.clone()),
        RightSemi | RightAnti => (right.schema().clone(), right.hidden.clone()),
        _ => both(&left, &right),
    };
    let one_side = matches!(kind, LeftSemi | LeftAnti | RightSemi | RightAnti);
    let source = |i: usize| match kind {
        RightSemi | RightAnti => &right.schema().columns[i],
        _ if i < l => &left.schema().columns[i],
        _ => &right.schema().columns[i - l],
    };
    let numbers_again = |i: usize| !one_side && i >= l && source(i).name.starts_with(SEGMENT);
    let keep: Vec<usize> =
        (0..schema.len()).filter(|i| !is_temporary(source(*i)) && !numbers_again(*i)).collect();
    let all = keep.len() == schema.len();
    let plan = Plan::Join { left: Box::new(left.plan), right: Box::new(right.plan), kind, on, schema };
    let mut joined = Relation::new(if all { plan } else { select(plan, &keep) });
    joined.hidden = hidden.into_iter().filter(|h| joined.schema().contains(h)).collect();
    joined
}

/// The columns of both sides, and which are hidden; a name of the right side that the left has too gets
/// a number.
fn both(left: &Relation, right: &Relation) -> (Schema, Vec<String>) {
    let (mut schema, mut hidden) = (left.schema().clone(), left.hidden.clone());
    for column in &right.schema().columns {
        let taken = |n: &str| schema.contains(n) || right.schema().contains(n);
        let name = if schema.contains(&column.name) {
            (1..).map(|n| format!("{}{n}", column.name)).find(|n| !taken(n)).unwrap_or_default()
        } else {
            column.name.clone()
        };
        if right.hidden.contains(&column.name) {
            hidden.push(name.clone());
        }
        schema.columns.push(Column::new(name, column.ty));
    }
    (schema, hidden)
}

/// A join without the keys of the right side.
fn lookup(left: Relation, right: Relation, kind: JoinKind, on: Vec<(usize, usize)>) -> Relation {
    let l = left.schema().len();
    let mut schema = left.schema().clone();
    let is_key = |i: usize| on.iter().any(|(_, r)| *r == i);
    for (i, column) in right.schema().columns.iter().enumerate() {
        let name = if is_key(i) {
            schema.unique(&format!("_auk_join_{}", column.name))
        } else {
            schema.unique(&column.name)
        };
        schema.columns.push(Column::new(name, column.ty));
    }
    let shown = |i: usize| !is_key(i) && !right.hidden.contains(&right.schema().columns[i].name);
    let keep: Vec<usize> = (0..schema.len())
        .filter(|i| if *i < l { !is_temporary(&left.schema().columns[*i]) } else { shown(*i - l) })
        .collect();
    let hidden = left.hidden.clone();
    let plan = Plan::Join { left: Box::new(left.plan), right: Box::new(right.plan), kind, on, schema };
    let mut joined = Relation::new(select(plan, &keep));
    joined.hidden = hidden.into_iter().filter(|h| joined.schema().contains(h)).collect();
    joined
}
