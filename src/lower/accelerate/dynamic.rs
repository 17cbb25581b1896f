//! `array_length` and `geo_distance_2points`: numbers out of JSON text, and out of numbers.
//!
//! Trap: text that nests deeper than JSON is read here is null.

use polars::prelude as pl;

use super::super::path;
use super::{Accelerator, Call, typed};
use crate::functions::distance_between;
use crate::types::Type;

pub const TABLE: &[(&str, Accelerator)] =
    &[("array_length", |c| array_length(c)), ("geo_distance_2points", |c| distance(c))];

fn array_length(c: &Call<'_>) -> Option<pl::Expr> {
    if c.ty(0)? != Type::Dynamic {
        return None;
    }
    Some(typed::optional_count(c.expr(0)?, path::array_length))
}

/// On the sphere.
fn distance(c: &Call<'_>) -> Option<pl::Expr> {
    let reals = (0..4).map(|at| c.expr(at).filter(|_| c.ty(at) == Some(Type::Real)));
    if c.args.len() != 4 || c.returns != Type::Real {
        return None;
    }
    let reals = reals.collect::<Option<Vec<_>>>()?;
    Some(typed::reals(reals, |row| distance_between([row[0], row[1], row[2], row[3]])))
}
