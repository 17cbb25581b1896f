//! All nodes and expressions of a plan, for tests that ask about a plan as a whole.
//!
//! Trap: plans inside of expressions (`toscalar`, `in (tabular)`) belong to it, too.

use auk::plan::{AggregateCall, Expr, ExprKind, Plan, WindowFunction};

/// May its answer differ from run to run (`rand`, `new_guid`)?
pub fn is_volatile(plan: &Plan) -> bool {
    exprs(plan).into_iter().any(is_volatile_expr) || plan.inputs().into_iter().any(is_volatile)
}

fn is_volatile_expr(e: &Expr) -> bool {
    let here = match &e.kind {
        ExprKind::Call(f, _) => f.volatile,
        ExprKind::Scalar(plan) => is_volatile(plan),
        ExprKind::InTable { table, .. } => is_volatile(table),
        _ => false,
    };
    here || e.children().into_iter().any(is_volatile_expr)
}

/// Does it make more rows than the oracle, which copies them freely, should be given?
pub fn is_huge(plan: &Plan) -> bool {
    const MOST: f64 = 100_000.0;
    let number = |e: &Expr| e.as_literal().and_then(|v| v.as_f64().or(v.as_i64().map(|n| n as f64)));
    let here = match plan {
        Plan::Range { from, to, step, .. } => match (number(from), number(to), number(step)) {
            (Some(from), Some(to), Some(step)) => ((to - from) / step).abs() > MOST,
            _ => true,
        },
        _ => false,
    };
    let in_expr = || exprs(plan).into_iter().any(is_huge_expr);
    here || in_expr() || plan.inputs().into_iter().any(is_huge)
}

fn is_huge_expr(e: &Expr) -> bool {
    let here = match &e.kind {
        ExprKind::Scalar(plan) => is_huge(plan),
        ExprKind::InTable { table, .. } => is_huge(table),
        _ => false,
    };
    here || e.children().into_iter().any(is_huge_expr)
}

/// The expressions of one node.
fn exprs(plan: &Plan) -> Vec<&Expr> {
    match plan {
        Plan::Range { from, to, step, .. } => vec![from, to, step],
        Plan::Filter { predicate, .. } => vec![predicate],
        Plan::Project { exprs, .. } => exprs.iter().collect(),
        Plan::Aggregate { aggregates, .. } => aggregates.iter().flat_map(of_aggregate).collect(),
        Plan::Expand { columns, .. } => columns.iter().map(|c| &c.source).collect(),
        Plan::Window { calls, .. } => calls.iter().flat_map(|c| of_window(&c.function)).collect(),
        Plan::Match { matching, .. } => matching.exprs().collect(),
        Plan::Series { series, .. } => {
            series.values.iter().flat_map(|(call, _)| of_aggregate(call)).collect()
        }
        _ => Vec::new(),
    }
}

fn of_aggregate(call: &AggregateCall) -> Vec<&Expr> {
    call.args.iter().chain(&call.filter).collect()
}

fn of_window(function: &WindowFunction) -> Vec<&Expr> {
    match function {
        WindowFunction::RowNumber { restart, .. } => restart.iter().collect(),
        WindowFunction::Shift { value, .. } => vec![value],
        WindowFunction::CumulativeSum { value, restart }
        | WindowFunction::RankDense { value, restart }
        | WindowFunction::RankMin { value, restart }
        | WindowFunction::Session { value, restart, .. } => [value].into_iter().chain(restart).collect(),
    }
}
