//! An anti join whose left side has few rows: what a user did today and never before. Of the right side only keys that the
//! left side has stay, batch by batch, each once; so no others are grouped, hashed or kept, and that the right side is
//! `distinct` says nothing any more.
//!
//! Trap: keys are compared as a join does it, letter by letter; only texts, and one that is null meets nothing.

use std::collections::HashMap;
use std::sync::Arc;

use polars::prelude as pl;
use polars::prelude::{IntoLazy, PlRandomState};

use super::super::compact::compact;
use super::super::error::Result;
use super::super::needs::Needs;
use super::super::{Lowering, codes};
use super::narrowed::is_grouped;
use super::wanted;
use crate::plan::{Expr, JoinKind, Plan};
use crate::source::Span;
use crate::types::Type;

/// Of so many rows on the left the keys are kept. Groups are counted when they are there.
const FEW: u64 = 1 << 19;
/// The number of a key that the left side has not.
const NONE: u32 = u32::MAX;

impl Lowering<'_> {
    /// The frames of both sides, the right one with nothing but keys of the left one, if that helps.
    pub fn met(
        &self,
        (left, right): (&Plan, &Plan),
        kind: JoinKind,
        on: &[(usize, usize)],
        needs: [&Needs; 2],
    ) -> Result<Option<(pl::LazyFrame, pl::LazyFrame)>> {
        let text = |plan: &Plan, at| plan.column(at).filter(|c| c.ty == Type::String).map(|c| c.name.clone());
        let names = on.iter().map(|(l, r)| text(left, *l).zip(text(right, *r)));
        let Some((lefts, rights)) = names.collect::<Option<(Vec<String>, Vec<String>)>>() else {
            return Ok(None);
        };
        let few = || is_grouped(left) || self.most_rows(left, needs[0]).is_some_and(|rows| rows <= FEW);
        if self.dry || kind != JoinKind::LeftAnti || on.is_empty() || !few() {
            return Ok(None);
        }
        let rows = self.node(left, needs[0])?.select(wanted(left.schema(), needs[0]));
        let rows = compact(self.collect(rows)?);
        if rows.height() as u64 > FEW {
            return Ok(Some((rows.lazy(), self.node(right, needs[1])?)));
        }
        let keys = Keys::of(&rows, &lefts)?;
        let frame = self.node(&without_distinct(right), needs[1])?.select(wanted(right.schema(), needs[1]));
        let met = move |frame| keys.met(&frame, &rights);
        Ok(Some((rows.lazy(), frame.map(met, pl::OptFlags::STREAMING, None, Some("met")))))
    }

    /// How many rows a plan has at most, by the parts that it looks at.
    fn most_rows(&self, plan: &Plan, needs: &Needs) -> Option<u64> {
        match plan {
            Plan::Scan { table, schema } => self.most_scanned(table, schema, needs),
            Plan::Values { rows, .. } => Some(rows.len() as u64),
            Plan::Shared { .. } => self.at_most(plan).map(|rows| rows as u64),
            Plan::Filter { .. }
            | Plan::Project { .. }
            | Plan::Sort { .. }
            | Plan::Limit { .. }
            | Plan::Window { .. }
            | Plan::Union { .. } => {
                let inputs = plan.inputs().into_iter().zip(self.of_inputs(plan, needs));
                inputs.map(|(input, needs)| self.most_rows(input, &needs)).sum()
            }
            _ => None,
        }
    }
}

/// The plan without a grouping that only leaves out what comes again.
fn without_distinct(plan: &Plan) -> Plan {
    let below = |input: &Plan| Box::new(without_distinct(input));
    match plan {
        Plan::Aggregate { input, keys, aggregates, schema } if aggregates.is_empty() && !keys.is_empty() => {
            let columns = keys.iter().zip(&schema.columns);
            let exprs = columns.map(|(key, c)| Expr::column(*key, c.ty, Span::default())).collect();
            Plan::Project { input: input.clone(), exprs, schema: schema.clone() }
        }
        Plan::Filter { input, predicate } => {
            Plan::Filter { input: below(input), predicate: predicate.clone() }
        }
        Plan::Project { input, exprs, schema } => {
            Plan::Project { input: below(input), exprs: exprs.clone(), schema: schema.clone() }
        }
        other => other.clone(),
    }
}

type Numbers<K> = HashMap<K, u32, PlRandomState>;

/// Keys of one or more texts, numbered.
struct Keys {
    /// Of each column the numbers of its texts.
    texts: Vec<Numbers<String>>,
    /// From the second column on, the numbers of what there is of the columns before, with a text of this one.
    pairs: Vec<Numbers<(u32, u32)>>,
}

impl Keys {
    /// The keys of a frame.
    fn of(frame: &pl::DataFrame, names: &[String]) -> pl::PolarsResult<Arc<Keys>> {
        let (mut texts, mut pairs) = (Vec::new(), Vec::new());
        let mut all: Option<Vec<u32>> = None;
        for name in names {
            let mut known = Numbers::default();
            let ids = each(frame.column(name)?.as_materialized_series().str()?, |text| {
                let next = known.len() as u32;
                known.get(text).copied().unwrap_or_else(|| *known.entry(text.to_string()).or_insert(next))
            });
            texts.push(known);
            all = Some(match all {
                None => ids,
                Some(before) => {
                    let mut known = Numbers::default();
                    let ids = both(before, &ids, |pair| {
                        let next = known.len() as u32;
                        *known.entry(pair).or_insert(next)
                    });
                    pairs.push(known);
                    ids
                }
            });
        }
        Ok(Arc::new(Keys { texts, pairs }))
    }

    /// The first row of each key that is among these.
    fn met(&self, frame: &pl::DataFrame, names: &[String]) -> pl::PolarsResult<pl::DataFrame> {
        let mut all: Option<Vec<u32>> = None;
        for (at, (name, known)) in names.iter().zip(&self.texts).enumerate() {
            let ids = each(frame.column(name)?.as_materialized_series().str()?, |text| {
                known.get(text).copied().unwrap_or(NONE)
            });
            all = Some(match all {
                None => ids,
                Some(before) => {
                    let known = &self.pairs[at - 1];
                    both(before, &ids, |pair| known.get(&pair).copied().unwrap_or(NONE))
                }
            });
        }
        let count = self.pairs.last().map_or_else(|| self.texts[0].len(), HashMap::len);
        let mut seen = vec![false; count];
        let rows = (0..).zip(all.unwrap_or_default());
        let firsts = rows.filter(|(_, id)| *id != NONE && !std::mem::replace(&mut seen[*id as usize], true));
        let firsts: Vec<pl::IdxSize> = firsts.map(|(row, _)| row).collect();
        frame.take(&pl::IdxCa::from_vec("".into(), firsts))
    }
}

/// The numbers of texts; each distinct one is asked for once, where they repeat.
fn each(texts: &pl::StringChunked, mut number: impl FnMut(&str) -> u32) -> Vec<u32> {
    let mut of = |text: Option<&str>| text.map_or(NONE, &mut number);
    match codes::of_texts(texts) {
        Some(codes) => {
            let of_code: Vec<u32> = codes.firsts.iter().map(|row| of(texts.get(*row as usize))).collect();
            codes.of_row.into_iter().map(|code| of_code[code as usize]).collect()
        }
        None => texts.iter().map(of).collect(),
    }
}

/// The numbers of pairs, where there are both.
fn both(mut before: Vec<u32>, ids: &[u32], mut number: impl FnMut((u32, u32)) -> u32) -> Vec<u32> {
    for (a, b) in before.iter_mut().zip(ids) {
        *a = if *a == NONE || *b == NONE { NONE } else { number((*a, *b)) };
    }
    before
}
