//! What a plan reads of the lake: of each scan the parts, the columns, and the stored paths.
//!
//! It is found by lowering the plan without running it, so it is what a run asks of the files.
//!
//! Trap: which rows are read depends on bounds, too, which the files' statistics decide: only whole parts
//! that are left out are told here.

use std::fmt;

use super::needs::Needs;
use super::{Env, Lowering, Result, guarded, shred};
use crate::lake::Part;
use crate::plan::Plan;
use crate::plan::expr::Step;
use crate::types::Schema;

/// One scan of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    pub table: String,
    /// How many parts are read, and how many the table has.
    pub parts: (usize, usize),
    pub columns: Vec<String>,
    /// Paths into dynamic columns, each with the number of parts that hold it as JSON only.
    pub paths: Vec<(String, usize)>,
}

impl Read {
    pub fn new(table: &str, schema: &Schema, needs: &Needs, parts: &[&Part], all: usize) -> Read {
        let column = |i: &usize| schema.columns.get(*i).map(|c| c.name.clone());
        let path = |column: String, steps: &[Step]| {
            let as_json = parts.iter().filter(|p| shred::held(p, &column, steps).is_none()).count();
            (shred::path_text(&column, steps), as_json)
        };
        let paths = needs.paths.iter().filter_map(|p| Some(path(column(&p.column)?, &p.steps)));
        Read {
            table: table.to_string(),
            parts: (parts.len(), all),
            columns: needs.columns.iter().filter_map(column).collect(),
            paths: paths.collect(),
        }
    }
}

impl fmt::Display for Read {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (some, all) = self.parts;
        write!(f, "Scan {} ({some} of {all} {}): ", self.table, if all == 1 { "part" } else { "parts" })?;
        let paths = self.paths.iter().map(|(path, as_json)| match as_json {
            0 => path.clone(),
            n => format!("{path} (as JSON in {n})"),
        });
        let columns: Vec<String> = self.columns.iter().cloned().chain(paths).collect();
        write!(f, "{}", columns.join(", "))
    }
}

/// Every scan of a plan, those of its subqueries before the scan that waits for them.
pub fn reads(plan: &Plan, env: &Env<'_>) -> Result<Vec<Read>> {
    guarded(|| {
        let lowering = Lowering { dry: true, ..Lowering::new(plan, env) };
        _ = lowering.whole(plan)?;
        Ok(lowering.reads.take())
    })
}
