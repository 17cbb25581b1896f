//! A filter brought below a union and below projections that only pick columns.
//!
//! `search` and filters over many tables ask all columns of all of them; below the union each table has
//! to answer for its own columns only, and what a table has not is a constant.
//!
//! Trap: only columns and literals are put into the predicate; anything else would be computed twice.

use crate::plan::{Expr, ExprKind, Plan};

/// The plan with the predicates below, if the node is a union or a projection that lets them through.
/// Inputs of a union that are empty for sure are left out.
pub fn filtered_inputs(input: &Plan, predicates: &[&Expr], is_empty: &dyn Fn(&Plan) -> bool) -> Option<Plan> {
    match input {
        Plan::Union { inputs, schema } => {
            let inputs =
                inputs.iter().filter(|i| !is_empty(i)).map(|i| filtered(i.clone(), predicates)).collect();
            Some(Plan::Union { inputs, schema: schema.clone() })
        }
        Plan::Project { input, exprs, schema } => {
            let below: Vec<Expr> = predicates.iter().map(|p| substituted(p, exprs)).collect::<Option<_>>()?;
            let input = filtered((**input).clone(), &below.iter().collect::<Vec<_>>());
            Some(Plan::Project { input: Box::new(input), exprs: exprs.clone(), schema: schema.clone() })
        }
        _ => None,
    }
}

fn filtered(input: Plan, predicates: &[&Expr]) -> Plan {
    predicates.iter().fold(input, |input, p| Plan::Filter { input: Box::new(input), predicate: (*p).clone() })
}

/// The expression over what the projected columns are made of.
fn substituted(expr: &Expr, exprs: &[Expr]) -> Option<Expr> {
    let kind = match &expr.kind {
        ExprKind::Column(index) => {
            let below = exprs.get(*index)?;
            return matches!(below.kind, ExprKind::Column(_) | ExprKind::Literal(_)).then(|| below.clone());
        }
        ExprKind::Call(f, args) => {
            ExprKind::Call(f, args.iter().map(|a| substituted(a, exprs)).collect::<Option<_>>()?)
        }
        ExprKind::Convert(inner) => ExprKind::Convert(Box::new(substituted(inner, exprs)?)),
        ExprKind::InTable { value, table, fold_case, negated } => ExprKind::InTable {
            value: Box::new(substituted(value, exprs)?),
            table: table.clone(),
            fold_case: *fold_case,
            negated: *negated,
        },
        other => other.clone(),
    };
    Some(Expr { kind, ty: expr.ty, span: expr.span })
}
