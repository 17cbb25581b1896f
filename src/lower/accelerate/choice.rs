//! `iff`, `case` and `coalesce`.

use polars::prelude as pl;

use super::{Accelerator, Call, typed};
use crate::types::Type;

pub const TABLE: &[(&str, Accelerator)] =
    &[("iff", |c| case(c)), ("case", |c| case(c)), ("coalesce", |c| coalesce(c))];

/// Conditions and values in turn, then the value for all else.
fn case(c: &Call<'_>) -> Option<pl::Expr> {
    let last = c.args.len().checked_sub(1).filter(|n| n % 2 == 0)?;
    let mut result = c.expr(last)?;
    for at in (0..last).step_by(2).rev() {
        if c.ty(at + 1) != c.ty(last) {
            return None;
        }
        result = pl::when(c.expr(at)?).then(c.expr(at + 1)?).otherwise(result);
    }
    Some(result)
}

fn coalesce(c: &Call<'_>) -> Option<pl::Expr> {
    let ty = c.returns;
    if ty == Type::Dynamic || (0..c.args.len()).any(|i| c.ty(i) != Some(ty)) {
        return None;
    }
    let values = (0..c.args.len()).map(|i| c.expr(i)).collect::<Option<Vec<_>>>()?;
    Some(if ty == Type::String { typed::present(values) } else { pl::coalesce(&values) })
}
