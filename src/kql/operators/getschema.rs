//! `T | getschema`
//!
//! Trap: the answer has a row per visible column, and needs no data.

use super::OperatorKind;
use crate::kql::bind::Relation;
use crate::kql::parser::{Parsed, Parser};
use crate::plan::Plan;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

#[derive(Clone, Debug)]
pub struct Getschema;

pub fn parse(_: &mut Parser) -> Parsed<OperatorKind> {
    Ok(OperatorKind::Getschema(Getschema))
}

/// The .NET names that the service gives.
fn data_type(ty: Type) -> &'static str {
    match ty {
        Type::Bool => "System.SByte",
        Type::Int => "System.Int32",
        Type::Long => "System.Int64",
        Type::Real => "System.Double",
        Type::Decimal => "System.Data.SqlTypes.SqlDecimal",
        Type::String => "System.String",
        Type::Datetime => "System.DateTime",
        Type::Timespan => "System.TimeSpan",
        Type::Guid => "System.Guid",
        Type::Dynamic => "System.Object",
    }
}

pub fn bind(input: Relation) -> Option<Relation> {
    let rows = input
        .columns()
        .enumerate()
        .map(|(at, (_, c))| {
            let ordinal = i32::try_from(at).unwrap_or(i32::MAX);
            vec![
                Value::string(c.name.as_str()),
                Value::Int(ordinal),
                Value::string(data_type(c.ty)),
                Value::string(c.ty.name()),
            ]
        })
        .collect();
    let schema = Schema::new(vec![
        Column::new("ColumnName", Type::String),
        Column::new("ColumnOrdinal", Type::Int),
        Column::new("DataType", Type::String),
        Column::new("ColumnType", Type::String),
    ]);
    Some(Relation::new(Plan::Values { schema, rows }))
}
