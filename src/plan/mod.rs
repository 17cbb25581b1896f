//! The waist: what a query means, in a dozen node kinds. Read this first.
//!
//! The forty-odd operators of KQL come down to these nodes; every expression is typed and names the
//! columns of its node's input by index. A plan knows nothing of query text, of Polars, or of files.
//!
//! Invariants that whoever runs a plan must keep:
//! - names in a schema are unique; a node's rows have exactly the columns of its `schema()`;
//! - a string is never null after any node: a missing one is `""`;
//! - a null predicate is false; nulls never match in a join, except that `""` matches `""`;
//! - order: `Scan` gives the lake's order; `Filter`, `Project`, `Expand`, `Window`, `Match` and `Limit` keep
//!   the order of their input; `Sort` is stable; `Join` keeps the left side's order, then the right side's
//!   (for `RightOuter`, `RightSemi` and `RightAnti`: the right side's, then the left's; rows that only
//!   the right side has come last); `Union` gives its inputs one after the other; `Aggregate` gives
//!   its groups sorted by their keys (ascending, nulls first, `Value::total_cmp`);
//! - "first" in `take_any`, `arg_max` ties, `make_list`, `make_set` is the order of the input.
//!
//! Trap: `segment` columns make `Sort`, `Limit`, `Window` and `Match` work within each set of equal segment
//! values, as if each were a table of its own; rows of one segment need not be adjacent in the input.

pub mod display;
pub mod expr;
pub mod matching;

use std::sync::Arc;

pub use expr::{Expr, ExprKind};
pub use matching::{Matching, Step, StepOutput};

use crate::functions::{Aggregate as AggregateFunction, TableFunction};
use crate::types::{Column, Schema, Type};
use crate::value::Value;

#[derive(Clone, Debug)]
pub enum Plan {
    /// All rows of a table of the catalog, hidden columns included.
    Scan {
        table: String,
        schema: Schema,
    },
    /// Rows given in the query.
    Values {
        schema: Schema,
        rows: Vec<Vec<Value>>,
    },
    /// `column` from `from` to `to` in steps of `step`, both ends included; no rows when an argument is
    /// null or zero, or the sign of step leads away. All three have the type of the column.
    Range {
        schema: Schema,
        from: Expr,
        to: Expr,
        step: Expr,
    },
    /// The rows for which the predicate is true.
    Filter {
        input: Box<Plan>,
        predicate: Expr,
    },
    /// One output column per expression over the input.
    Project {
        input: Box<Plan>,
        exprs: Vec<Expr>,
        schema: Schema,
    },
    /// A row per distinct combination of the key columns (all null keys are one), or exactly one row,
    /// even of no input, without keys. Output: the keys, then the aggregates.
    Aggregate {
        input: Box<Plan>,
        keys: Vec<usize>,
        aggregates: Vec<AggregateCall>,
        schema: Schema,
    },
    Sort {
        input: Box<Plan>,
        keys: Vec<SortKey>,
        segment: Vec<usize>,
    },
    /// The first `count` rows (of each segment).
    Limit {
        input: Box<Plan>,
        count: u64,
        segment: Vec<usize>,
    },
    /// Rows with equal keys. Output: the columns of both sides, left then right (`Left*`, `Right*`
    /// semi and anti joins: of that side only); `schema` gives them unique names.
    Join {
        left: Box<Plan>,
        right: Box<Plan>,
        kind: JoinKind,
        on: Vec<(usize, usize)>,
        schema: Schema,
    },
    /// All inputs have the same schema.
    Union {
        inputs: Vec<Plan>,
        schema: Schema,
    },
    /// A row per element of the arrays (bags: per member, as a bag of one, or as `[key, value]` with
    /// `bags_as_pairs`); a null counts as an array of one null. Output: the input's columns, then one per `Expanded`, then `index` if named.
    Expand {
        input: Box<Plan>,
        columns: Vec<Expanded>,
        /// Name of a `long` column that counts the elements of a row from 0.
        index: bool,
        /// At most so many elements of a row.
        limit: Option<u64>,
        bags_as_pairs: bool,
        schema: Schema,
    },
    /// Output: the input's columns, then one per call.
    Window {
        input: Box<Plan>,
        calls: Vec<WindowCall>,
        segment: Vec<usize>,
        schema: Schema,
    },
    /// KQL's `scan`: each row in turn is tested against a chain of steps (`matching.rs`). Output: a row per
    /// match: the input's columns, the declared ones, then the number of the match if asked for.
    Match {
        input: Box<Plan>,
        matching: Box<Matching>,
        segment: Vec<usize>,
        schema: Schema,
    },
    /// `make-series`: output: the keys, then a dynamic array per value column, then one for the axis.
    Series {
        input: Box<Plan>,
        series: Box<Series>,
        schema: Schema,
    },
    /// A table function (`functions/tabular.rs`) over its inputs. Output: whole rows of its own, or the
    /// columns of the inputs one after the other, then those that it adds.
    Call {
        function: &'static TableFunction,
        inputs: Vec<Plan>,
        args: Vec<CallArgument>,
        schema: Schema,
    },
    /// A part of the plan that occurs more than once, run once; equal ids are the same part.
    Shared {
        id: usize,
        plan: Arc<Plan>,
    },
}

/// An argument of a table function.
#[derive(Clone, Debug)]
pub enum CallArgument {
    Value(Value),
    /// A column of one of the inputs.
    Column {
        input: usize,
        column: usize,
    },
}

/// One aggregate of an `Aggregate` node.
#[derive(Clone, Debug)]
pub struct AggregateCall {
    pub function: &'static AggregateFunction,
    /// Over the input.
    pub args: Vec<Expr>,
    /// Only rows for which it is true count (`countif`, `sumif`, …).
    pub filter: Option<Expr>,
    pub ty: Type,
}

#[derive(Clone, Debug)]
pub struct SortKey {
    pub column: usize,
    pub descending: bool,
    pub nulls_first: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinKind {
    /// Inner, over the first row of the left side per key.
    InnerUnique,
    Inner,
    LeftOuter,
    RightOuter,
    FullOuter,
    LeftSemi,
    RightSemi,
    LeftAnti,
    RightAnti,
}

/// A column that `Expand` adds: the elements of `source`, converted to `ty`.
#[derive(Clone, Debug)]
pub struct Expanded {
    /// Dynamic, over the input.
    pub source: Expr,
    pub ty: Type,
}

#[derive(Clone, Debug)]
pub struct WindowCall {
    pub function: WindowFunction,
    pub ty: Type,
}

/// The functions that look at other rows. `restart` is a boolean that begins anew at a row.
#[derive(Clone, Debug)]
pub enum WindowFunction {
    /// 1, 2, 3 … from `start`.
    RowNumber {
        start: i64,
        restart: Option<Expr>,
    },
    /// The value `offset` rows before (`prev`) or, negative, after (`next`), else `default`.
    Shift {
        value: Expr,
        offset: i64,
        default: Value,
    },
    CumulativeSum {
        value: Expr,
        restart: Option<Expr>,
    },
    RankDense {
        value: Expr,
        restart: Option<Expr>,
    },
    RankMin {
        value: Expr,
        restart: Option<Expr>,
    },
    /// The time at which the row's session began.
    Session {
        value: Expr,
        from_first: i64,
        between: i64,
        restart: Option<Expr>,
    },
}

/// The axis and the values of `make-series`.
#[derive(Clone, Debug)]
pub struct Series {
    pub keys: Vec<usize>,
    /// A datetime, timespan or number column of the input.
    pub axis: usize,
    pub from: Option<Value>,
    pub to: Option<Value>,
    pub step: Value,
    /// `in range(…)`: `to` is part of the axis.
    pub include_to: bool,
    /// Each with the value of a step without rows.
    pub values: Vec<(AggregateCall, Value)>,
}

impl WindowFunction {
    /// The expressions in it.
    pub fn exprs(&self) -> impl Iterator<Item = &Expr> {
        let (value, restart) = match self {
            WindowFunction::RowNumber { restart, .. } => (None, restart.as_ref()),
            WindowFunction::Shift { value, .. } => (Some(value), None),
            WindowFunction::CumulativeSum { value, restart }
            | WindowFunction::RankDense { value, restart }
            | WindowFunction::RankMin { value, restart }
            | WindowFunction::Session { value, restart, .. } => (Some(value), restart.as_ref()),
        };
        value.into_iter().chain(restart)
    }
}

impl Plan {
    pub fn schema(&self) -> &Schema {
        match self {
            Plan::Scan { schema, .. }
            | Plan::Values { schema, .. }
            | Plan::Range { schema, .. }
            | Plan::Project { schema, .. }
            | Plan::Aggregate { schema, .. }
            | Plan::Join { schema, .. }
            | Plan::Union { schema, .. }
            | Plan::Expand { schema, .. }
            | Plan::Window { schema, .. }
            | Plan::Match { schema, .. }
            | Plan::Series { schema, .. }
            | Plan::Call { schema, .. } => schema,
            Plan::Filter { input, .. } | Plan::Sort { input, .. } | Plan::Limit { input, .. } => {
                input.schema()
            }
            Plan::Shared { plan, .. } => plan.schema(),
        }
    }

    pub fn column(&self, index: usize) -> Option<&Column> {
        self.schema().columns.get(index)
    }

    /// Do the rows stand in an order that the query asked for?
    pub fn is_ordered(&self) -> bool {
        match self {
            Plan::Sort { .. } => true,
            Plan::Filter { input, .. }
            | Plan::Project { input, .. }
            | Plan::Limit { input, .. }
            | Plan::Expand { input, .. }
            | Plan::Match { input, .. }
            | Plan::Window { input, .. } => input.is_ordered(),
            Plan::Shared { plan, .. } => plan.is_ordered(),
            _ => false,
        }
    }

    /// The nodes that this one reads.
    pub fn inputs(&self) -> Vec<&Plan> {
        match self {
            Plan::Scan { .. } | Plan::Values { .. } | Plan::Range { .. } => Vec::new(),
            Plan::Filter { input, .. }
            | Plan::Project { input, .. }
            | Plan::Aggregate { input, .. }
            | Plan::Sort { input, .. }
            | Plan::Limit { input, .. }
            | Plan::Expand { input, .. }
            | Plan::Window { input, .. }
            | Plan::Match { input, .. }
            | Plan::Series { input, .. } => vec![input],
            Plan::Join { left, right, .. } => vec![left, right],
            Plan::Union { inputs, .. } | Plan::Call { inputs, .. } => inputs.iter().collect(),
            Plan::Shared { plan, .. } => vec![plan],
        }
    }
}
