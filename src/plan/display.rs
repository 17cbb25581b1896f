//! A plan as indented text, for `auk explain --stage plan` and for goldens.
//!
//! Trap: it is read by people and compared by tests; keep it stable.

use std::fmt::Write;

use super::{AggregateCall, Expr, ExprKind, Plan};
use crate::types::Schema;

/// The plan as a tree, a node a line, inputs indented below.
pub fn display(plan: &Plan) -> String {
    let mut out = String::new();
    node(plan, 0, &mut out);
    out
}

fn node(plan: &Plan, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    _ = writeln!(out, "{indent}{}", line(plan));
    for input in plan.inputs() {
        node(input, depth + 1, out);
    }
}

fn line(plan: &Plan) -> String {
    let input = || plan.inputs().first().map(|p| p.schema().clone()).unwrap_or_default();
    let columns = |indexes: &[usize], schema: &Schema| {
        let names: Vec<&str> =
            indexes.iter().filter_map(|i| schema.columns.get(*i)).map(|c| c.name.as_str()).collect();
        names.join(", ")
    };
    let within = |segment: &[usize]| match segment {
        [] => String::new(),
        some => format!(" within {}", columns(some, &input())),
    };
    match plan {
        Plan::Scan { table, .. } => format!("Scan {table}"),
        Plan::Values { schema, rows } => format!("Values {} rows: {}", rows.len(), types(schema)),
        Plan::Range { schema, from, to, step } => {
            let e = |x| expr(x, &Schema::default());
            format!("Range {} from {} to {} step {}", types(schema), e(from), e(to), e(step))
        }
        Plan::Filter { predicate, .. } => format!("Filter {}", expr(predicate, &input())),
        Plan::Project { exprs, schema, .. } => {
            let columns: Vec<String> =
                exprs.iter().zip(schema.names()).map(|(e, n)| named(n, &expr(e, &input()))).collect();
            format!("Project {}", columns.join(", "))
        }
        Plan::Aggregate { keys, aggregates, schema, .. } => {
            let names = schema.names().skip(keys.len());
            let calls: Vec<String> =
                aggregates.iter().zip(names).map(|(a, n)| named(n, &aggregate(a, &input()))).collect();
            format!("Aggregate {} by {}", calls.join(", "), columns(keys, &input()))
        }
        Plan::Sort { keys, segment, .. } => {
            let keys: Vec<String> = keys
                .iter()
                .map(|k| {
                    let direction = if k.descending { "desc" } else { "asc" };
                    let nulls = if k.nulls_first { "first" } else { "last" };
                    format!("{} {direction} nulls {nulls}", columns(&[k.column], &input()))
                })
                .collect();
            format!("Sort {}{}", keys.join(", "), within(segment))
        }
        Plan::Limit { count, segment, .. } => format!("Limit {count}{}", within(segment)),
        Plan::Join { left, right, kind, on, .. } => {
            let on: Vec<String> = on
                .iter()
                .map(|(l, r)| {
                    format!("{} == {}", columns(&[*l], left.schema()), columns(&[*r], right.schema()))
                })
                .collect();
            format!("Join {kind:?} on {}", on.join(", "))
        }
        Plan::Union { inputs, .. } => format!("Union of {}", inputs.len()),
        Plan::Expand { columns, schema, .. } => {
            let names = schema.columns.iter().skip(input().len());
            let columns: Vec<String> = columns
                .iter()
                .zip(names)
                .map(|(c, n)| format!("{} = {} to {}", n.name, expr(&c.source, &input()), c.ty))
                .collect();
            format!("Expand {}", columns.join(", "))
        }
        Plan::Window { calls, segment, schema, .. } => {
            let names = schema.columns.iter().skip(input().len());
            let calls: Vec<String> =
                calls.iter().zip(names).map(|(c, n)| format!("{} = {:?}", n.name, c.function)).collect();
            format!("Window {}{}", calls.join(", "), within(segment))
        }
        Plan::Series { series, .. } => format!(
            "Series on {} step {} by {}",
            columns(&[series.axis], &input()),
            series.step,
            columns(&series.keys, &input())
        ),
        Plan::Call { function, args, .. } => {
            let args: Vec<String> = args.iter().map(|a| expr(a, &input())).collect();
            format!("Call {function}({})", args.join(", "))
        }
        Plan::Shared { id, .. } => format!("Shared {id}"),
    }
}

fn named(name: &str, text: &str) -> String {
    if name == text { text.to_string() } else { format!("{name} = {text}") }
}

fn types(schema: &Schema) -> String {
    let columns: Vec<String> = schema.columns.iter().map(|c| format!("{}: {}", c.name, c.ty)).collect();
    columns.join(", ")
}

fn aggregate(call: &AggregateCall, schema: &Schema) -> String {
    let args: Vec<String> = call.args.iter().map(|a| expr(a, schema)).collect();
    let filter = call.filter.as_ref().map(|f| format!(" where {}", expr(f, schema))).unwrap_or_default();
    format!("{}({}){filter}", call.function.name, args.join(", "))
}

/// An expression as text; literals that are not numbers are quoted.
pub fn expr(e: &Expr, schema: &Schema) -> String {
    match &e.kind {
        ExprKind::Literal(value) => match value {
            crate::value::Value::String(s) => format!("{s:?}"),
            value if value.is_null() => format!("{}(null)", e.ty),
            value if e.ty.is_number() || e.ty == crate::types::Type::Bool => value.to_text(),
            value => format!("{}({value})", e.ty),
        },
        ExprKind::Column(index) => schema.columns.get(*index).map_or("?".to_string(), |c| c.name.clone()),
        ExprKind::Call(f, args) => {
            let args: Vec<String> = args.iter().map(|a| expr(a, schema)).collect();
            let symbol = !f.name.starts_with(|c: char| c.is_alphabetic());
            match args.as_slice() {
                [l, r] if symbol || matches!(f.name, "and" | "or" | "has" | "contains") => {
                    format!("({l} {} {r})", f.name)
                }
                _ => format!("{}({})", f.name, args.join(", ")),
            }
        }
        ExprKind::Convert(inner) => format!("to{}({})", e.ty, expr(inner, schema)),
        ExprKind::Scalar(plan) => format!("toscalar({})", line(plan)),
        ExprKind::InTable { value, table, negated, .. } => {
            let not = if *negated { "not " } else { "" };
            format!("{}{} in ({})", not, expr(value, schema), line(table))
        }
    }
}
