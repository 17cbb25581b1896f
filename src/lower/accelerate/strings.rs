//! `tolower`, `toupper`, `strlen`, `strcat`.

use std::borrow::Cow;

use polars::prelude as pl;

use super::{Accelerator, Call, typed};
use crate::types::Type;

pub const TABLE: &[(&str, Accelerator)] = &[
    ("tolower", |c| Some(typed::text(string(c, 0)?, |s| Cow::Owned(s.to_lowercase())))),
    ("toupper", |c| Some(typed::text(string(c, 0)?, |s| Cow::Owned(s.to_uppercase())))),
    ("strlen", |c| Some(typed::count(string(c, 0)?, |s| s.chars().count() as i64))),
    ("strcat", |c| strcat(c)),
];

fn string(c: &Call<'_>, at: usize) -> Option<pl::Expr> {
    if c.ty(at)? == Type::String { c.expr(at) } else { None }
}

fn strcat(c: &Call<'_>) -> Option<pl::Expr> {
    let parts = (0..c.args.len()).map(|i| c.text(i)).collect::<Option<Vec<_>>>()?;
    Some(pl::concat_str(parts, "", false))
}
