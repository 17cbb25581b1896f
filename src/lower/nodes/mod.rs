//! A method per node kind, and what they share.

mod aggregate;
mod below;
mod call;
mod counted;
mod expand;
mod gather;
mod groups;
mod join;
mod matching;
mod met;
mod narrowed;
mod native;
mod order;
mod partial;
mod quick;
mod rejoin;
mod rows;
mod scan;
mod series;
mod sort;
mod source;
mod union;
mod window;

pub use matching::{Part, parts};
pub use rows::conjuncts;

use std::sync::Arc;

use polars::prelude as pl;
use polars::prelude::IntoLazy;

use super::column::dtype;
use super::compact::compact;
use super::error::{Error, Result};
use super::expr::Scope;
use super::needs::{Needs, Readers};
use super::{Lowering, NO_COLUMN, shred};
use crate::plan::Plan;
use crate::types::Schema;

impl Lowering<'_> {
    /// The frame of a node: at least the columns of `needs`, under their names.
    pub fn node(&self, plan: &Plan, needs: &Needs) -> Result<pl::LazyFrame> {
        let inputs = self.of_inputs(plan, needs);
        let first = inputs.first().cloned().unwrap_or_default();
        match plan {
            Plan::Scan { table, schema } => self.scan(table, schema, needs),
            Plan::Values { schema, rows } => self.values(schema, rows, needs),
            Plan::Range { schema, from, to, step } => self.range(schema, [from, to, step], u64::MAX),
            Plan::Filter { input, predicate } => self.filter(input, &first, predicate, needs),
            Plan::Project { input, exprs, schema } => self.project(input, &first, exprs, schema, needs),
            Plan::Aggregate { input, keys, aggregates, schema } => {
                self.aggregate(input, &first, keys, aggregates, schema, needs)
            }
            Plan::Sort { input, keys, segment } => self.sort(input, &first, keys, segment, needs),
            Plan::Limit { input, count, segment } => self.limit(input, &first, *count, segment),
            Plan::Join { .. } => self.join(plan, &inputs, needs),
            Plan::Union { inputs: plans, schema } => self.union(plans, &inputs, schema, needs),
            Plan::Expand { .. } => self.expand(plan, &first, needs),
            Plan::Window { input, calls, segment, schema } => {
                self.window(input, &first, calls, segment, schema)
            }
            Plan::Match { input, matching, segment, schema } => {
                self.matching(input, &first, matching, segment, schema)
            }
            Plan::Series { input, series, schema } => self.series(input, &first, series, schema, needs),
            Plan::Call { .. } => self.table_function(plan, &inputs, needs),
            Plan::Shared { id, plan } => self.shared(*id, plan, &first),
        }
    }

    /// A shared part is run by its first reader, for all of them, and kept until the last one has it.
    fn shared(&self, id: usize, plan: &Plan, needs: &Needs) -> Result<pl::LazyFrame> {
        if self.dry {
            let all = self.readers.get(&id).map_or(needs, |readers| &readers.needs);
            let known = self.reads.borrow().len();
            let frame = self.node(plan, all);
            if !self.seen.borrow_mut().insert(id) {
                self.reads.borrow_mut().truncate(known);
            }
            return frame;
        }
        Ok(self.shared_rows(id, plan, needs)?.lazy())
    }

    fn shared_rows(&self, id: usize, plan: &Plan, needs: &Needs) -> Result<pl::DataFrame> {
        if !self.shared.borrow().contains_key(&id) {
            let readers = self.readers.get(&id);
            let all = readers.map_or(needs, |readers| &readers.needs);
            let frame = self.node(plan, all)?.select(wanted(plan.schema(), all));
            let frame = compact(self.collect(frame)?);
            let (height, left) = (frame.height(), readers.and_then(Readers::count));
            self.shared.borrow_mut().insert(id, Shared { frame: Some(frame), height, left });
        }
        let frame = self.shared.borrow_mut().get_mut(&id).and_then(Shared::read);
        frame.ok_or_else(|| Error::internal("a shared part has more readers than were known"))
    }

    /// How many rows a plan has at most, if that is known as it is a shared part that has been run.
    pub fn at_most(&self, plan: &Plan) -> Option<usize> {
        match plan {
            Plan::Shared { id, .. } => self.shared.borrow().get(id).map(|shared| shared.height),
            Plan::Filter { input, .. } | Plan::Project { input, .. } => self.at_most(input),
            _ => None,
        }
    }
}

/// The rows of a shared part.
pub struct Shared {
    frame: Option<pl::DataFrame>,
    height: usize,
    /// How often they will still be read, if that is known.
    left: Option<usize>,
}

impl Shared {
    fn read(&mut self) -> Option<pl::DataFrame> {
        self.left = self.left.map(|left| left.saturating_sub(1));
        if self.left == Some(0) { self.frame.take() } else { self.frame.clone() }
    }
}

/// A column by its exact name.
pub fn column(name: &str) -> pl::Expr {
    pl::Expr::Column(name.into())
}

/// The wanted columns and paths of a schema; what stands for them when there are none.
pub fn wanted(schema: &Schema, needs: &Needs) -> Vec<pl::Expr> {
    let names: Vec<pl::Expr> = needs.names(schema).iter().map(|n| column(n)).collect();
    if names.is_empty() { vec![column(NO_COLUMN)] } else { names }
}

/// Rows without columns.
pub fn no_columns(height: usize) -> pl::PolarsResult<pl::DataFrame> {
    pl::DataFrame::new(height, vec![pl::Column::full_null(NO_COLUMN.into(), height, &pl::DataType::Boolean)])
}

/// What expressions over a node's input may look at.
pub fn scope<'s>(schema: &'s Schema, needs: &'s Needs) -> Scope<'s> {
    let driver =
        needs.columns.iter().find_map(|i| schema.columns.get(*i)).map_or(NO_COLUMN, |c| c.name.as_str());
    Scope { schema, driver, paths: &needs.paths }
}

/// The physical schema of the wanted columns and paths.
pub fn physical(schema: &Schema, needs: &Needs) -> pl::SchemaRef {
    let fields = needs.columns.iter().filter_map(|i| schema.columns.get(*i));
    let mut out: pl::Schema = fields.map(|c| pl::Field::new(c.name.as_str().into(), dtype(c.ty))).collect();
    for path in &needs.paths {
        out.insert(shred::frame_name(schema, path.column, &path.steps).into(), dtype(path.ty));
    }
    if out.is_empty() {
        out.insert(NO_COLUMN.into(), pl::DataType::Boolean);
    }
    Arc::new(out)
}

/// A pass over the whole frame in Rust, giving a frame of `schema`.
pub fn pass(
    frame: pl::LazyFrame,
    name: &'static str,
    schema: pl::SchemaRef,
    run: impl Fn(pl::DataFrame) -> pl::PolarsResult<pl::DataFrame> + Send + Sync + 'static,
) -> pl::LazyFrame {
    let output = move |_: &pl::Schema| Ok(schema.clone());
    frame.map(run, pl::AllowedOptimizations::empty(), Some(Arc::new(output)), Some(name))
}
