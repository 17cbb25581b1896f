//! A table of the map: every function, aggregate and scalar operator of KQL: a row each, with what it means.
//!
//! A row holds the names, the signatures in KQL's notation, a line of documentation, and the kernel:
//! a plain Rust function over values. Nothing here knows of Polars, of files or of query text. Arity
//! and argument types are settled by the signatures before a kernel runs: a kernel for
//! `(source: string, start: long)` sees a string and a long (or null), never anything else.
//!
//! Signature notation: `(text: string, [start: long], values: scalar...) -> string`
//! - `[x: type]` may be left out, `x: type...` may be repeated (one or more; `[x: type...]` for zero or more);
//!   repeated parameters side by side repeat as a group: `(if: bool..., then: T..., else: T)`;
//! - a parameter's type is a KQL type, or a class: `scalar` (any), `number`, `integer`, `orderable`
//!   (all but dynamic), `summable` (numbers and timespan), `text` (string or dynamic), `array`, `bag`,
//!   `T` (all arguments so marked are brought to their common type), `type` (a `typeof(…)` literal);
//! - what it returns is a KQL type, `T` (the common type), `widest` (the widest numeric type of all
//!   arguments), or the name of a parameter: the type of that argument (for a `type` parameter: the
//!   type it names).
//!
//! Trap: an argument of type dynamic is taken where a scalar type is asked for, and converted as
//! `tostring`, `tolong` … would; a kernel never sees the dynamic value then.

mod conditional;
mod dynamic;
mod encode;
mod kv;
mod network;
mod operators;
mod parse;
mod pattern;
mod re2;
mod refused;
mod registry;
mod signature;
mod special;
mod text;

pub mod convert;
pub mod cx;
pub mod plugins;
pub mod tabular;
pub mod text_search;

pub use convert::convert;
pub use cx::{Cx, Places};
pub use dynamic::json_path;
pub use network::geo::distance_between;
pub use pattern::{PatternPiece, pattern_regex};
pub use registry::{aggregate, aggregates, function, functions};
pub use signature::{Param, ParamType, Resolved, Returns, Signature, common_type};
pub use tabular::{Called, Picked, TableCall, TableFunction, TableValue};

use crate::types::Type;
use crate::value::Value;

mod aggregates;
mod datetime;
mod math;
mod rows;
pub mod series;
mod windows;

/// What a function means: arguments of the settled types in, a value of the return type out.
pub type Kernel = fn(&[Value], &Cx) -> Value;

/// How a column is named when an expression in `project`, `extend` or `summarize` has no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// `Column1`, `print_0`.
    None,
    /// The name of its first argument: `tostring(a.b)` is `a_b`.
    FirstArgument,
    /// The prefix and the first argument's name: `dcount_UserId`. Where that has no name, an aggregate is
    /// `prefix_` alone, and a scalar function has no name.
    Prefix(&'static str),
    /// Always this.
    Always(&'static str),
}

/// What stands behind a row.
#[derive(Clone, Copy)]
pub enum Body {
    Kernel(Kernel),
    /// Its meaning needs rows before or after: done by the window nodes of the plan (`prev`, `row_number`, …).
    Window,
    /// Bound by rules of its own in `kql` (`toscalar`, `table`, `materialize`, …).
    Special,
    /// Valid KQL that auk does not do, and why.
    Refused(&'static str),
}

/// A scalar function or operator.
pub struct Function {
    pub name: &'static str,
    /// Other spellings that mean the same, legacy ones too.
    pub aliases: &'static [&'static str],
    pub signatures: &'static [&'static str],
    pub doc: &'static str,
    pub naming: Naming,
    pub body: Body,
    /// Its value may differ from call to call (`rand`, `new_guid`): never folded, never shared.
    pub volatile: bool,
}

/// What an aggregate gathers from the rows of one group.
pub trait Accumulator: Send {
    /// Takes the arguments of one row.
    fn add(&mut self, args: &[Value], cx: &Cx);
    /// The aggregate of all rows taken.
    fn finish(&mut self, cx: &Cx) -> Value;
}

/// What stands behind an aggregate row.
#[derive(Clone, Copy)]
pub enum AggregateBody {
    Accumulator(fn() -> Box<dyn Accumulator>),
    /// Rewritten by the binder into others (`percentiles`, `sumif`, `arg_max` with several columns, …).
    Special,
    Refused(&'static str),
}

/// An aggregate of `summarize`.
pub struct Aggregate {
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    pub signatures: &'static [&'static str],
    pub doc: &'static str,
    pub naming: Naming,
    pub body: AggregateBody,
}

/// The columns of a function with several results: the ending of each name, and its type.
pub fn multiple(name: &str) -> Option<&'static [(&'static str, Type)]> {
    series::MULTIPLE.iter().find(|(function, _)| *function == name).map(|(_, columns)| *columns)
}

impl std::fmt::Debug for Aggregate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
