//! `narrow()`: a row for each cell: the number of its row, its column, its value as text.
//!
//! Trap: the texts are not those of `tostring()`: `True`, `2026-05-01 10:00:00.0000000`, `[null]`.

use super::{Bind, Evaluate, Plugin, arguments};
use crate::kql::bind::{Binder, Relation, project_columns};
use crate::plan::{Expanded, Expr, Plan, WindowCall, WindowFunction};
use crate::source::Span;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

pub const PLUGINS: &[Plugin] = &[Plugin {
    name: "narrow",
    signature: "()",
    doc: "A row for each cell: the number of its row, its column, its value as text.",
    bind: Bind::Table(bind),
}];

fn bind(b: &mut Binder<'_>, op: &Evaluate, input: Relation, span: Span) -> Option<Relation> {
    arguments::by_parameter(b, op, &[])?;
    let plan = input.visible();
    let (schema, width) = (plan.schema().clone(), plan.schema().len());
    let mut numbered = schema.clone();
    numbered.columns.push(Column::new(schema.unique("_auk_narrow"), Type::Long));
    let call = WindowCall { function: WindowFunction::RowNumber { start: 0, restart: None }, ty: Type::Long };
    let plan =
        Plan::Window { input: Box::new(plan), calls: vec![call], segment: Vec::new(), schema: numbered };
    let texts =
        schema.columns.iter().enumerate().map(|(i, c)| text(b, i, c.ty, span)).collect::<Option<_>>()?;
    let texts = b.apply("pack_array", texts, span)?;
    let number = Expr::column(width, Type::Long, span);
    let row =
        project_columns(Relation::new(plan), vec![("Row".into(), number.clone()), ("texts".into(), texts)]);
    let source = Expr::column(1, Type::Dynamic, span);
    let names = ["Row", "texts", "Value", "at"];
    let types = [Type::Long, Type::Dynamic, Type::String, Type::Long];
    let schema_of_cells = Schema::new(names.iter().zip(types).map(|(n, ty)| Column::new(*n, ty)).collect());
    let cells = row.map(|plan| Plan::Expand {
        input: Box::new(plan),
        columns: vec![Expanded { source, ty: Type::String }],
        index: true,
        limit: None,
        bags_as_pairs: false,
        schema: schema_of_cells,
    });
    let names = Value::Array(schema.names().map(Value::string).collect());
    let names = Expr::literal(names, Type::Dynamic, span);
    let name = b.apply("dynamic_index", vec![names, Expr::column(3, Type::Long, span)], span)?;
    let name = b.convert(name, Type::String);
    let columns = [
        ("Row", Expr::column(0, Type::Long, span)),
        ("Column", name),
        ("Value", Expr::column(2, Type::String, span)),
    ];
    Some(project_columns(cells, columns.map(|(n, e)| (n.to_string(), e)).to_vec()))
}

/// A cell as `narrow` writes it.
fn text(b: &mut Binder<'_>, index: usize, ty: Type, span: Span) -> Option<Expr> {
    let cell = Expr::column(index, ty, span);
    let constant = |text: &str| Expr::literal(Value::string(text), Type::String, span);
    let written = match ty {
        Type::String => return Some(cell),
        Type::Bool => b.apply("iff", vec![cell.clone(), constant("True"), constant("False")], span)?,
        Type::Datetime => {
            b.apply("format_datetime", vec![cell.clone(), constant("yyyy-MM-dd HH:mm:ss.fffffff")], span)?
        }
        _ => b.convert(cell.clone(), Type::String),
    };
    let missing = b.apply("isnull", vec![cell], span)?;
    b.apply("iff", vec![missing, constant("[null]"), written], span)
}
