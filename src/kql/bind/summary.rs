//! Aggregates: from calls within `summarize` and `make-series` to `AggregateCall`s.
//!
//! An expression around aggregates (`count() * 2`) is bound over the output of the `Aggregate` node: its
//! names are the keys, and each aggregate is the next column after them.
//!
//! Trap: `arg_max(x, *)`, `percentiles(x, 5, 95)`, `take_any(*)` give several columns; they stand alone.

use std::cell::RefCell;

use super::{Binder, Row, call::mismatch, call::resolve, name::aggregate_name};
use crate::functions::{self, Aggregate, AggregateBody};
use crate::kql::ast::{self, Argument, ExprKind as Ast, NamedExpr};
use crate::plan::{AggregateCall, Expr};
use crate::source::Span;
use crate::types::{Schema, Type};
use crate::value::Value;

/// Where the aggregates of one operator are collected.
pub struct Aggregates {
    /// What their arguments are bound over.
    pub input: Schema,
    /// Columns of `*` in the input, without those that the rows are grouped by.
    pub star: Vec<String>,
    /// The names of the keys.
    pub keys: Schema,
    pub calls: RefCell<Vec<AggregateCall>>,
}

/// The forms with a predicate, the plain aggregate, and where the predicate stands.
const FILTERED: &[(&str, &str, usize)] = &[
    ("countif", "count", 0),
    ("count_if", "count", 0),
    ("sumif", "sum", 1),
    ("sum_if", "sum", 1),
    ("avgif", "avg", 1),
    ("avg_if", "avg", 1),
    ("minif", "min", 1),
    ("min_if", "min", 1),
    ("maxif", "max", 1),
    ("max_if", "max", 1),
    ("dcountif", "dcount", 1),
    ("dcount_if", "dcount", 1),
    ("count_distinctif", "count_distinct", 1),
    ("stdevif", "stdev", 1),
    ("varianceif", "variance", 1),
    ("variancepif", "variancep", 1),
    ("make_set_if", "make_set", 1),
    ("make_list_if", "make_list", 1),
    ("make_bag_if", "make_bag", 1),
    ("take_anyif", "take_any", 1),
    ("anyif", "take_any", 1),
    ("hll_if", "hll", 1),
    ("stdevpif", "stdevp", 1),
    ("covarianceif", "covariance", 2),
    ("covariancepif", "covariancep", 2),
];

impl Aggregates {
    fn push(&self, call: AggregateCall, span: Span) -> Expr {
        let mut calls = self.calls.borrow_mut();
        let ty = call.ty;
        calls.push(call);
        Expr::column(self.keys.len() + calls.len() - 1, ty, span)
    }
}

impl Binder<'_> {
    /// One named aggregate of `summarize`: its columns.
    pub fn named_aggregate(
        &mut self,
        column: &NamedExpr,
        aggregates: &Aggregates,
    ) -> Option<Vec<(Option<String>, Expr)>> {
        if let Ast::Call { name, args } = &column.expr.kind
            && self.names.get(&name.text).is_none()
        {
            match name.text.as_str() {
                "arg_max" | "arg_min" | "argmax" | "argmin" => {
                    return self.arg_extreme(name, args, column, aggregates);
                }
                "take_any" | "any" => return self.take_any(name, args, column, aggregates),
                "percentile" | "percentilew" | "percentiles" | "percentilesw" => {
                    return self.percentiles(name, args, column, aggregates);
                }
                _ => {}
            }
        }
        let row = Row { aggregates: Some(aggregates), ..Row::new(&aggregates.keys) };
        let expr = self.expr(&column.expr, &row)?;
        let name = match (&column.names[..], &column.expr.kind) {
            ([name, ..], _) => Some(name.text.clone()),
            ([], Ast::Call { name, args }) => {
                aggregate_name(&name.text, args).or_else(|| super::implied_name(&column.expr))
            }
            _ => super::implied_name(&column.expr),
        };
        Some(vec![(name, expr)])
    }

    /// An aggregate within an expression.
    pub fn aggregate_call(
        &mut self,
        name: &ast::Name,
        args: &[Argument],
        span: Span,
        _row: &Row<'_>,
        aggregates: &Aggregates,
    ) -> Option<Expr> {
        let input = aggregates.input.clone();
        let args = self.arguments(args, &Row::new(&input))?;
        let call = self.aggregate(name, args, span)?;
        Some(aggregates.push(call, span))
    }

    /// Settles an aggregate over bound arguments.
    fn aggregate(&mut self, name: &ast::Name, args: Vec<Expr>, span: Span) -> Option<AggregateCall> {
        let Some(written) = functions::aggregate(&name.text) else {
            return self.unknown_function(name);
        };
        if let AggregateBody::Refused(reason) = written.body {
            return self.unsupported(name.span, format!("`{}` is not supported: {reason}", name.text));
        }
        let (mut args, ty) = self.settle(written, args, span)?;
        let filtered = FILTERED.iter().find(|(n, ..)| *n == written.name || *n == name.text);
        let (function, filter) = match filtered {
            Some((_, plain, at)) if *at < args.len() => (functions::aggregate(plain), Some(args.remove(*at))),
            _ => (Some(written), None),
        };
        match function {
            Some(function) if matches!(function.body, AggregateBody::Accumulator(_)) => {
                Some(AggregateCall { function, args, filter, ty })
            }
            _ => self.unsupported(name.span, format!("`{}` is not supported here", name.text)),
        }
    }

    /// Argument types and result type by the aggregate's signatures.
    fn settle(&mut self, function: &Aggregate, args: Vec<Expr>, span: Span) -> Option<(Vec<Expr>, Type)> {
        let types: Vec<Type> = args.iter().map(|a| a.ty).collect();
        let Some(resolved) = resolve(function.signatures, &types, &[]) else {
            return self.report(mismatch(function.name, function.signatures, &types, span));
        };
        let args = args.into_iter().zip(resolved.args).map(|(a, ty)| self.convert(a, ty)).collect();
        Some((args, resolved.returns))
    }

    /// `arg_max(x, *)`, `arg_max(x, a, b)`: the extreme, then the columns of its row.
    fn arg_extreme(
        &mut self,
        name: &ast::Name,
        args: &[Argument],
        column: &NamedExpr,
        aggregates: &Aggregates,
    ) -> Option<Vec<(Option<String>, Expr)>> {
        let span = column.expr.span;
        let Some((first, rest)) = args.split_first() else {
            return self.error(span, format!("`{}` misses its argument", name.text));
        };
        let greatest = matches!(name.text.as_str(), "arg_max" | "argmax");
        let legacy = !name.text.contains('_');
        let input = aggregates.input.clone();
        let row = Row::new(&input);
        let by = self.expr(&first.value, &row)?;
        let by_name = super::implied_name(&first.value);
        let extreme = ast::Name { text: if greatest { "max" } else { "min" }.into(), span: name.span };
        let chosen = ast::Name { text: if greatest { "arg_max" } else { "arg_min" }.into(), span: name.span };
        let call = self.aggregate(&extreme, vec![by.clone()], span)?;
        let prefix = format!("{}_{}", extreme.text, by_name.clone().unwrap_or_default());
        let first_name = if legacy { Some(prefix.clone()) } else { by_name.clone().or(Some(prefix.clone())) };
        let mut columns = vec![(first_name, aggregates.push(call, span))];
        for (label, value) in self.returned(rest, aggregates, by_name.as_deref(), &row)? {
            let label = if legacy { label.map(|l| format!("{prefix}_{l}")) } else { label };
            let ty = value.ty;
            let mut call = self.aggregate(&chosen, vec![by.clone(), value], span)?;
            call.ty = ty;
            columns.push((label, aggregates.push(call, span)));
        }
        rename(&mut columns, column);
        Some(columns)
    }

    fn take_any(
        &mut self,
        name: &ast::Name,
        args: &[Argument],
        column: &NamedExpr,
        aggregates: &Aggregates,
    ) -> Option<Vec<(Option<String>, Expr)>> {
        let input = aggregates.input.clone();
        let span = column.expr.span;
        let returned = self.returned(args, aggregates, None, &Row::new(&input))?;
        // One column: the first value that is not empty. Several: all of the first row.
        let several = returned.len() > 1;
        let text = if several { "arg_min" } else { "take_any" };
        let chosen = ast::Name { text: text.into(), span: name.span };
        let mut columns = Vec::new();
        for (label, value) in returned {
            let label = if name.text == "any" { label.map(|l| format!("any_{l}")) } else { label };
            let ty = value.ty;
            let first = Expr::literal(Value::Long(0), Type::Long, span);
            let args = if several { vec![first, value] } else { vec![value] };
            let mut call = self.aggregate(&chosen, args, span)?;
            call.ty = ty;
            columns.push((label, aggregates.push(call, span)));
        }
        rename(&mut columns, column);
        Some(columns)
    }

    /// The returned columns of `arg_max` and `take_any`; `*` is every column but the keys and `except`.
    fn returned(
        &mut self,
        args: &[Argument],
        aggregates: &Aggregates,
        except: Option<&str>,
        row: &Row<'_>,
    ) -> Option<Vec<(Option<String>, Expr)>> {
        let mut all = Vec::new();
        for arg in args {
            if !matches!(arg.value.kind, Ast::Star) {
                all.push((super::implied_name(&arg.value), self.expr(&arg.value, row)?));
                continue;
            }
            for (index, column) in aggregates.input.columns.iter().enumerate() {
                let name = column.name.as_str();
                if aggregates.star.contains(&column.name) && except != Some(name) {
                    all.push((Some(name.to_string()), Expr::column(index, column.ty, arg.value.span)));
                }
            }
        }
        Some(all)
    }

    /// `percentiles(x, 5, 95)`: a column per percentile, `percentile_x_5`, …
    fn percentiles(
        &mut self,
        name: &ast::Name,
        args: &[Argument],
        column: &NamedExpr,
        aggregates: &Aggregates,
    ) -> Option<Vec<(Option<String>, Expr)>> {
        let values = if name.text.ends_with('w') { 2 } else { 1 };
        let single = ast::Name {
            text: if values == 2 { "percentilew" } else { "percentile" }.into(),
            span: name.span,
        };
        let input = aggregates.input.clone();
        let bound = self.arguments(args, &Row::new(&input))?;
        if bound.len() <= values {
            return self.error(column.expr.span, format!("`{}` misses its percentiles", name.text));
        }
        let first = args.first().and_then(|a| super::implied_name(&a.value)).unwrap_or_default();
        let mut columns = Vec::new();
        for percentile in &bound[values..] {
            let label = percentile.as_literal().map(Value::to_text).unwrap_or_default().replace('.', "_");
            let mut args = bound[..values].to_vec();
            args.push(percentile.clone());
            let call = self.aggregate(&single, args, column.expr.span)?;
            let label = format!("percentile_{first}_{label}");
            columns.push((Some(label), aggregates.push(call, column.expr.span)));
        }
        rename(&mut columns, column);
        Some(columns)
    }
}

/// Names given in the query take the place of the aggregate's own, from the first column on.
fn rename(columns: &mut [(Option<String>, Expr)], column: &NamedExpr) {
    for (slot, name) in columns.iter_mut().zip(&column.names) {
        slot.0 = Some(name.text.clone());
    }
}
