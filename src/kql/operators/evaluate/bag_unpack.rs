//! `bag_unpack(Column, [prefix], [columnsConflict], [ignoredProperties]) [: (name: type, …)]`: the slots of
//! a bag as columns.
//!
//! Without a stated schema the slots and their types are found by running the input first; they come
//! after the input's columns, sorted by name. A stated schema names the columns that come out: columns of
//! the input, the rest slots; a leading `*` keeps all columns of the input.
//!
//! Trap: a slot that has the name of a column is an error, unless `columnsConflict` says which stays.

use super::{Bind, Evaluate, Plugin, arguments};
use crate::diagnostic::Diagnostic;
use crate::functions::plugins::SLOTS;
use crate::kql::ast::Expr as Ast;
use crate::kql::bind::{Binder, Relation, project_columns};
use crate::plan::{AggregateCall, Expr, Plan};
use crate::source::Span;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

pub const PLUGINS: &[Plugin] = &[Plugin {
    name: "bag_unpack",
    signature: "(Column: dynamic, [OutputColumnPrefix: string], [columnsConflict: string], [ignoredProperties: dynamic]) [: OutputSchema]",
    doc: "The slots of a bag as columns; without an output schema their names and types are those of the rows.",
    bind: Bind::Table(bind),
}];

const PARAMETERS: &[&str] = &["Column", "OutputColumnPrefix", "columnsConflict", "ignoredProperties"];

#[derive(Clone, Copy, PartialEq)]
enum Conflict {
    Error,
    ReplaceSource,
    KeepSource,
}

const CONFLICTS: &[(&str, Conflict)] = &[
    ("error", Conflict::Error),
    ("replace_source", Conflict::ReplaceSource),
    ("keep_source", Conflict::KeepSource),
];

/// What is asked for.
struct Unpack {
    bag: usize,
    prefix: String,
    conflict: Conflict,
    ignored: Vec<String>,
    span: Span,
}

fn bind(b: &mut Binder<'_>, op: &Evaluate, input: Relation, span: Span) -> Option<Relation> {
    let unpack = read(b, op, input.schema(), span)?;
    match &op.schema {
        None => {
            let slots = slots(b, &input, &unpack)?;
            unpack.all(b, input, slots)
        }
        Some((true, stated)) => {
            let stated = stated.iter().map(|(name, ty)| (name.text.clone(), *ty)).collect();
            unpack.all(b, input, stated)
        }
        Some((false, stated)) => {
            let mut columns = Vec::new();
            for (name, ty) in stated {
                let source = input.schema().index(&name.text).filter(|i| *i != unpack.bag);
                let value = match source {
                    Some(index) if unpack.conflict != Conflict::ReplaceSource => {
                        arguments::of_column(index, input.schema())
                    }
                    _ => unpack.slot(b, &name.text)?,
                };
                columns.push((name.text.clone(), b.convert(value, *ty)));
            }
            Some(project_columns(input, columns))
        }
    }
}

fn read(b: &mut Binder<'_>, op: &Evaluate, schema: &Schema, span: Span) -> Option<Unpack> {
    let args = arguments::by_parameter(b, op, PARAMETERS)?;
    let column = arguments::required(b, op, args[0], "the column to unpack")?;
    let bag = arguments::column(b, column, schema, "what is unpacked")?;
    let ty = schema.columns[bag].ty;
    if ty != Type::Dynamic {
        let error = Diagnostic::semantic(
            column.span,
            format!("`bag_unpack` takes a dynamic column; this is of type {ty}"),
        );
        return b.report(if ty == Type::String {
            error.with_help("parse_json() makes text that holds JSON dynamic")
        } else {
            error
        });
    }
    let prefix = text(b, args[1], "the prefix")?;
    let conflict = text(b, args[2], "columnsConflict")?;
    let conflict = match CONFLICTS.iter().find(|(name, _)| conflict.is_empty() || *name == conflict) {
        Some((_, conflict)) => *conflict,
        None => {
            let at = args[2].map_or(span, |a| a.span);
            return b.error(
                at,
                format!("columnsConflict is error, replace_source or keep_source, not `{conflict}`"),
            );
        }
    };
    let ignored = match args[3] {
        Some(arg) => arguments::constant(b, arg, Type::Dynamic, "ignoredProperties")?,
        None => Value::Null,
    };
    let ignored = ignored.as_array().unwrap_or_default().iter().map(Value::to_text).collect();
    Some(Unpack { bag, prefix, conflict, ignored, span })
}

fn text(b: &mut Binder<'_>, arg: Option<&Ast>, what: &str) -> Option<String> {
    match arg {
        Some(arg) => Some(arguments::constant(b, arg, Type::String, what)?.to_text()),
        None => Some(String::new()),
    }
}

/// The columns that the rows give: their names, with the prefix, and types.
fn slots(b: &mut Binder<'_>, input: &Relation, unpack: &Unpack) -> Option<Vec<(String, Type)>> {
    let bag = arguments::of_column(unpack.bag, input.schema());
    let call = AggregateCall { function: &SLOTS, args: vec![bag], filter: None, ty: Type::Dynamic };
    let plan = Plan::Aggregate {
        input: Box::new(input.plan.clone()),
        keys: Vec::new(),
        aggregates: vec![call],
        schema: Schema::new(vec![Column::new("slots", Type::Dynamic)]),
    };
    let answer = b.discover(&plan)?;
    let found = answer.rows.first().and_then(|row| row.first()).and_then(Value::as_array).unwrap_or_default();
    if found.is_empty() {
        let names = b.assumed_columns("bag_unpack");
        let free = |n: &String| {
            n.starts_with(&unpack.prefix) && input.schema().index(n).is_none_or(|i| i == unpack.bag)
        };
        return Some(names.into_iter().filter(free).map(|n| (n, Type::Dynamic)).collect());
    }
    let mut slots = Vec::new();
    for pair in found {
        let (name, ty) = (pair.element(0).to_text(), pair.element(1).to_text());
        if unpack.ignored.contains(&name) {
            continue;
        }
        let name = format!("{}{name}", unpack.prefix);
        if name.is_empty() || name.starts_with("_auk_") {
            return b
                .error(unpack.span, format!("a slot of the bag is called `{name}`, which no column can be"));
        }
        slots.push((name, Type::from_name(&ty).unwrap_or(Type::Dynamic)));
    }
    Some(slots)
}

impl Unpack {
    /// All columns of the input but the bag, with these slots in their places or after them.
    fn all(&self, b: &mut Binder<'_>, input: Relation, slots: Vec<(String, Type)>) -> Option<Relation> {
        let columns = input.schema().columns.iter().enumerate().filter(|(i, _)| *i != self.bag);
        let mut columns: Vec<(String, Expr)> =
            columns.map(|(i, c)| (c.name.clone(), Expr::column(i, c.ty, Span::default()))).collect();
        let mut hidden = input.hidden.clone();
        for (name, ty) in slots {
            let value = self.slot(b, &name)?;
            let value = b.convert(value, ty);
            match (columns.iter_mut().find(|(n, _)| *n == name), self.conflict) {
                (None, _) => columns.push((name, value)),
                (Some(_), Conflict::KeepSource) => {}
                (Some(source), Conflict::ReplaceSource) => {
                    source.1 = value;
                    hidden.retain(|h| *h != name);
                }
                (Some(_), Conflict::Error) => {
                    let message = format!("`bag_unpack` would give a second column `{name}`");
                    let error = Diagnostic::semantic(self.span, message);
                    return b.report(error.with_help(
                        "columnsConflict='keep_source' or 'replace_source' says which stays, a prefix keeps both",
                    ));
                }
            }
        }
        hidden.retain(|h| columns.iter().any(|(n, _)| n == h));
        Some(Relation { hidden, ..project_columns(input, columns) })
    }

    /// The value of the slot that a column stands for; null where the bag has none.
    fn slot(&self, b: &mut Binder<'_>, column: &str) -> Option<Expr> {
        let key = column.strip_prefix(&self.prefix).filter(|key| !self.ignored.iter().any(|i| i == key));
        let Some(key) = key else { return Some(Expr::literal(Value::Null, Type::Dynamic, self.span)) };
        let bag = Expr::column(self.bag, Type::Dynamic, self.span);
        let key = Expr::literal(Value::string(key), Type::String, self.span);
        b.apply("dynamic_member", vec![bag, key], self.span)
    }
}
