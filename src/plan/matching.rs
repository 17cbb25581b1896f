//! What a `Match` node does: the chain of steps that KQL's `scan` sends each row through.
//!
//! An *extended row* is a row of the input and the declared columns, `width` columns in all. A step has at
//! most one *sequence*: the extended row that each step up to this one matched last, and the number of the
//! match. A row is tested against the steps from the last to the first. For step `k`:
//!
//! 1. If step `k-1` has a sequence, and the condition of `k` holds for the row and that sequence (in which
//!    `k` itself has matched nothing yet), then the sequence moves on to `k`, in place of the one that `k`
//!    had; step `k-1` has none any more.
//! 2. Else, if `k` has a sequence or is the first step, and the condition holds for the row and the
//!    sequence of `k`, then that sequence stays; the first step begins one if it has none, under the next number.
//!
//! On a match the row, extended by the step's assignments (other declared columns have their defaults), is
//! what `k` has matched last in the sequence, and an output row, unless the step says otherwise. Then the row goes on to
//! step `k-1`, whatever came out.
//!
//! Conditions and assignments are over `width * (1 + steps)` columns: the row with the defaults, then what
//! each step matched last: null (`""`) and the defaults where it has matched nothing.
//!
//! Order: output rows stand where their input row stood; of one input row, those of later steps come first.

use super::Expr;
use crate::value::Value;

#[derive(Clone, Debug)]
pub struct Matching {
    /// The declared columns, by their values where no step assigns one.
    pub defaults: Vec<Value>,
    pub steps: Vec<Step>,
    /// A last column numbers the matches, from 0 in each segment.
    pub numbered: bool,
}

#[derive(Clone, Debug)]
pub struct Step {
    pub name: String,
    pub condition: Expr,
    /// Columns of the extended row, each with its value.
    pub assignments: Vec<(usize, Expr)>,
    pub output: StepOutput,
}

/// Which rows of a step are part of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepOutput {
    All,
    /// The last one before the sequence leaves the step, is replaced, or the rows end.
    Last,
    None,
}

impl Matching {
    /// Every expression of the steps.
    pub fn exprs(&self) -> impl Iterator<Item = &Expr> {
        self.steps
            .iter()
            .flat_map(|s| std::iter::once(&s.condition).chain(s.assignments.iter().map(|(_, e)| e)))
    }
}
