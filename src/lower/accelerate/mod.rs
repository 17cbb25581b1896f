//! Polars expressions that answer what a kernel answers, faster: a table from function name to builder.
//!
//! An accelerator may decline (`None`), and the kernel runs. It must give exactly the kernel's answer:
//! over nulls, empty strings, extremes and any Unicode text.
//!
//! Trap: in KQL `null == null` is null but `null == 1` is false, while Polars gives null for both.

mod arithmetic;
mod choice;
mod compare;
mod dynamic;
mod logic;
mod membership;
mod strings;
mod text;
mod typed;

use polars::prelude as pl;

use super::column::literal;
use super::kernel::Lowered;
use super::{path, shred};
use crate::types::Type;
use crate::value::Value;

pub use logic::as_predicate;

/// The arguments of a call and its type.
pub struct Call<'a> {
    pub args: &'a [(Lowered, Type)],
    pub returns: Type,
}

impl Call<'_> {
    /// The type of an argument.
    fn ty(&self, at: usize) -> Option<Type> {
        self.args.get(at).map(|(_, ty)| *ty)
    }

    fn constant(&self, at: usize) -> Option<&Value> {
        self.args.get(at).and_then(|(a, _)| a.constant())
    }

    fn expr(&self, at: usize) -> Option<pl::Expr> {
        self.args.get(at).map(|(a, ty)| a.clone().into_expr(*ty))
    }

    /// A string or dynamic argument as the text that string functions look at.
    fn text(&self, at: usize) -> Option<pl::Expr> {
        match self.args.get(at)? {
            (Lowered::Path(path), _) => Some(path.text()),
            (Lowered::Stored(expr, ty), _) => Some(shred::text(expr.clone(), *ty)),
            (Lowered::Column(expr), Type::String) => Some(expr.clone()),
            (Lowered::Column(expr), Type::Dynamic) => Some(path::text_of_dynamic(expr.clone())),
            (Lowered::Constant(value), Type::String | Type::Dynamic) => {
                Some(literal(&Value::String(value.to_text()), Type::String))
            }
            _ => None,
        }
    }

    /// The text of an argument in which all of these are looked for.
    fn searched(&self, at: usize, texts: &[String]) -> Option<pl::Expr> {
        match self.args.get(at)? {
            (Lowered::Column(expr), Type::Dynamic) if texts.iter().all(|t| path::stands_in_json(t)) => {
                Some(path::searchable(expr.clone()))
            }
            _ => self.text(at),
        }
    }
}

/// Builds the faster expression, or declines.
type Accelerator = fn(&Call<'_>) -> Option<pl::Expr>;

/// All accelerators, by subject.
const TABLES: &[&[(&str, Accelerator)]] = &[
    compare::TABLE,
    membership::TABLE,
    logic::TABLE,
    arithmetic::TABLE,
    choice::TABLE,
    dynamic::TABLE,
    strings::TABLE,
    text::TABLE,
];

/// The faster expression for a call, if there is one for these arguments.
pub fn call(name: &str, args: &[(Lowered, Type)], returns: Type) -> Option<pl::Expr> {
    let (_, build) = TABLES.iter().flat_map(|t| t.iter()).find(|(n, _)| *n == name)?;
    build(&Call { args, returns })
}
