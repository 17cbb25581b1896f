//! `schema_merge([PreserveOrder])`: schemas, as `getschema` gives them, as one.
//!
//! Trap: the schemas are rows, so this reads a table with the four columns of `getschema`.

use super::{Bind, Evaluate, Plugin, arguments};
use crate::functions::plugins::SCHEMA_MERGE;
use crate::kql::bind::{Binder, Relation};
use crate::plan::{CallArgument, Plan};
use crate::source::Span;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

pub const PLUGINS: &[Plugin] = &[Plugin {
    name: "schema_merge",
    signature: "([PreserveOrder: bool])",
    doc: "Several schemas, as `getschema` gives them, as one.",
    bind: Bind::Table(bind),
}];

const COLUMNS: [(&str, Type); 4] = [
    ("ColumnName", Type::String),
    ("ColumnOrdinal", Type::Long),
    ("DataType", Type::String),
    ("ColumnType", Type::String),
];

fn bind(b: &mut Binder<'_>, op: &Evaluate, input: Relation, span: Span) -> Option<Relation> {
    let preserve = match arguments::by_parameter(b, op, &["PreserveOrder"])?[0] {
        Some(arg) => arguments::constant(b, arg, Type::Bool, "PreserveOrder")?,
        None => Value::Bool(true),
    };
    let mut args = Vec::new();
    for (name, ty) in COLUMNS {
        let fits = |c: &Column| c.ty == ty || c.ty.is_integer() && ty.is_integer();
        match input.schema().columns.iter().position(|c| c.name == name && fits(c)) {
            Some(column) => args.push(CallArgument::Column { input: 0, column }),
            None => {
                return b.error(
                    span,
                    format!("`schema_merge` needs a column `{name}` of type {ty}, as getschema gives it"),
                );
            }
        }
    }
    args.push(CallArgument::Value(preserve));
    let schema = Schema::of(&COLUMNS);
    Some(Relation::new(Plan::Call { function: &SCHEMA_MERGE, inputs: vec![input.plan], args, schema }))
}
