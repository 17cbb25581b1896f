//! A plan as indented text, for `auk explain --stage plan` and for goldens.
//!
//! Trap: it is read by people and compared by tests; keep it stable.

use std::collections::HashSet;
use std::fmt::Write;

use super::{AggregateCall, CallArgument, Expr, ExprKind, Matching, Plan, Step, StepOutput};
use crate::types::{Column, Schema};

/// The plan as a tree, a node a line, inputs indented below.
pub fn display(plan: &Plan) -> String {
    let mut out = String::new();
    node(plan, 0, &mut HashSet::new(), &mut out);
    out
}

/// A shared part is written where it first stands.
fn node(plan: &Plan, depth: usize, shown: &mut HashSet<usize>, out: &mut String) {
    let indent = "  ".repeat(depth);
    if let Plan::Shared { id, .. } = plan
        && !shown.insert(*id)
    {
        _ = writeln!(out, "{indent}Shared {id}: see above");
        return;
    }
    _ = writeln!(out, "{indent}{}", line(plan));
    for input in plan.inputs() {
        node(input, depth + 1, shown, out);
    }
}

fn line(plan: &Plan) -> String {
    let input = plan.inputs().first().map(|p| p.schema().clone()).unwrap_or_default();
    let added = || plan.schema().columns.iter().skip(input.len()).map(|c| c.name.as_str());
    match plan {
        Plan::Scan { table, .. } => format!("Scan {table}"),
        Plan::Values { schema, rows } => format!("Values {} rows: {}", rows.len(), types(schema)),
        Plan::Range { schema, from, to, step } => {
            let e = |x| expr(x, &input);
            format!("Range {} from {} to {} step {}", types(schema), e(from), e(to), e(step))
        }
        Plan::Filter { predicate, .. } => format!("Filter {}", expr(predicate, &input)),
        Plan::Project { exprs, schema, .. } => {
            let columns = exprs.iter().zip(schema.names()).map(|(e, n)| named(n, &expr(e, &input)));
            format!("Project {}", list(columns))
        }
        Plan::Aggregate { keys, aggregates, schema, .. } => {
            let names = schema.names().skip(keys.len());
            let calls = aggregates.iter().zip(names).map(|(a, n)| named(n, &aggregate(a, &input)));
            format!("Aggregate {} by {}", list(calls), columns(keys, &input))
        }
        Plan::Sort { keys, segment, .. } => {
            let keys = keys.iter().map(|k| sort_key(k, &input));
            format!("Sort {}{}", list(keys), within(segment, &input))
        }
        Plan::Limit { count, segment, .. } => format!("Limit {count}{}", within(segment, &input)),
        Plan::Join { left, right, kind, on, .. } => {
            let (l, r) = (left.schema(), right.schema());
            let on = on.iter().map(|(a, z)| format!("{} == {}", columns(&[*a], l), columns(&[*z], r)));
            format!("Join {kind:?} on {}", list(on))
        }
        Plan::Union { inputs, .. } => format!("Union of {}", inputs.len()),
        Plan::Expand { columns, .. } => {
            let text =
                |(c, n): (&super::Expanded, &str)| format!("{n} = {} to {}", expr(&c.source, &input), c.ty);
            format!("Expand {}", list(columns.iter().zip(added()).map(text)))
        }
        Plan::Window { calls, segment, .. } => {
            let calls = calls.iter().zip(added()).map(|(c, n)| format!("{n} = {:?}", c.function));
            format!("Window {}{}", list(calls), within(segment, &input))
        }
        Plan::Match { matching, segment, .. } => matching_line(matching, &input, plan.schema(), segment),
        Plan::Series { series, .. } => {
            let (axis, keys) = (columns(&[series.axis], &input), columns(&series.keys, &input));
            format!("Series on {axis} step {} by {keys}", series.step)
        }
        Plan::Call { function, inputs, args, .. } => {
            let arg = |a: &CallArgument| match a {
                CallArgument::Value(value) => value.to_text(),
                CallArgument::Column { input, column } => {
                    inputs.get(*input).map_or_else(String::new, |p| columns(&[*column], p.schema()))
                }
            };
            format!("Call {}({})", function.name, list(args.iter().map(arg)))
        }
        Plan::Shared { id, .. } => format!("Shared {id}"),
    }
}

/// The steps: each with its condition and what it assigns.
fn matching_line(matching: &Matching, input: &Schema, output: &Schema, segment: &[usize]) -> String {
    let width = input.len() + matching.defaults.len();
    let mut columns: Vec<_> = output.columns.iter().take(width).cloned().collect();
    let row = columns.clone();
    for step in &matching.steps {
        let of_step = |c: &Column| Column::new(format!("{}.{}", step.name, c.name), c.ty);
        columns.extend(row.iter().map(of_step));
    }
    let schema = Schema::new(columns);
    let step = |step: &Step| {
        let output = match step.output {
            StepOutput::All => "",
            StepOutput::Last => " output last",
            StepOutput::None => " output none",
        };
        let set = step.assignments.iter().map(|(c, e)| named(&row[*c].name, &expr(e, &schema)));
        let set = list(set);
        let arrow = if set.is_empty() { "" } else { " => " };
        format!("{}{output}: {}{arrow}{set}", step.name, expr(&step.condition, &schema))
    };
    let steps: Vec<String> = matching.steps.iter().map(step).collect();
    format!("Match {}{}", steps.join("; "), within(segment, input))
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

fn columns(indexes: &[usize], schema: &Schema) -> String {
    list(indexes.iter().filter_map(|i| schema.columns.get(*i)).map(|c| c.name.clone()))
}

fn within(segment: &[usize], schema: &Schema) -> String {
    if segment.is_empty() { String::new() } else { format!(" within {}", columns(segment, schema)) }
}

fn sort_key(key: &super::SortKey, schema: &Schema) -> String {
    let direction = if key.descending { "desc" } else { "asc" };
    let nulls = if key.nulls_first { "first" } else { "last" };
    format!("{} {direction} nulls {nulls}", columns(&[key.column], schema))
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
