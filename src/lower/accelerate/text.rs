//! The string operators (`has`, `contains`, `startswith`, …) with constants to look for.
//!
//! Trap: on a dynamic value they search its text.

use polars::prelude as pl;
use polars::prelude::{IntoColumn, NewChunkedArray};

use super::super::kernel::of_text;
use super::membership::constants;
use super::{Accelerator, Call, typed};
use crate::functions::text_search::{self as search, Needle};
use crate::types::Type;
use crate::value::Value;

pub const TABLE: &[(&str, Accelerator)] = &[
    ("has", |c| needle(c, |n, t| n.has(t), false)),
    ("!has", |c| needle(c, |n, t| n.has(t), true)),
    ("contains", |c| needle(c, |n, t| n.contains(t), false)),
    ("!contains", |c| needle(c, |n, t| n.contains(t), true)),
    ("hasprefix", |c| needle(c, |n, t| n.has_prefix(t), false)),
    ("!hasprefix", |c| needle(c, |n, t| n.has_prefix(t), true)),
    ("hassuffix", |c| needle(c, |n, t| n.has_suffix(t), false)),
    ("!hassuffix", |c| needle(c, |n, t| n.has_suffix(t), true)),
    ("has_cs", |c| test(c, search::has_cs, false)),
    ("!has_cs", |c| test(c, search::has_cs, true)),
    ("contains_cs", |c| test(c, search::contains_cs, false)),
    ("!contains_cs", |c| test(c, search::contains_cs, true)),
    ("startswith", |c| test(c, search::starts_with, false)),
    ("!startswith", |c| test(c, search::starts_with, true)),
    ("endswith", |c| test(c, search::ends_with, false)),
    ("!endswith", |c| test(c, search::ends_with, true)),
    ("startswith_cs", |c| test(c, |text, part| text.starts_with(part), false)),
    ("!startswith_cs", |c| test(c, |text, part| text.starts_with(part), true)),
    ("endswith_cs", |c| test(c, |text, part| text.ends_with(part), false)),
    ("!endswith_cs", |c| test(c, |text, part| text.ends_with(part), true)),
    ("=~", |c| test(c, search::equals, false)),
    ("!~", |c| test(c, search::equals, true)),
    ("has_any", |c| needles(c, true)),
    ("has_all", |c| needles(c, false)),
];

/// The constant text of the second argument.
fn wanted(c: &Call<'_>) -> Option<String> {
    c.constant(1).and_then(Value::as_str).map(String::from)
}

fn test(c: &Call<'_>, holds: fn(&str, &str) -> bool, negated: bool) -> Option<pl::Expr> {
    let part = wanted(c)?;
    let text = c.searched(0, std::slice::from_ref(&part))?;
    Some(typed::test(text, move |text| holds(text, &part) != negated))
}

/// With the needle prepared once a batch.
fn needle(c: &Call<'_>, holds: fn(&Needle<'_>, &str) -> bool, negated: bool) -> Option<pl::Expr> {
    let part = wanted(c)?;
    let text = c.searched(0, std::slice::from_ref(&part))?;
    Some(of_text(text, Type::Bool, move |texts| {
        let needle = Needle::new(&part);
        let answers = texts.iter().map(|cell| holds(&needle, cell.unwrap_or("")) != negated);
        Ok(pl::BooleanChunked::from_iter_values(texts.name().clone(), answers).into_column())
    }))
}

fn needles(c: &Call<'_>, any: bool) -> Option<pl::Expr> {
    let parts: Vec<String> = constants(c)?.iter().map(Value::to_text).collect();
    let text = c.searched(0, &parts)?;
    Some(of_text(text, Type::Bool, move |texts| {
        let needles: Vec<Needle<'_>> = parts.iter().map(|p| Needle::new(p)).collect();
        let answers = texts.iter().map(|cell| {
            let text = cell.unwrap_or("");
            if any { needles.iter().any(|n| n.has(text)) } else { needles.iter().all(|n| n.has(text)) }
        });
        Ok(pl::BooleanChunked::from_iter_values(texts.name().clone(), answers).into_column())
    }))
}
