//! What a plan looks at, whatever a lake holds; and a lake that was made for another plan (`lake/only.rs`).
//!
//! It is found as `reads.rs` does, by lowering the plan without running it, over a lake in which every table has a part
//! with all columns and exact paths.
//!
//! Trap: what that does not see must not be taken for missing: a scan asks every part for what it lacks.

use polars::prelude as pl;
use polars::prelude::IntoLazy;

use super::error::Error;
use super::needs::Needs;
use super::{Env, Lowering, Result, Tables, guarded, nodes, shred};
use crate::lake::only::Only;
use crate::lake::rows::layouts;
use crate::lake::{Exactness, Part};
use crate::plan::Plan;
use crate::types::Schema;

/// Adds what a plan looks at.
pub fn wants(plan: &Plan, env: &Env<'_>, only: &mut Only) -> Result<()> {
    guarded(|| {
        let env = Env {
            now: env.now,
            tables: &Assumed,
            engine: env.engine,
            places: env.places.clone(),
            shreds: env.shreds,
        };
        let lowering =
            Lowering { dry: true, assumed: Some(std::mem::take(only).into()), ..Lowering::new(plan, &env) };
        _ = lowering.whole(plan)?;
        *only = lowering.assumed.map(std::cell::RefCell::into_inner).unwrap_or_default();
        Ok(())
    })
}

/// A lake with a part of each table that an export can fill.
struct Assumed;

impl Tables for Assumed {
    fn parts(&self, table: &str) -> Vec<Part> {
        let layout = layouts().iter().find(|layout| layout.table == table);
        let part = layout.map(|layout| Part {
            table: table.to_string(),
            rows: 1,
            columns: layout.fields.iter().map(|f| f.name.clone()).collect(),
            shreds: layout
                .fields
                .iter()
                .filter(|f| f.shred.is_some())
                .map(|f| (f.name.clone(), f.ty, Exactness::Exact))
                .collect(),
            ..Part::default()
        });
        part.into_iter().collect()
    }
}

impl Lowering<'_> {
    /// Notes what a scan looks at; its frame, which is not run.
    pub fn noted(&self, table: &str, schema: &Schema, needs: &Needs) -> Option<Result<pl::LazyFrame>> {
        let mut only = self.assumed.as_ref()?.borrow_mut();
        let parts = self.parts(table);
        let columns = only.0.entry(table.to_string()).or_default();
        let bounds = needs.bounds.iter().map(|b| b.column).chain(needs.words.iter().map(|w| w.column));
        for at in needs.columns.iter().copied().chain(bounds) {
            columns.names.extend(schema.columns.get(at).map(|c| c.name.clone()));
        }
        for path in &needs.paths {
            let Some(c) = schema.columns.get(path.column) else { continue };
            match parts.first().and_then(|part| shred::held(part, &c.name, &path.steps)) {
                Some(held) => {
                    columns.names.insert(held.name);
                    columns.of_paths.insert(c.name.clone());
                }
                None => _ = columns.names.insert(c.name.clone()),
            }
        }
        Some(Ok(pl::DataFrame::empty_with_schema(&nodes::physical(schema, needs)).lazy()))
    }

    /// Has the lake what a scan looks at?
    pub fn check_holds(&self, parts: &[Part], schema: &Schema, needs: &Needs) -> Result<()> {
        for part in parts.iter().filter(|part| !part.lacks.is_empty()) {
            let column = |at: usize| schema.columns.get(at).map(|c| c.name.clone());
            let columns = needs.columns.iter().filter_map(|at| column(*at));
            let path = |path: &super::needs::StoredPath| {
                let column = column(path.column)?;
                Some(shred::held(part, &column, &path.steps).map_or(column, |held| held.name))
            };
            let mut names = columns.chain(needs.paths.iter().filter_map(path));
            if part.is_absent() || names.any(|name| part.lacks.contains(&name)) {
                return Err(Error::runtime(
                    "the lake was made to answer another question and lacks what this one needs",
                ));
            }
        }
        Ok(())
    }
}
