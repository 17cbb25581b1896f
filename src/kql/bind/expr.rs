//! Expressions: names to columns and constants, operators and paths to rows of the function table.
//!
//! Trap: a column hides a `let` of the same name. A path (`a.b`) is for dynamic values only; text that
//! holds JSON wants `parse_json()` first.

use std::cell::RefCell;
use std::sync::Arc;

use super::{Binder, Binding, pipeline::Relation};
use crate::diagnostic::{Diagnostic, closest};
use crate::functions;
use crate::json;
use crate::kql::ast::{self, ExprKind as Ast};
use crate::kql::{is_hidden, mistakes};
use crate::plan::{Expr, ExprKind, Plan, WindowCall};
use crate::source::Span;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

/// What an expression may refer to.
pub struct Row<'s> {
    pub schema: &'s Schema,
    /// The right side of a join, while its `on` is bound.
    pub right: Option<&'s Schema>,
    /// Where `prev()`, `row_number()` and their like are collected; `None` where they are not allowed.
    pub windows: Option<&'s RefCell<Vec<WindowCall>>>,
    /// Where aggregates are collected, within `summarize`.
    pub aggregates: Option<&'s super::summary::Aggregates>,
    /// The steps of a `scan`, while one of them is bound.
    pub steps: Option<&'s Steps>,
}

/// What `step.column` may refer to: columns that follow those of a row, a whole row for each step.
pub struct Steps {
    pub names: Vec<String>,
    /// How many of them have matched before the one that is bound, it included.
    pub known: usize,
    /// A row as a step matches it: the input's columns and the declared ones.
    pub row: Schema,
}

impl<'s> Row<'s> {
    pub fn new(schema: &'s Schema) -> Row<'s> {
        Row { schema, right: None, windows: None, aggregates: None, steps: None }
    }

    pub fn with_windows(schema: &'s Schema, windows: &'s RefCell<Vec<WindowCall>>) -> Row<'s> {
        Row { windows: Some(windows), ..Row::new(schema) }
    }
}

/// More names than this help nobody.
const MANY_NAMES: usize = 8;

/// The schema of an expression that may name no columns.
pub static NO_COLUMNS: Schema = Schema { columns: Vec::new() };

impl Binder<'_> {
    /// Binds a scalar expression.
    pub fn expr(&mut self, e: &ast::Expr, row: &Row<'_>) -> Option<Expr> {
        match &e.kind {
            Ast::Literal(value, Type::Dynamic) => {
                Some(Expr::literal(json::settled(value.clone()), Type::Dynamic, e.span))
            }
            Ast::Literal(value, ty) => Some(Expr::literal(value.clone(), *ty, e.span)),
            Ast::TypeLiteral(ty) => Some(Expr::literal(Value::string(ty.name()), Type::String, e.span)),
            Ast::Name(name) => self.name(name, row),
            Ast::Star => self.error(e.span, "`*` is not an expression here"),
            Ast::Wildcard(text) => {
                self.error(e.span, format!("the name pattern `{text}` is not an expression"))
            }
            Ast::Member(object, member) => self.member(object, member, e.span, row),
            Ast::Index(object, index) => {
                let object = self.expr(object, row)?;
                let index = self.expr(index, row)?;
                self.path_step(object, index, e.span)
            }
            Ast::Call { name, args } => self.call(name, args, e.span, row),
            Ast::Method { object, .. } => {
                self.unsupported(object.span, "other databases are not here; there is only the lake")
            }
            Ast::Unary { op, operand, .. } => {
                let operand = self.expr(operand, row)?;
                if *op == "+" { Some(operand) } else { self.apply("negate", vec![operand], e.span) }
            }
            Ast::Binary { .. } => self.binary_chain(e, row),
            Ast::List { op, left, items, .. } => self.list(op, left, items, e.span, row),
            Ast::Between { op, value, low, high, .. } => {
                let (value, low) = (self.expr(value, row)?, self.expr(low, row)?);
                let mut high = self.expr(high, row)?;
                if high.ty == Type::Timespan && low.ty == Type::Datetime {
                    high = self.apply("+", vec![low.clone(), high], e.span)?;
                }
                self.apply(op, vec![value, low, high], e.span)
            }
            Ast::Pipe { .. } => {
                let relation = self.table(e)?;
                self.scalar_of(relation, e.span)
            }
            Ast::Error => None,
        }
    }

    /// A left-leaning chain of binary operators, without a stack frame per link: `a and b and c …`.
    fn binary_chain(&mut self, e: &ast::Expr, row: &Row<'_>) -> Option<Expr> {
        let mut links = Vec::new();
        let mut at = e;
        while let Ast::Binary { op, left, right, .. } = &at.kind {
            links.push((*op, right, at.span));
            at = left;
        }
        let mut bound = self.expr(at, row);
        for (op, right, span) in links.into_iter().rev() {
            let right = self.expr(right, row);
            bound = match (bound, right) {
                (Some(left), Some(right)) => self.apply(op, vec![left, right], span),
                _ => None,
            };
        }
        bound
    }

    /// A column, else a `let`.
    fn name(&mut self, name: &ast::Name, row: &Row<'_>) -> Option<Expr> {
        if self.lost.contains(&name.text) {
            return None;
        }
        if let Some(index) = row.schema.index(&name.text) {
            return Some(Expr::column(index, row.schema.columns[index].ty, name.span));
        }
        match self.binding(&name.text) {
            Some(Binding::Scalar(mut expr)) => {
                if !expr.columns().is_empty() && !super::function::is_blind(row.schema) {
                    let message =
                        format!("`{}` is of the calling row; a table cannot depend on it", name.text);
                    return self.error(name.span, message);
                }
                expr.span = name.span;
                Some(expr)
            }
            Some(Binding::Table(_)) => {
                let help = format!("toscalar({}) gives its first cell", name.text);
                self.report(
                    Diagnostic::semantic(name.span, format!("`{}` is a table, not a value", name.text))
                        .with_help(help),
                )
            }
            Some(Binding::Function { .. }) => self.call(name, &[], name.span, row),
            Some(Binding::Pattern { .. }) => {
                self.error(name.span, format!("`{}` is a pattern of tables, not a value", name.text))
            }
            Some(Binding::Key(column)) => match row.schema.index(&column) {
                Some(at) => Some(Expr::column(at, row.schema.columns[at].ty, name.span)),
                None => self.unsupported(name.span, "the key of `partition` in another table's rows"),
            },
            None if row.steps.is_some_and(|steps| steps.row.contains(&name.text)) => {
                let message =
                    format!("`{}` is set by the step; `step.{}` is what it was", name.text, name.text);
                self.unsupported(name.span, message)
            }
            None => self.no_such_name(name, row),
        }
    }

    /// A name that stands for nothing here, and what it may have been meant for. It is reported once.
    fn no_such_name(&mut self, name: &ast::Name, row: &Row<'_>) -> Option<Expr> {
        let text = name.text.as_str();
        if row.aggregates.is_some_and(|a| a.input.contains(text)) {
            let message = format!("`{text}` is neither a key nor within an aggregate");
            let help = format!("put it after `by`, or write take_any({text})");
            return self.report(Diagnostic::semantic(name.span, message).with_help(help));
        }
        let lets = self.names.all();
        let columns = row.schema.names().filter(|n| !is_hidden(n) && !self.lost.contains(*n));
        let known = columns.chain(lets.iter().map(String::as_str));
        let names: Vec<&str> = known.collect();
        let near = mistakes::column(text, &names).or_else(|| closest(text, names.iter().copied()));
        let help = if let Some(near) = near {
            format!("did you mean `{near}`?")
        } else if functions::function(text).is_some() || functions::aggregate(text).is_some() {
            format!("the function is called as `{text}()`")
        } else if text.starts_with(|c: char| c.is_ascii_digit()) {
            "lengths of time are `3d`, `12h`, `30m`, `15s`, `100ms`; a text stands in quotes".to_string()
        } else if names.is_empty() {
            "a text stands in quotes".to_string()
        } else if names.len() <= MANY_NAMES {
            format!("known here: `{}`; a text stands in quotes", names.join("`, `"))
        } else {
            "`getschema` shows the columns; a text stands in quotes".to_string()
        };
        let message = format!("no column or variable named `{text}`");
        self.unknown_name(text);
        self.lost.insert(name.text.clone());
        self.report(Diagnostic::semantic(name.span, message).with_help(help))
    }

    fn member(&mut self, object: &ast::Expr, member: &ast::Name, span: Span, row: &Row<'_>) -> Option<Expr> {
        if let Ast::Name(side) = &object.kind
            && side.text.starts_with('$')
        {
            return self.sided(side, member, row);
        }
        if let (Ast::Name(step), Some(steps)) = (&object.kind, row.steps)
            && !row.schema.contains(&step.text)
            && let Some(at) = steps.names.iter().position(|name| *name == step.text)
        {
            return self.matched(step, at, member, steps);
        }
        let object = self.expr(object, row)?;
        let key = Expr::literal(Value::string(member.text.as_str()), Type::String, member.span);
        self.path_step(object, key, span)
    }

    /// `$left.a` is a column of the left side; `$right.a` one of the right, counted on from the left's.
    fn sided(&mut self, side: &ast::Name, member: &ast::Name, row: &Row<'_>) -> Option<Expr> {
        let Some(right) = row.right else {
            let message = format!("`{}` has a meaning only in the `on` of a join", side.text);
            let help =
                "after it columns go by their names; one that both sides have is `Column1` on the right";
            return self.report(Diagnostic::semantic(side.span, message).with_help(help));
        };
        if self.lost.contains(&member.text) {
            return None;
        }
        let (schema, offset) = match side.text.as_str() {
            "$left" => (row.schema, 0),
            "$right" => (right, row.schema.len()),
            _ => return self.error(side.span, format!("`{}` is neither $left nor $right", side.text)),
        };
        match schema.index(&member.text) {
            Some(index) => Some(Expr::column(offset + index, schema.columns[index].ty, member.span)),
            None => {
                self.unknown_name(&member.text);
                let near = closest(&member.text, schema.names()).map(|n| format!("did you mean `{n}`?"));
                let message = format!("the {} side has no column `{}`", &side.text[1..], member.text);
                let error = Diagnostic::semantic(member.span, message);
                self.report(match near {
                    Some(help) => error.with_help(help),
                    None => error,
                })
            }
        }
    }

    /// `step.column`: as the step matched it last.
    fn matched(&mut self, step: &ast::Name, at: usize, member: &ast::Name, steps: &Steps) -> Option<Expr> {
        if at >= steps.known {
            return self.error(step.span, format!("the step `{}` comes later", step.text));
        }
        match steps.row.index(&member.text) {
            Some(column) => {
                let ty = steps.row.columns[column].ty;
                Some(Expr::column((1 + at) * steps.row.len() + column, ty, member.span))
            }
            None => {
                let near = closest(&member.text, steps.row.names()).map(|n| format!("did you mean `{n}`?"));
                let message = format!("a step has no column `{}`", member.text);
                let error = Diagnostic::semantic(member.span, message);
                self.report(Diagnostic { help: near, ..error })
            }
        }
    }

    fn path_step(&mut self, object: Expr, step: Expr, span: Span) -> Option<Expr> {
        if object.ty != Type::Dynamic {
            let message = format!("a path needs a dynamic value; this is of type {}", object.ty);
            let error = Diagnostic::semantic(span, message);
            return self.report(if object.ty == Type::String {
                error.with_help("parse_json() makes text that holds JSON dynamic")
            } else {
                error
            });
        }
        let function = match (step.ty, step.as_literal()) {
            (Type::String, Some(_)) => "dynamic_member",
            _ => "dynamic_index",
        };
        self.apply(function, vec![object, step], span)
    }

    /// `x in (…)` and its like: a list of values, or the first column of a table.
    fn list(
        &mut self,
        op: &'static str,
        left: &ast::Expr,
        items: &[ast::Expr],
        span: Span,
        row: &Row<'_>,
    ) -> Option<Expr> {
        let value = self.expr(left, row)?;
        if let [only] = items
            && self.is_table(only)
        {
            let relation = self.table(only)?;
            self.not_in_segment(&relation, only.span)?;
            return self.in_table(op, value, relation, span);
        }
        let mut args = vec![value];
        for item in items {
            args.push(self.expr(item, row)?);
        }
        if op.contains("in")
            && args[0].ty == Type::Dynamic
            && let Some(ty) = args[1..].iter().map(|a| a.ty).find(|t| *t != Type::Dynamic)
        {
            args[0] = self.convert(args[0].clone(), ty);
        }
        self.apply(op, args, span)
    }

    fn in_table(&mut self, op: &'static str, value: Expr, relation: Relation, span: Span) -> Option<Expr> {
        let Some(column) = relation.plan.schema().columns.first().cloned() else {
            return self.error(span, "the table has no columns");
        };
        let table = first_column(relation.plan, &column);
        if !matches!(op, "in" | "!in" | "in~" | "!in~") {
            // has_any and its like take a list: the values of the column as one dynamic array.
            let list = self.collect_list(table, span)?;
            return self.apply(op, vec![value, list], span);
        }
        let value = if value.ty == column.ty {
            value
        } else if value.ty == Type::Dynamic || (value.ty.is_number() && column.ty.is_number()) {
            self.convert(value, column.ty)
        } else if column.ty != Type::Dynamic {
            let message = format!("a value of type {} is never in a column of type {}", value.ty, column.ty);
            return self.error(span, message);
        } else {
            value
        };
        let (fold_case, negated) = (op.ends_with('~'), op.starts_with('!'));
        let kind = ExprKind::InTable { value: Box::new(value), table: Arc::new(table), fold_case, negated };
        Some(Expr { kind, ty: Type::Bool, span })
    }

    /// All values of a one-column plan as one dynamic array, found once when the query runs.
    fn collect_list(&mut self, table: Plan, span: Span) -> Option<Expr> {
        let Some(function) = functions::aggregate("make_list") else {
            return self.unsupported(span, "lists of a table need make_list");
        };
        let column = table.column(0)?.clone();
        let arg = Expr::column(0, column.ty, span);
        let call = crate::plan::AggregateCall { function, args: vec![arg], filter: None, ty: Type::Dynamic };
        let schema = Schema::new(vec![Column::new("list", Type::Dynamic)]);
        let plan =
            Plan::Aggregate { input: Box::new(table), keys: Vec::new(), aggregates: vec![call], schema };
        Some(Expr { kind: ExprKind::Scalar(Arc::new(plan)), ty: Type::Dynamic, span })
    }

    /// The first cell of a table.
    pub fn scalar_of(&mut self, relation: Relation, span: Span) -> Option<Expr> {
        self.not_in_segment(&relation, span)?;
        let Some(column) = relation.plan.schema().columns.first().cloned() else {
            return self.error(span, "the table has no columns");
        };
        let limited = Plan::Limit { input: Box::new(relation.plan), count: 1, segment: Vec::new() };
        let plan = first_column(limited, &column);
        Some(Expr { kind: ExprKind::Scalar(Arc::new(plan)), ty: column.ty, span })
    }

    /// An expression over no columns, computed once.
    pub fn once(&mut self, value: Expr) -> Expr {
        let (ty, span) = (value.ty, value.span);
        if matches!(value.kind, ExprKind::Literal(_) | ExprKind::Scalar(_)) {
            return value;
        }
        Expr { kind: ExprKind::Scalar(Arc::new(one_row(value))), ty, span }
    }

    /// The value of an expression over no columns, where the plan needs it: a table that it asks for is
    /// read while the query is bound.
    pub fn constant_value(&mut self, value: Expr, what: &str) -> Option<Value> {
        if let Some(value) = value.as_literal() {
            return Some(value.clone());
        }
        let span = value.span;
        if !value.columns().is_empty() {
            return self.error(span, format!("{what} has to be a constant"));
        }
        match (self.env.run)(&one_row(value)) {
            Ok(table) => table.rows.into_iter().flatten().next(),
            Err(error) => self.report(Diagnostic { span, ..error }),
        }
    }

    /// A constant integer: the count of `take`, the limit of `mv-expand`, …
    pub fn constant_long(&mut self, e: &ast::Expr, what: &str) -> Option<i64> {
        let bound = self.expr(e, &Row::new(&NO_COLUMNS))?;
        match self.constant_value(bound, what)?.as_i64() {
            Some(n) => Some(n),
            None => self.error(e.span, format!("{what} has to be a whole number")),
        }
    }
}

/// A table of one cell.
fn one_row(value: Expr) -> Plan {
    let schema = Schema::new(vec![Column::new("value", value.ty)]);
    let input = Box::new(Plan::Values { schema: Schema::default(), rows: vec![Vec::new()] });
    Plan::Project { input, exprs: vec![value], schema }
}

/// The plan with only its first column.
fn first_column(plan: Plan, column: &crate::types::Column) -> Plan {
    if plan.schema().len() == 1 {
        return plan;
    }
    let exprs = vec![Expr::column(0, column.ty, Span::default())];
    Plan::Project { input: Box::new(plan), exprs, schema: Schema::new(vec![column.clone()]) }
}
