//! From plan to answer: `Plan` → Polars `LazyFrame` → `Table`.
//!
//! Each node kind is a file of `nodes/`, which takes its inputs' frames and gives its own. What a scalar
//! function means is its kernel, called row by row (`kernel.rs`); `accelerate/` holds Polars expressions
//! that answer the same faster. `column.rs` says how values lie in columns.
//!
//! A node is told which of its columns are wanted (`needs.rs`) and gives at least these, under their
//! names in the schema. A frame whose schema or wants are empty still has a column, to count its rows by.
//!
//! Trap: the streaming engine reorders wherever it may. Every node here states the order it keeps.

mod accelerate;
mod bounds;
mod codes;
mod column;
mod compact;
mod convert;
mod error;
mod expr;
mod kernel;
mod needs;
mod nodes;
mod only;
mod parquet;
mod path;
mod reads;
mod repeated;
mod rowwise;
mod shred;
mod view;
mod words;

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use polars::prelude as pl;
use rayon::prelude::*;

pub use column::{dtype, from_values, to_values};
pub use error::{Error, Result};
pub use only::wants;
pub use parquet::{read_parquet, write_parquet};
pub use reads::{Read, reads};

use crate::functions::Places;
use crate::lake::Part;
use crate::lake::only::Only;
use crate::plan::Plan;
use crate::table::Table;
use crate::types::Schema;
use crate::value::Value;
use needs::{Needs, Readers};
use nodes::Shared;

/// The column of a frame that has no other.
const NO_COLUMN: &str = "\u{1}none";

/// Which of Polars' engines runs the plan. Both give the same answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Engine {
    #[default]
    Streaming,
    InMemory,
}

/// What a plan needs to run.
pub struct Env<'a> {
    /// `now()` in ticks.
    pub now: i64,
    pub tables: &'a dyn Tables,
    pub engine: Engine,
    /// Where addresses are, if a database of places was given.
    pub places: Option<Places>,
    /// Read shredded columns in place of the JSON text, where they say the same.
    pub shreds: bool,
}

/// Where tables lie.
pub trait Tables {
    /// The parts of a table, in the lake's order; none for a table without rows.
    fn parts(&self, table: &str) -> Vec<Part>;
}

/// No tables: every one is empty.
pub struct NoTables;

impl Tables for NoTables {
    fn parts(&self, _table: &str) -> Vec<Part> {
        Vec::new()
    }
}

/// Runs a plan.
pub fn run(plan: &Plan, env: &Env<'_>) -> Result<Table> {
    let frame = run_to_frame(plan, env)?;
    guarded(|| table(&frame, plan.schema()))
}

/// Runs a plan; the answer as a frame with the physical types of `column.rs`.
pub fn run_to_frame(plan: &Plan, env: &Env<'_>) -> Result<pl::DataFrame> {
    guarded(|| {
        let lowering = Lowering::new(plan, env);
        let frame = lowering.whole(plan)?;
        lowering.collect(frame)
    })
}

/// The frame that answers a plan, not yet run; shared parts and scalar subqueries have been.
pub fn to_frame(plan: &Plan, env: &Env<'_>) -> Result<pl::LazyFrame> {
    guarded(|| Lowering::new(plan, env).whole(plan))
}

/// The optimised Polars plan as text.
pub fn explain(plan: &Plan, env: &Env<'_>) -> Result<String> {
    guarded(|| {
        let lowering = Lowering { dry: true, ..Lowering::new(plan, env) };
        let frame = lowering.whole(plan)?.with_comm_subplan_elim(lowering.repeats);
        Ok(frame.describe_optimized_plan()?)
    })
}

/// A panic below becomes an internal error.
fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
        Err(Error::internal(format!("the execution panicked: {text}")))
    })
}

fn table(frame: &pl::DataFrame, schema: &Schema) -> Result<Table> {
    let columns = schema.columns.iter().map(|c| column::Cells::new(frame.column(&c.name)?, c.ty));
    let columns = columns.collect::<pl::PolarsResult<Vec<column::Cells>>>()?;
    let row = |at| columns.iter().map(|cells| cells.get(at)).collect();
    // Few rows are not worth other threads.
    let rows = (0..frame.height()).into_par_iter().with_min_len(64).map(row).collect();
    Ok(Table { schema: schema.clone(), rows })
}

/// The first failure of a kernel, wherever it ran.
#[derive(Clone, Default)]
struct Failure(Arc<Mutex<Option<String>>>);

impl Failure {
    fn set(&self, message: &str) {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slot.get_or_insert_with(|| message.to_string());
    }

    fn get(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// One plan on its way down.
struct Lowering<'a> {
    env: &'a Env<'a>,
    failure: Failure,
    /// What all readers together want of each shared part, and how often it will be read.
    readers: HashMap<usize, Readers>,
    shared: RefCell<HashMap<usize, Shared>>,
    /// Answers of scalar subqueries, by the address of their plan.
    scalars: RefCell<HashMap<usize, Value>>,
    parts: RefCell<HashMap<String, Rc<Vec<Part>>>>,
    /// How many kernels have been placed in expressions: they make a predicate expensive.
    kernels: Cell<usize>,
    /// Something is worked out twice, unless Polars shares it.
    repeats: bool,
    /// Only to be explained: runs nothing.
    dry: bool,
    /// Only to be asked what it looks at, over a lake that has everything; and what that is so far.
    assumed: Option<RefCell<Only>>,
    /// The scans that a dry run came by.
    reads: RefCell<Vec<Read>>,
    /// The shared parts that it came by.
    seen: RefCell<HashSet<usize>>,
}

impl<'a> Lowering<'a> {
    fn new(plan: &Plan, env: &'a Env<'a>) -> Lowering<'a> {
        let mut lowering = Lowering {
            env,
            failure: Failure::default(),
            readers: HashMap::new(),
            shared: RefCell::default(),
            scalars: RefCell::default(),
            parts: RefCell::default(),
            kernels: Cell::new(0),
            repeats: repeated::groups_twice(plan),
            dry: true,
            assumed: None,
            reads: RefCell::default(),
            seen: RefCell::default(),
        };
        lowering.readers = lowering.of_shared(plan);
        lowering.dry = false;
        lowering
    }

    /// The parts of a table, asked for once.
    fn parts(&self, table: &str) -> Rc<Vec<Part>> {
        if let Some(parts) = self.parts.borrow().get(table) {
            return parts.clone();
        }
        let parts = Rc::new(self.env.tables.parts(table));
        self.parts.borrow_mut().insert(table.to_string(), parts.clone());
        parts
    }

    /// The frame of a whole plan, with exactly its columns, in order.
    fn whole(&self, plan: &Plan) -> Result<pl::LazyFrame> {
        let frame = self.node(plan, &Needs::all(plan.schema()))?;
        let names: Vec<pl::Expr> = plan.schema().names().map(nodes::column).collect();
        Ok(if names.is_empty() { frame } else { frame.select(names) })
    }

    /// Runs a frame with the engine that was asked for.
    fn collect(&self, frame: pl::LazyFrame) -> Result<pl::DataFrame> {
        let engine = match self.env.engine {
            Engine::Streaming => pl::Engine::Streaming,
            Engine::InMemory => pl::Engine::InMemory,
        };
        let frame = frame.with_comm_subplan_elim(self.repeats);
        let result = frame.collect_with_engine(engine).map(|r| r.unwrap_single());
        match self.failure.get() {
            Some(message) => Err(Error::runtime(message)),
            None => Ok(result?),
        }
    }
}
