//! `ipv4_lookup(LookupTable, SourceIPv4Key, IPv4LookupKey, [ExtraKey...], [return_unmatched])` and
//! `ipv6_lookup(…)`: each row with the rows of a table whose network holds its address.
//!
//! The columns are those of both tables, the extra keys once; a name that both have gets a number, as
//! after `lookup`.
//!
//! Trap: `ipv6_lookup` gives the columns of the lookup table first, `ipv4_lookup` those of the source.

use super::{Bind, Evaluate, Plugin, arguments};
use crate::diagnostic::{Diagnostic, closest};
use crate::functions::plugins::{IPV4_LOOKUP, IPV6_LOOKUP};
use crate::kql::ast::{Argument, Expr as Ast, ExprKind};
use crate::kql::bind::{Binder, NO_COLUMNS, Relation, Row, select};
use crate::plan::{CallArgument, Plan};
use crate::source::Span;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

pub const PLUGINS: &[Plugin] = &[
    Plugin {
        name: "ipv4_lookup",
        signature: "(LookupTable, SourceIPv4Key: string, IPv4LookupKey: string, [ExtraKey: scalar...], [return_unmatched: bool])",
        doc: "Each row with the rows of a table whose IPv4 network holds its address.",
        bind: Bind::Table(|b, op, input, span| bind(b, op, input, span, false)),
    },
    Plugin {
        name: "ipv6_lookup",
        signature: "(LookupTable, SourceIPv6Key: string, IPv6LookupKey: string, [return_unmatched: bool])",
        doc: "Each row with the rows of a table whose IPv6 (or IPv4) network holds its address.",
        bind: Bind::Table(|b, op, input, span| bind(b, op, input, span, true)),
    },
];

/// The arguments: the lookup table, the columns with addresses and networks, the extra keys, and whether
/// rows without a network stay.
struct Lookup {
    table: Relation,
    address: usize,
    network: usize,
    extra: Vec<(usize, usize)>,
    unmatched: bool,
}

fn bind(b: &mut Binder<'_>, op: &Evaluate, input: Relation, span: Span, v6: bool) -> Option<Relation> {
    let Lookup { table, address, network, extra, unmatched } = read(b, op, &input, span, v6)?;
    let repeated: Vec<usize> = extra.iter().map(|(_, other)| *other).collect();
    let hidden = input.hidden.clone();
    let (source, other) = if v6 { (1, 0) } else { (0, 1) };
    let column = |input: usize, column: usize| CallArgument::Column { input, column };
    let mut args = vec![column(source, address), column(other, network)];
    args.push(CallArgument::Value(Value::Bool(unmatched)));
    for (mine, theirs) in extra {
        args.extend([column(source, mine), column(other, theirs)]);
    }
    // What the table repeats comes under a name of its own and goes again.
    let (left, right) = if v6 { (&table, &input) } else { (&input, &table) };
    let (mut schema, mut keep) = (Schema::default(), Vec::new());
    for (at, relation) in [left, right].into_iter().enumerate() {
        for (index, column) in relation.schema().columns.iter().enumerate() {
            let dropped =
                at == other && (repeated.contains(&index) || relation.hidden.contains(&column.name));
            let name = if dropped { format!("_auk_lookup_{}", column.name) } else { column.name.clone() };
            if !dropped {
                keep.push(schema.len());
            }
            schema.columns.push(Column::new(schema.unique(&name), column.ty));
        }
    }
    let function = if v6 { &IPV6_LOOKUP } else { &IPV4_LOOKUP };
    let inputs = if v6 { vec![table.plan, input.plan] } else { vec![input.plan, table.plan] };
    let plan = select(Plan::Call { function, inputs, args, schema }, &keep);
    let hidden = hidden.into_iter().filter(|h| plan.schema().contains(h)).collect();
    Some(Relation { hidden, ..Relation::new(plan) })
}

fn read(b: &mut Binder<'_>, op: &Evaluate, input: &Relation, span: Span, v6: bool) -> Option<Lookup> {
    let is_flag = |a: &&Argument| match &a.name {
        Some(name) => name.text == "return_unmatched",
        None => matches!(a.value.kind, ExprKind::Literal(_, Type::Bool)),
    };
    let flag = op.args.iter().find(is_flag);
    let unmatched = match flag {
        Some(flag) => {
            arguments::constant(b, &flag.value, Type::Bool, "return_unmatched")? == Value::Bool(true)
        }
        None => false,
    };
    let args: Vec<&Argument> = op.args.iter().filter(|a| !is_flag(a)).collect();
    let (table, address, network, extra) = match args.as_slice() {
        [table, address, network, extra @ ..] if !v6 || extra.is_empty() => (table, address, network, extra),
        _ => {
            return b
                .error(span, format!("`{0}` is {0}{1}", op.plugin.text, PLUGINS[usize::from(v6)].signature));
        }
    };
    let table = b.table(&table.value)?;
    let address = address_column(b, &address.value, input.schema(), "the address")?;
    let network = address_column(b, &network.value, table.schema(), "the network")?;
    let extra = extra.iter().map(|arg| both(b, &arg.value, input, &table)).collect::<Option<_>>()?;
    Some(Lookup { table, address, network, extra, unmatched })
}

fn address_column(b: &mut Binder<'_>, arg: &Ast, schema: &Schema, what: &str) -> Option<usize> {
    let index = arguments::column(b, arg, schema, what)?;
    match schema.columns[index].ty {
        Type::String => Some(index),
        ty => b.error(arg.span, format!("{what} is text, not of type {ty}")),
    }
}

/// A key that both tables have.
fn both(b: &mut Binder<'_>, arg: &Ast, left: &Relation, right: &Relation) -> Option<(usize, usize)> {
    let ExprKind::Name(name) = &arg.kind else {
        _ = b.expr(arg, &Row::new(&NO_COLUMNS));
        return b.error(arg.span, "an extra key is the name of a column of both tables");
    };
    for (which, schema) in [("source", left.schema()), ("lookup", right.schema())] {
        if !schema.contains(&name.text) {
            b.unknown_name(&name.text);
            let near = closest(&name.text, schema.names()).map(|n| format!("did you mean `{n}`?"));
            let error =
                Diagnostic::semantic(name.span, format!("the {which} table has no column `{}`", name.text));
            return b.report(match near {
                Some(help) => error.with_help(help),
                None => error,
            });
        }
    }
    let (mine, theirs) = (left.schema().index(&name.text)?, right.schema().index(&name.text)?);
    let (l, r) = (left.schema().columns[mine].ty, right.schema().columns[theirs].ty);
    if l != r && !(l.is_number() && r.is_number()) {
        return b.error(name.span, format!("a key of type {l} never equals one of type {r}"));
    }
    Some((mine, theirs))
}
