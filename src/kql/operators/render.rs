//! `T | render chart [with (property = value, …)]`
//!
//! Trap: the table is not changed; it says only how to show it.

use super::OperatorKind;
use crate::kql::ast::{Name, OperatorParameter};
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
