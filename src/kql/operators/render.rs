//! `T | render chart [with (property = value, …)]`
//!
//! Trap: the table is not changed; it says only how to show it.

use super::OperatorKind;
use crate::kql::Render as Chart;
use crate::kql::ast::ExprKind;
use crate::kql::ast::{Name, OperatorParameter};
use crate::kql::bind::{Binder, Relation};
use crate::kql::parser::{Parsed, Parser};

#[derive(Clone, Debug)]
pub struct Render {
    pub chart: Name,
    pub properties: Vec<OperatorParameter>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let chart = p.name("the kind of chart")?;
    let mut properties =
        p.parameters(&["kind", "title", "xcolumn", "ycolumns", "series", "accumulate", "by"])?;
    properties.extend(p.properties()?);
    Ok(OperatorKind::Render(Render { chart, properties }))
}

pub fn bind(b: &mut Binder<'_>, op: &Render, input: Relation) -> Option<Relation> {
    chart(b, op);
    Some(input)
}

/// Notes how the results are to be shown.
pub fn chart(b: &mut Binder<'_>, op: &Render) {
    let text = |p: &OperatorParameter| match &p.value.kind {
        ExprKind::Name(name) => name.text.clone(),
        ExprKind::Literal(value, _) => value.to_text(),
        _ => String::new(),
    };
    let properties = op.properties.iter().map(|p| (p.name.text.clone(), text(p))).collect();
    b.render = Some(Chart { chart: op.chart.text.clone(), properties });
}
