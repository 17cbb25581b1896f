//! `T | scan [with_match_id=name] [declare (column: type [= default], …)] with (step name [output=all|last|none]: condition [=> column = expr, …]; …)`
//!
//! How a row goes through the steps is said at the `Match` node (`plan/matching.rs`).
//!
//! Trap: `step.column` is what the step matched last; without a step before it a column is the row's own, and a declared one has no value yet.

use super::OperatorKind;
use crate::diagnostic::Diagnostic;
use crate::kql::ast::{Expr, ExprKind, Name, OperatorParameter};
use crate::kql::bind::{Binder, NO_COLUMNS, Relation, Row, Steps};
use crate::kql::parser::{Broken, Parsed, Parser};
use crate::plan::{self, ExprKind as PlanKind, Matching, Plan, StepOutput};
use crate::types::{Column, Schema, Type};
use crate::value::Value;

#[derive(Clone, Debug)]
pub struct Declared {
    pub name: Name,
    pub ty: Type,
    pub default: Option<Expr>,
}

#[derive(Clone, Debug)]
pub struct Step {
    pub name: Name,
    pub output: StepOutput,
    pub condition: Expr,
    pub assignments: Vec<(Name, Expr)>,
}

#[derive(Clone, Debug)]
pub struct Scan {
    pub parameters: Vec<OperatorParameter>,
    pub declared: Vec<Declared>,
    pub steps: Vec<Step>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let parameters = p.parameters(&["with_match_id"])?;
    if let Some(word @ ("order" | "partition")) = p.word_at(0) {
        let error = Diagnostic::unsupported(p.span(), format!("`scan {word} by` is not done by auk"));
        p.report(error.with_help("`sort` stands before a scan, `partition by` around it"));
        return Err(Broken);
    }
    let declared = if p.eat_word("declare") {
        p.bracketed("(", ")", |p| {
            let name = p.name("the name of a column")?;
            p.expect_symbol(":")?;
            let ty = p.type_name()?;
            let default = if p.eat_symbol("=") { Some(p.expr()?) } else { None };
            Ok(Declared { name, ty, default })
        })?
    } else {
        Vec::new()
    };
    p.expect_word("with")?;
    let open = p.span();
    p.expect_symbol("(")?;
    let mut steps = vec![step(p)?];
    while p.eat_symbol(";") && !p.is_symbol(")") {
        steps.push(step(p)?);
    }
    p.close(")", open)?;
    Ok(OperatorKind::Scan(Scan { parameters, declared, steps }))
}

fn step(p: &mut Parser) -> Parsed<Step> {
    p.expect_word("step")?;
    let name = p.name("the name of a step")?;
    if p.is_word("optional") {
        p.report(Diagnostic::unsupported(p.span(), "an optional step of scan is not done by auk"));
        return Err(Broken);
    }
    let mut output = StepOutput::All;
    if p.eat_word("output") {
        p.expect_symbol("=")?;
        output = match p.word_at(0) {
            Some("all") => StepOutput::All,
            Some("last") => StepOutput::Last,
            Some("none") => StepOutput::None,
            _ => return Err(p.expected("`all`, `last` or `none`")),
        };
        p.advance();
    }
    p.expect_symbol(":")?;
    let condition = p.expr()?;
    let mut assignments = Vec::new();
    if p.eat_symbol("=>") {
        assignments = p.list(|p| {
            let name = p.name("the name of a column")?;
            p.expect_symbol("=")?;
            Ok((name, p.expr()?))
        })?;
    }
    Ok(Step { name, output, condition, assignments })
}

pub fn bind(b: &mut Binder<'_>, op: &Scan, input: Relation) -> Option<Relation> {
    let schema = input.schema().clone();
    let mut extended = schema.clone();
    let mut defaults = Vec::new();
    for declared in &op.declared {
        if extended.contains(&declared.name.text) {
            let message = format!("a column `{}` is there already; a step can set it", declared.name.text);
            return b.error(declared.name.span, message);
        }
        extended.columns.push(Column::new(declared.name.text.as_str(), declared.ty));
        defaults.push(default(b, declared)?);
    }
    let names: Vec<String> = op.steps.iter().map(|s| s.name.text.clone()).collect();
    let mut steps = Vec::new();
    for (at, step) in op.steps.iter().enumerate() {
        if names[..at].contains(&step.name.text) {
            return b.error(step.name.span, format!("two steps are named `{}`", step.name.text));
        }
        let known = Steps { names: names.clone(), known: at + 1, row: extended.clone() };
        let row = Row { steps: Some(&known), ..Row::new(&schema) };
        steps.push(bind_step(b, step, &row, &extended)?);
    }
    let number = match_id(b, op)?;
    let mut output = extended;
    if let Some(name) = &number {
        if output.contains(&name.text) {
            return b.error(name.span, format!("a column `{}` is there already", name.text));
        }
        output.columns.push(Column::new(name.text.as_str(), Type::Long));
    }
    let segment = input.segments();
    let matching = Box::new(Matching { defaults, steps, numbered: number.is_some() });
    Some(input.map(|plan| Plan::Match { input: Box::new(plan), matching, segment, schema: output }))
}

fn match_id(b: &mut Binder<'_>, op: &Scan) -> Option<Option<Name>> {
    let Some(given) = op.parameters.iter().find(|p| p.name.text == "with_match_id") else {
        return Some(None);
    };
    match &given.value.kind {
        ExprKind::Name(name) => Some(Some(name.clone())),
        _ => b.error(given.value.span, "with_match_id takes the name of a column"),
    }
}

fn default(b: &mut Binder<'_>, declared: &Declared) -> Option<Value> {
    let Some(default) = &declared.default else { return Some(Value::missing(declared.ty)) };
    let bound = b.expr(default, &Row::new(&NO_COLUMNS))?;
    let bound = fitting(b, bound, declared.ty)?;
    match bound.as_literal() {
        Some(value) => Some(value.clone()),
        None => b.unsupported(default.span, "a default that is not constant"),
    }
}

fn bind_step(b: &mut Binder<'_>, step: &Step, row: &Row<'_>, extended: &Schema) -> Option<plan::Step> {
    let condition = b.expr(&step.condition, row)?;
    if condition.ty != Type::Bool {
        let message = format!("a condition is true or false; this is of type {}", condition.ty);
        return b.error(step.condition.span, message);
    }
    let mut assignments = Vec::new();
    for (name, value) in &step.assignments {
        let Some(column) = extended.index(&name.text) else {
            let message = format!("no column `{}` is declared or in the table", name.text);
            return b.error(name.span, message);
        };
        if assignments.iter().any(|(other, _)| *other == column) {
            return b.error(name.span, format!("`{}` is set twice", name.text));
        }
        let value = b.expr(value, row)?;
        assignments.push((column, fitting(b, value, extended.columns[column].ty)?));
    }
    let width = row.schema.len();
    if let Some(e) = std::iter::once(&condition)
        .chain(assignments.iter().map(|(_, e)| e))
        .find_map(|e| table_of_matched(e, width))
    {
        return b.unsupported(e.span, "`in (table)` of what a step matched");
    }
    Some(plan::Step { name: step.name.text.clone(), condition, assignments, output: step.output })
}

/// The value as one of the column's type, if it goes there without a conversion that is written.
fn fitting(b: &mut Binder<'_>, value: plan::Expr, ty: Type) -> Option<plan::Expr> {
    let fits = value.ty == ty || value.ty == Type::Dynamic || ty == Type::Dynamic;
    if fits || value.ty.is_number() && ty.is_number() {
        return Some(b.convert(value, ty));
    }
    b.error(value.span, format!("a value of type {} in a column of type {ty}", value.ty))
}

/// A question for a table's values that depends on matched rows.
fn table_of_matched(e: &plan::Expr, width: usize) -> Option<&plan::Expr> {
    let matched = |e: &plan::Expr| e.columns().iter().any(|c| *c >= width);
    if matches!(e.kind, PlanKind::InTable { .. }) && matched(e) {
        return Some(e);
    }
    e.children().into_iter().find_map(|child| table_of_matched(child, width))
}
