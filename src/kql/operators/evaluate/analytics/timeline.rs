//! What the timeline plugins have in common: `plugin(id, time, constants…, dimensions…)`.
//!
//! Trap: start and end are points of the timeline, a step or a window is a distance on it: a timespan where
//! the timeline is a datetime, else a number of its own type.

use crate::functions::TableFunction;
use crate::kql::ast::{Argument, Expr};
use crate::kql::bind::{Binder, Relation};
use crate::kql::operators::evaluate::{Evaluate, arguments};
use crate::plan::{CallArgument, Plan};
use crate::source::Span;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

/// What a constant is.
#[derive(Clone, Copy)]
pub enum Constant {
    /// A point of the timeline: where the analysis starts, or ends.
    Point,
    /// A distance on it.
    Window,
    /// A distance, or `"week"`, `"month"`, `"year"`.
    Step,
    Count,
}

/// A timeline plugin: its constants in order, and the columns after time and dimensions.
pub struct Shape {
    pub function: &'static TableFunction,
    pub constants: &'static [(&'static str, Constant)],
    /// Start and end may be left out, and then there are no dimensions.
    pub open: bool,
    pub columns: &'static [(&'static str, Type)],
}

/// The column of the ids and that of the time.
pub struct Line {
    pub id: usize,
    pub time: usize,
    pub ty: Type,
}

/// The arguments in their order; none of them has a name.
pub fn by_place<'a>(b: &mut Binder<'_>, op: &'a Evaluate, least: usize, span: Span) -> Option<Vec<&'a Expr>> {
    let plugin = &op.plugin.text;
    if let Some(Argument { name: Some(name), .. }) = op.args.iter().find(|a| a.name.is_some()) {
        return b.error(name.span, format!("`{plugin}` takes its arguments by place"));
    }
    if op.args.len() < least {
        return b
            .error(span, format!("`{plugin}` takes {least} arguments at least; here are {}", op.args.len()));
    }
    Some(op.args.iter().map(|a| &a.value).collect())
}

/// A column that is the timeline.
pub fn time_column(b: &mut Binder<'_>, arg: &Expr, schema: &Schema) -> Option<(usize, Type)> {
    let time = arguments::column(b, arg, schema, "the timeline")?;
    match schema.columns[time].ty {
        ty @ (Type::Datetime | Type::Timespan | Type::Int | Type::Long) => Some((time, ty)),
        ty @ (Type::Real | Type::Decimal) => {
            b.unsupported(arg.span, format!("a timeline of type {ty}; tolong() makes it whole"))
        }
        ty => b.error(arg.span, format!("the timeline is a datetime, a timespan or a number, not {ty}")),
    }
}

/// A column that tells rows apart: an id, a dimension, a state.
pub fn plain_column(b: &mut Binder<'_>, arg: &Expr, schema: &Schema, what: &str) -> Option<usize> {
    let column = arguments::column(b, arg, schema, what)?;
    if schema.columns[column].ty == Type::Dynamic {
        return b.error(arg.span, format!("{what} has to be of a scalar type; tostring() makes one"));
    }
    Some(column)
}

pub fn line(b: &mut Binder<'_>, args: &[&Expr], schema: &Schema) -> Option<Line> {
    let id = plain_column(b, args.first()?, schema, "the id")?;
    let (time, ty) = time_column(b, args.get(1)?, schema)?;
    Some(Line { id, time, ty })
}

/// A constant of that kind on a timeline of that type.
pub fn constant(b: &mut Binder<'_>, arg: &Expr, kind: Constant, line: Type, what: &str) -> Option<Value> {
    use crate::kql::ast::ExprKind as Ast;
    let distance = if line == Type::Datetime { Type::Timespan } else { wide(line) };
    let is_word = matches!(&arg.kind, Ast::Literal(_, Type::String));
    let value = match kind {
        Constant::Point => arguments::constant(b, arg, wide(line), what)?,
        Constant::Count => arguments::constant(b, arg, Type::Long, what)?,
        Constant::Step if is_word && line == Type::Datetime => {
            let word = arguments::constant(b, arg, Type::String, what)?;
            return match word.as_str() {
                Some("week" | "month" | "year") => Some(word),
                _ => b.error(arg.span, format!("{what} is a distance, \"week\", \"month\" or \"year\"")),
            };
        }
        Constant::Window | Constant::Step => arguments::constant(b, arg, distance, what)?,
    };
    match (kind, value.as_i64()) {
        (_, None) => b.error(arg.span, format!("{what} may not be null")),
        (Constant::Point, Some(_)) => Some(value),
        (_, Some(n)) if n > 0 => Some(value),
        _ => b.error(arg.span, format!("{what} has to be positive")),
    }
}

/// Constants are written as longs where the column holds ints.
fn wide(ty: Type) -> Type {
    if ty == Type::Int { Type::Long } else { ty }
}

pub fn column(column: usize) -> CallArgument {
    CallArgument::Column { input: 0, column }
}

/// A schema under construction: a second column of a name gets a number.
pub fn add(schema: &mut Schema, name: &str, ty: Type) {
    schema.columns.push(Column::new(schema.unique(name), ty));
}

pub fn bind(
    b: &mut Binder<'_>,
    op: &Evaluate,
    input: Relation,
    span: Span,
    shape: &'static Shape,
) -> Option<Relation> {
    let is_open = shape.open && op.args.len() == shape.constants.len();
    let args = by_place(b, op, if is_open { 0 } else { 2 + shape.constants.len() }, span)?;
    let schema = input.schema().clone();
    let Line { id, time, ty } = line(b, &args, &schema)?;
    let mut call = vec![column(id), column(time)];
    let mut given = args.into_iter().skip(2);
    for (what, kind) in shape.constants {
        let value = match kind {
            Constant::Point if is_open => Value::Null,
            _ => constant(b, given.next()?, *kind, ty, what)?,
        };
        call.push(CallArgument::Value(value));
    }
    let mut output = Schema::new(vec![schema.columns[time].clone()]);
    for dimension in given {
        let at = plain_column(b, dimension, &schema, "a dimension")?;
        add(&mut output, &schema.columns[at].name, schema.columns[at].ty);
        call.push(column(at));
    }
    shape.columns.iter().for_each(|(name, ty)| add(&mut output, name, *ty));
    let inputs = vec![input.plan];
    Some(Relation::new(Plan::Call { function: shape.function, inputs, args: call, schema: output }))
}
