//! `range name from start to stop step step`
//!
//! Trap: stop is included when a step lands on it.

use super::OperatorKind;
use crate::functions::common_type;
use crate::kql::ast::{Expr, Name};
use crate::kql::bind::{Binder, NO_COLUMNS, Relation, Row};
use crate::kql::parser::{Parsed, Parser};
use crate::plan::Plan;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

#[derive(Clone, Debug)]
pub struct Range {
    pub name: Name,
    pub from: Expr,
    pub to: Expr,
    pub step: Option<Expr>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let name = p.name("the name of the column")?;
    p.expect_word("from")?;
    let from = p.expr()?;
    p.expect_word("to")?;
    let to = p.expr()?;
    let step = if p.eat_word("step") { Some(p.expr()?) } else { None };
    Ok(OperatorKind::Range(Range { name, from, to, step }))
}

pub fn bind(b: &mut Binder<'_>, op: &Range) -> Option<Relation> {
    let row = Row::new(&NO_COLUMNS);
    let (from, to) = (b.expr(&op.from, &row)?, b.expr(&op.to, &row)?);
    let Some(mut ty) = common_type(from.ty, to.ty) else {
        return b.error(op.to.span, format!("a range from {} to {}", from.ty, to.ty));
    };
    let step = match &op.step {
        Some(step) => b.expr(step, &row)?,
        None => {
            let default = if ty == Type::Datetime {
                Value::Timespan(crate::time::TICKS_PER_DAY)
            } else {
                Value::Long(1)
            };
            let step_ty = if ty == Type::Datetime { Type::Timespan } else { Type::Long };
            crate::plan::Expr::literal(default, step_ty, op.name.span)
        }
    };
    if step.ty.is_number() && ty.is_number() {
        ty = ty.wider(step.ty);
    }
    let step_ty = if ty == Type::Datetime { Type::Timespan } else { ty };
    if !(ty.is_number() || matches!(ty, Type::Datetime | Type::Timespan)) {
        return b.error(op.from.span, format!("a range is of numbers, datetimes or timespans, not of {ty}"));
    }
    if step.ty != step_ty && !(step.ty.is_number() && step_ty.is_number()) {
        return b.error(step.span, format!("the step of a range of {ty} is a {step_ty}, not a {}", step.ty));
    }
    let (from, to, step) = (b.convert(from, ty), b.convert(to, ty), b.convert(step, step_ty));
    let schema = Schema::new(vec![Column::new(op.name.text.as_str(), ty)]);
    Some(Relation::new(Plan::Range { schema, from, to, step }))
}
