//! `in`, `in~` and their negations over lists of constants.

use std::collections::HashSet;

use polars::prelude as pl;
use polars::prelude::NamedFrom;

use super::logic::known;
use super::{Accelerator, Call, typed};
use crate::types::Type;
use crate::value::Value;

pub const TABLE: &[(&str, Accelerator)] = &[
    ("in", |c| is_in(c)),
    ("!in", |c| Some(is_in(c)?.not())),
    ("in~", |c| is_in_caseless(c)),
    ("!in~", |c| Some(is_in_caseless(c)?.not())),
];

/// The constants after the first argument, arrays replaced by their elements.
pub fn constants(c: &Call<'_>) -> Option<Vec<Value>> {
    let mut all = Vec::new();
    for at in 1..c.args.len() {
        match c.constant(at)? {
            Value::Array(items) => all.extend(items.iter().cloned()),
            value => all.push(value.clone()),
        }
    }
    Some(all)
}

fn is_in(c: &Call<'_>) -> Option<pl::Expr> {
    let values = constants(c)?;
    let ty = c.ty(0)?;
    match ty {
        Type::String | Type::Dynamic => {
            let mut texts = Vec::new();
            for value in &values {
                texts.push(match value {
                    Value::String(s) if ty == Type::String || !like_a_bool(s) => s.clone(),
                    Value::Int(_) | Value::Long(_) | Value::Real(_) if ty == Type::String => value.to_text(),
                    _ => return None,
                });
            }
            let texts: pl::StringChunked = texts.iter().map(|t| Some(t.as_str())).collect();
            Some(listed(c.text(0)?, pl::IntoSeries::into_series(texts)))
        }
        Type::Int | Type::Long | Type::Datetime | Type::Timespan => {
            let same = |v: &Value| {
                v.type_of() == Some(ty) || ty.is_integer() && v.type_of().is_some_and(Type::is_integer)
            };
            let numbers: Option<Vec<i64>> = values.iter().map(|v| v.as_i64().filter(|_| same(v))).collect();
            let numbers = pl::Series::new("".into(), numbers?);
            let value = c.expr(0)?;
            let value = if ty == Type::Int { value.cast(pl::DataType::Int64) } else { value };
            Some(known(listed(value, numbers)))
        }
        _ => None,
    }
}

fn listed(value: pl::Expr, list: pl::Series) -> pl::Expr {
    value.is_in(pl::lit(list).implode(true), false)
}

fn like_a_bool(s: &str) -> bool {
    let s = s.trim();
    s.eq_ignore_ascii_case("true") || s.eq_ignore_ascii_case("false") || s.parse::<i64>().is_ok()
}

fn is_in_caseless(c: &Call<'_>) -> Option<pl::Expr> {
    let mut texts = HashSet::new();
    for value in constants(c)? {
        texts.insert(value.as_str()?.to_lowercase());
    }
    Some(typed::test(c.text(0)?, move |text| {
        if text.is_ascii() && !text.bytes().any(|b| b.is_ascii_uppercase()) {
            texts.contains(text)
        } else {
            texts.contains(&text.to_lowercase())
        }
    }))
}
