//! `basket`, `autocluster`, `diffpatterns`: which values of the columns go together.
//!
//! Traps: `"~"` stands for the default of an argument. A wildcard holds for the columns of its type, and a
//! column without one shows null or `""` where a pattern says nothing of it.

use super::timeline::{add, column};
use crate::functions::TableFunction;
use crate::functions::plugins::analytics::{
    basket::BASKET, differences::DIFFPATTERNS, segments::AUTOCLUSTER,
};
use crate::kql::ast::{Expr, ExprKind as Ast};
use crate::kql::bind::{Binder, NO_COLUMNS, Relation, Row, extend};
use crate::kql::operators::evaluate::{Bind, Evaluate, Plugin, arguments};
use crate::plan::{CallArgument, Plan};
use crate::source::Span;
use crate::types::{Schema, Type};
use crate::value::Value;

pub const PLUGINS: &[Plugin] = &[
    Plugin {
        name: "autocluster",
        signature: "([size weight: real, weight: column, seeds: long, wildcard: scalar...])",
        doc: "A few patterns of values that cover much of the rows; by a method of auk's own.",
        bind: Bind::Table(autocluster),
    },
    Plugin {
        name: "basket",
        signature: "([threshold: real, weight: column, dimensions: long, wildcard: scalar...])",
        doc: "All patterns of values that at least a share of the rows have.",
        bind: Bind::Table(basket),
    },
    Plugin {
        name: "diffpatterns",
        signature: "(split: column, a: string, b: string, [weight: column, threshold: real, dimensions: long, wildcard: scalar...])",
        doc: "Patterns of values that two sets of rows share unequally; by a method of auk's own.",
        bind: Bind::Table(diffpatterns),
    },
];

const OWN_METHOD: &str = "counts and percents of its segments are exact, but which segments it gives is auk's own \
    choice: Kusto's method is not published";

/// An argument that is there and not `"~"`.
fn given(op: &Evaluate, at: usize) -> Option<&Expr> {
    let is_default = |e: &&Expr| matches!(&e.kind, Ast::Literal(Value::String(text), _) if text == "~");
    op.args.get(at).map(|a| &a.value).filter(|e| !is_default(e))
}

/// A constant number between two bounds.
fn number(
    b: &mut Binder<'_>,
    arg: Option<&Expr>,
    default: Value,
    (low, high): (f64, f64),
    what: &str,
) -> Option<CallArgument> {
    let Some(arg) = arg else { return Some(CallArgument::Value(default)) };
    let ty = if matches!(default, Value::Real(_)) { Type::Real } else { Type::Long };
    let value = arguments::constant(b, arg, ty, what)?;
    match value.as_f64() {
        Some(n) if (low..=high).contains(&n) => Some(CallArgument::Value(value)),
        _ if high == f64::MAX => b.error(arg.span, format!("{what} is {low} at least")),
        _ => b.error(arg.span, format!("{what} is between {low} and {high}")),
    }
}

/// The column of weights, if there is one.
fn weight(b: &mut Binder<'_>, arg: Option<&Expr>, schema: &Schema) -> Option<Option<usize>> {
    let Some(arg) = arg else { return Some(None) };
    let at = arguments::column(b, arg, schema, "the weight")?;
    if !schema.columns[at].ty.is_number() {
        return b.error(arg.span, format!("the weight has to be a number, not {}", schema.columns[at].ty));
    }
    Some(Some(at))
}

/// The custom wildcards, from that argument on.
fn wildcards(b: &mut Binder<'_>, op: &Evaluate, from: usize) -> Option<CallArgument> {
    let mut all = Vec::new();
    for arg in (from..op.args.len()).filter_map(|at| given(op, at)) {
        let bound = b.expr(arg, &Row::new(&NO_COLUMNS))?;
        match bound.as_literal() {
            Some(value) => all.push(value.clone()),
            None => return b.unsupported(arg.span, "a wildcard has to be a constant here"),
        }
    }
    Some(CallArgument::Value(Value::Array(all)))
}

/// The call over the visible columns but those left out, which come after the segment's own.
fn call(
    b: &mut Binder<'_>,
    input: Relation,
    (function, mut args): (&'static TableFunction, Vec<CallArgument>),
    measured: &[(&str, Type)],
    left_out: &[usize],
    span: Span,
) -> Option<Relation> {
    let mut output = Schema::default();
    measured.iter().for_each(|(name, ty)| add(&mut output, name, *ty));
    let before = args.len();
    for (at, shown) in input.columns().filter(|(at, _)| !left_out.contains(at)) {
        add(&mut output, &shown.name, shown.ty);
        args.push(column(at));
    }
    if args.len() == before {
        return b.error(span, format!("`{}` has no columns to look at", function.name));
    }
    let inputs = vec![input.plan];
    Some(Relation::new(Plan::Call { function, inputs, args, schema: output }))
}

const SEGMENT: &[(&str, Type)] = &[("SegmentId", Type::Long), ("Count", Type::Long), ("Percent", Type::Real)];

fn weight_argument(weight: Option<usize>) -> CallArgument {
    weight.map_or(CallArgument::Value(Value::Null), column)
}

fn basket(b: &mut Binder<'_>, op: &Evaluate, input: Relation, span: Span) -> Option<Relation> {
    let threshold = number(b, given(op, 0), Value::Real(0.05), (0.015, 1.0), "the threshold")?;
    let weight = weight(b, given(op, 1), input.schema())?;
    let dimensions = number(b, given(op, 2), Value::Long(5), (1.0, f64::MAX), "the number of dimensions")?;
    let wildcards = wildcards(b, op, 3)?;
    let args = vec![threshold, dimensions, wildcards, weight_argument(weight)];
    call(b, input, (&BASKET, args), SEGMENT, weight.as_slice(), span)
}

fn autocluster(b: &mut Binder<'_>, op: &Evaluate, input: Relation, span: Span) -> Option<Relation> {
    let size = number(b, given(op, 0), Value::Real(0.5), (0.0, 1.0), "the weight of the size")?;
    let weight = weight(b, given(op, 1), input.schema())?;
    let seeds = number(b, given(op, 2), Value::Long(25), (1.0, f64::MAX), "the number of seeds")?;
    let wildcards = wildcards(b, op, 3)?;
    b.warnings.push(format!("`autocluster`: {OWN_METHOD}"));
    let args = vec![size, seeds, wildcards, weight_argument(weight)];
    call(b, input, (&AUTOCLUSTER, args), SEGMENT, weight.as_slice(), span)
}

fn diffpatterns(b: &mut Binder<'_>, op: &Evaluate, input: Relation, span: Span) -> Option<Relation> {
    const MEASURED: &[(&str, Type)] = &[
        ("SegmentId", Type::Long),
        ("CountA", Type::Long),
        ("CountB", Type::Long),
        ("PercentA", Type::Real),
        ("PercentB", Type::Real),
        ("PercentDiffAB", Type::Real),
    ];
    let [split, first, second, ..] = op.args.as_slice() else {
        return b.error(span, "`diffpatterns` takes a column and two of its values");
    };
    let schema = input.schema().clone();
    let split = arguments::column(b, &split.value, &schema, "the split")?;
    let value =
        |b: &mut Binder<'_>, arg: &Expr| arguments::constant(b, arg, Type::String, "a value of the split");
    let (a, second) = (value(b, &first.value)?, value(b, &second.value)?);
    let weight = weight(b, given(op, 3), &schema)?;
    let threshold = number(b, given(op, 4), Value::Real(0.05), (0.015, 1.0), "the threshold")?;
    let unlimited = Value::Long(i64::MAX);
    let dimensions = number(b, given(op, 5), unlimited, (1.0, f64::MAX), "the number of dimensions")?;
    let wildcards = wildcards(b, op, 6)?;
    b.warnings.push(format!("`diffpatterns`: {OWN_METHOD}"));
    let (name, hidden) = (schema.unique("_auk_split"), input.hidden.clone());
    let text = b.apply("tostring", vec![arguments::of_column(split, &schema)], span)?;
    let input = extend(input, vec![(name.clone(), text)]);
    let Some(text) = input.schema().index(&name) else { return b.error(span, "the split is gone") };
    let input = Relation { hidden: hidden.into_iter().chain([name]).collect(), ..input };
    let (a, second) = (CallArgument::Value(a), CallArgument::Value(second));
    let args = vec![a, second, threshold, dimensions, wildcards, column(text), weight_argument(weight)];
    let left_out: Vec<usize> = weight.into_iter().chain([split]).collect();
    call(b, input, (&DIFFPATTERNS, args), MEASURED, &left_out, span)
}
