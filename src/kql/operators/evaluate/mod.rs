//! `[T |] evaluate plugin(arguments) [: (name: type, …)]`
//!
//! The table of plugins: a file per plugin or family, in which its rows of the table stand; a row names
//! the plugin and says how it is bound. What nodes of the plan can say is bound to them, the rest to a
//! table function (`functions/plugins/`).
//!
//! Trap: a plugin whose columns depend on the data needs the stated schema, or a part of its input is run
//! while the query is bound (`discover`).

mod analytics;
mod arguments;
mod bag_unpack;
mod dcount_intersect;
mod ip_lookup;
mod narrow;
mod outside;
mod pivot;
mod preview;
mod rolling_percentile;
mod rows_near;
mod schema_merge;

use super::OperatorKind;
use crate::diagnostic::{Diagnostic, closest};
use crate::kql::ast::{Argument, Name, OperatorParameter};
use crate::kql::bind::{Binder, Relation};
use crate::kql::parser::{Parsed, Parser};
use crate::source::Span;
use crate::types::Type;

#[derive(Clone, Debug)]
pub struct Evaluate {
    pub parameters: Vec<OperatorParameter>,
    pub plugin: Name,
    pub args: Vec<Argument>,
    /// The stated schema; a leading `*` keeps the columns of the input.
    pub schema: Option<(bool, Vec<(Name, Type)>)>,
}

/// A row of the table of plugins.
pub struct Plugin {
    pub name: &'static str,
    /// What it is called with, in KQL's notation: `(column, [prefix: string])`.
    pub signature: &'static str,
    pub doc: &'static str,
    pub bind: Bind,
}

/// How a plugin is brought down to plan nodes.
#[derive(Clone, Copy)]
pub enum Bind {
    /// Over what stands before it in the pipeline.
    Table(fn(&mut Binder<'_>, &Evaluate, Relation, Span) -> Option<Relation>),
    /// Valid KQL that auk does not do, and why.
    Refused(&'static str),
}

/// The rows, by family.
const PLUGINS: &[&[Plugin]] = &[
    analytics::activity::PLUGINS,
    analytics::patterns::PLUGINS,
    analytics::sequences::PLUGINS,
    bag_unpack::PLUGINS,
    dcount_intersect::PLUGINS,
    ip_lookup::PLUGINS,
    narrow::PLUGINS,
    outside::PLUGINS,
    pivot::PLUGINS,
    preview::PLUGINS,
    rolling_percentile::PLUGINS,
    rows_near::PLUGINS,
    schema_merge::PLUGINS,
];

/// All plugins.
pub fn plugins() -> impl Iterator<Item = &'static Plugin> {
    PLUGINS.iter().flat_map(|family| family.iter())
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let parameters = p.parameters(&[])?;
    let plugin = p.name("the name of a plugin")?;
    let args = p.arguments()?;
    let schema = if p.eat_symbol(":") { Some(p.schema()?) } else { None };
    Ok(OperatorKind::Evaluate(Evaluate { parameters, plugin, args, schema }))
}

pub fn bind(b: &mut Binder<'_>, op: &Evaluate, input: Option<Relation>, span: Span) -> Option<Relation> {
    let name = &op.plugin;
    let Some(plugin) = plugins().find(|p| p.name == name.text) else {
        let error = Diagnostic::semantic(name.span, format!("no plugin named `{}`", name.text));
        let near = closest(&name.text, plugins().map(|p| p.name));
        return b.report(match near {
            Some(near) => error.with_help(format!("did you mean `{near}`?")),
            None => error.with_help("`auk functions` lists the plugins"),
        });
    };
    let bound = match plugin.bind {
        Bind::Refused(reason) => {
            return b.unsupported(name.span, format!("`{}` is not supported: {reason}", name.text));
        }
        Bind::Table(bind) => {
            let Some(input) = input else {
                return b.error(span, format!("`{}` needs a table before it: `T | …`", name.text));
            };
            if !input.segments().is_empty() {
                return b.unsupported(span, "plugins within a subquery over rows are not supported");
            }
            bind(b, op, input, span)?
        }
    };
    if let Some((star, stated)) = &op.schema
        && !is_as_stated(&bound, *star, stated)
    {
        let columns: Vec<String> = bound.columns().map(|(_, c)| format!("{}: {}", c.name, c.ty)).collect();
        let error =
            Diagnostic::semantic(span, format!("`{}` does not give the columns that are stated", name.text));
        return b.report(error.with_help(format!("it gives ({})", columns.join(", "))));
    }
    Some(Relation { name: None, ..bound })
}

/// Are the columns those of the stated schema, or with a star, are those among them?
fn is_as_stated(bound: &Relation, star: bool, stated: &[(Name, Type)]) -> bool {
    let found: Vec<(&str, Type)> = bound.columns().map(|(_, c)| (c.name.as_str(), c.ty)).collect();
    let mut stated = stated.iter().map(|(name, ty)| (name.text.as_str(), *ty));
    if star { stated.all(|column| found.contains(&column)) } else { stated.eq(found) }
}
