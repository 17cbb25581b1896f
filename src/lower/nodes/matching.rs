//! `Match`: rows through a chain of steps, one pass over the whole frame.
//!
//! What an expression says of the row alone is worked out by Polars, for all rows at once; only what looks
//! at matched rows runs row by row. A matched row is held by its number, with the columns that steps assign.
//!
//! Trap: a step's assignments look at the sequence as it was before the row became a part of it.

use std::rc::Rc;

use polars::prelude as pl;

use super::super::column::{Cells, from_values};
use super::super::error::Result;
use super::super::rowwise::{Calls, Code};
use super::super::{Failure, Lowering, kernel, needs::Needs};
use super::groups;
use crate::functions::Cx;
use crate::plan::{Expr, ExprKind, Matching, Plan, StepOutput};
use crate::types::{Column, Schema, Type};
use crate::value::Value;

/// What an expression of a step is made of, but for constants and columns that steps assign.
pub enum Part<'e> {
    /// Says something of the row alone.
    Row(&'e Expr),
    /// A column of the input as a step matched it.
    Matched { step: usize, column: usize },
}

/// The parts of an expression over an input of `width` columns.
pub fn parts<'e>(e: &'e Expr, width: usize, matching: &Matching) -> Vec<Part<'e>> {
    match own_part(e, width, matching) {
        Own::Part(part) => vec![part],
        Own::Held { .. } | Own::Default(_) => Vec::new(),
        Own::Below => e.children().into_iter().flat_map(|child| parts(child, width, matching)).collect(),
    }
}

enum Own<'e> {
    Part(Part<'e>),
    /// A column that steps assign, as a step matched it.
    Held {
        step: usize,
        column: usize,
    },
    /// The value of a declared column.
    Default(usize),
    Below,
}

fn own_part<'e>(e: &'e Expr, width: usize, matching: &Matching) -> Own<'e> {
    let extended = width + matching.defaults.len();
    match &e.kind {
        ExprKind::Literal(_) => Own::Below,
        ExprKind::Column(at) if *at >= extended => {
            let (step, column) = (at / extended - 1, at % extended);
            if column >= width || is_assigned(matching, column) {
                Own::Held { step, column }
            } else {
                Own::Part(Part::Matched { step, column })
            }
        }
        ExprKind::Column(at) if *at >= width => Own::Default(at - width),
        _ if e.columns().iter().all(|column| *column < width) => Own::Part(Part::Row(e)),
        _ => Own::Below,
    }
}

fn is_assigned(matching: &Matching, column: usize) -> bool {
    matching.steps.iter().any(|step| step.assignments.iter().any(|(to, _)| *to == column))
}

/// Where a value is found.
enum Given {
    Row(usize),
    Matched { step: usize, cell: usize },
    Held { step: usize, slot: usize },
    Default(usize),
}

struct StepCode {
    condition: Code<Given>,
    /// By slot.
    assignments: Vec<(usize, Code<Given>)>,
    output: StepOutput,
}

/// A column that a matched row holds in its own copy.
struct Slot {
    output: Column,
    /// What it is where no step has matched.
    unmatched: Value,
    /// What it is in a row whose step does not assign it: the input's cell, else the default.
    cell: Option<usize>,
}

struct Machine {
    steps: Vec<StepCode>,
    slots: Vec<Slot>,
    /// Columns of the frame that are read as values.
    cells: Vec<(String, Type)>,
    calls: Calls,
    now: i64,
    failure: Failure,
}

impl Lowering<'_> {
    pub fn matching(
        &self,
        input: &Plan,
        wanted: &Needs,
        matching: &Matching,
        segment: &[usize],
        schema: &Schema,
    ) -> Result<pl::LazyFrame> {
        let width = input.schema().len();
        let kept = Needs { columns: wanted.columns.clone(), ..Needs::default() };
        let mut exprs = super::wanted(input.schema(), &kept);
        let count = exprs.len();
        let machine = self.machine(input, wanted, matching, schema, &mut exprs)?;
        let segment: Vec<String> =
            segment.iter().filter_map(|i| input.column(*i)).map(|c| c.name.clone()).collect();
        let mut of_output = kept;
        of_output.add(width..schema.len());
        let number = schema.columns.last().filter(|_| matching.numbered).map(|c| c.name.clone());
        let frame = self.node(input, wanted)?.select(exprs);
        Ok(super::pass(frame, "match", super::physical(schema, &of_output), move |frame| {
            let outputs = machine.run(&frame, &groups::groups(&frame, &segment)?)?;
            let rows = pl::IdxCa::from_vec("".into(), outputs.iter().map(|o| o.row as pl::IdxSize).collect());
            let mut columns = Vec::new();
            for column in &frame.columns()[..count] {
                columns.push(column.take(&rows)?);
            }
            for (at, slot) in machine.slots.iter().enumerate() {
                let values = outputs.iter().map(|o| o.held[at].clone());
                let made = from_values(&slot.output.name, slot.output.ty, values);
                match columns.iter_mut().find(|c| c.name() == made.name()) {
                    Some(place) => *place = made,
                    None if slot.cell.is_none() => columns.push(made),
                    None => {}
                }
            }
            if let Some(name) = &number {
                let numbers = outputs.iter().map(|o| Value::Long(o.number));
                columns.push(from_values(name, Type::Long, numbers));
            }
            pl::DataFrame::new(outputs.len(), columns)
        }))
    }

    /// Code for the steps; what Polars works out for it becomes columns of the frame.
    fn machine(
        &self,
        input: &Plan,
        wanted: &Needs,
        matching: &Matching,
        schema: &Schema,
        exprs: &mut Vec<pl::Expr>,
    ) -> Result<Machine> {
        let scope = super::scope(input.schema(), wanted);
        let width = input.schema().len();
        let mut cells: Vec<(String, Type)> = Vec::new();
        let mut place = |e: &Expr| -> Result<usize> {
            let name = format!("\u{1}{}", exprs.len());
            exprs.push(self.expr(e, scope)?.alias(name.as_str()));
            cells.push((name, e.ty));
            Ok(cells.len() - 1)
        };
        let mut slots = Vec::new();
        let held: Vec<usize> = (0..width)
            .filter(|column| is_assigned(matching, *column))
            .chain(width..width + matching.defaults.len())
            .collect();
        for at in &held {
            let output = schema.columns[*at].clone();
            let default = at.checked_sub(width).map(|d| matching.defaults[d].clone());
            let cell = match default {
                Some(_) => None,
                None => Some(place(&Expr::column(*at, output.ty, Default::default()))?),
            };
            slots.push(Slot { unmatched: default.unwrap_or(Value::missing(output.ty)), cell, output });
        }
        let slot = |column: usize| held.iter().position(|h| *h == column).unwrap_or_default();
        let mut given = |e: &Expr| -> Result<Option<Given>> {
            Ok(Some(match own_part(e, width, matching) {
                Own::Part(Part::Row(e)) => Given::Row(place(e)?),
                Own::Part(Part::Matched { step, column }) => {
                    Given::Matched { step, cell: place(&Expr::column(column, e.ty, e.span))? }
                }
                Own::Held { step, column } => Given::Held { step, slot: slot(column) },
                Own::Default(at) => Given::Default(slot(width + at)),
                Own::Below => return Ok(None),
            }))
        };
        let mut calls = Calls::default();
        let mut steps = Vec::new();
        for step in &matching.steps {
            let condition = calls.code(&step.condition, &mut given)?;
            let mut assignments = Vec::new();
            for (column, e) in &step.assignments {
                assignments.push((slot(*column), calls.code(e, &mut given)?));
            }
            steps.push(StepCode { condition, assignments, output: step.output });
        }
        Ok(Machine { steps, slots, cells, calls, now: self.env.now, failure: self.failure.clone() })
    }
}

/// A row as a step matched it: its number, and the columns that steps assign.
struct Matched {
    row: usize,
    held: Vec<Value>,
}

/// A chain of matched rows on its way through the steps.
struct Sequence {
    number: i64,
    matched: Vec<Option<Rc<Matched>>>,
    /// The last row of a step of which only that one is an output.
    pending: Option<Output>,
}

struct Output {
    row: usize,
    step: usize,
    number: i64,
    held: Vec<Value>,
}

/// The state while the rows of a segment go through.
struct Run<'m> {
    machine: &'m Machine,
    cells: &'m [Cells],
    contexts: &'m [Cx],
    sequences: Vec<Option<Sequence>>,
    begun: i64,
    outputs: Vec<Output>,
}

impl Machine {
    fn run(&self, frame: &pl::DataFrame, groups: &groups::Groups) -> pl::PolarsResult<Vec<Output>> {
        let cells = self.cells.iter().map(|(name, ty)| Cells::new(frame.column(name)?, *ty));
        let cells = cells.collect::<pl::PolarsResult<Vec<_>>>()?;
        let contexts = self.calls.contexts(self.now);
        let mut outputs = Vec::new();
        for group in groups {
            let mut run = Run {
                machine: self,
                cells: &cells,
                contexts: &contexts,
                sequences: self.steps.iter().map(|_| None).collect(),
                begun: 0,
                outputs: Vec::new(),
            };
            group.iter().for_each(|row| run.row(*row as usize));
            let left = std::mem::take(&mut run.sequences);
            run.outputs.extend(left.into_iter().flatten().filter_map(|s| s.pending));
            outputs.extend(run.outputs);
        }
        contexts.iter().try_for_each(|cx| kernel::check(cx, &self.failure))?;
        outputs.sort_by_key(|o| (o.row, std::cmp::Reverse(o.step)));
        Ok(outputs)
    }
}

impl Run<'_> {
    fn row(&mut self, row: usize) {
        for step in (0..self.machine.steps.len()).rev() {
            let previous = step.checked_sub(1);
            if previous.is_some_and(|p| self.sequences[p].is_some() && self.holds(step, row, p)) {
                let mut moved = previous.and_then(|p| self.sequences[p].take());
                let replaced = self.sequences[step].take();
                self.outputs.extend(replaced.and_then(|s| s.pending));
                self.outputs.extend(moved.as_mut().and_then(|s| s.pending.take()));
                self.sequences[step] = moved;
                self.accept(step, row);
            } else if (step == 0 || self.sequences[step].is_some()) && self.holds(step, row, step) {
                if self.sequences[step].is_none() {
                    let matched = self.machine.steps.iter().map(|_| None).collect();
                    self.sequences[step] = Some(Sequence { number: self.begun, matched, pending: None });
                    self.begun += 1;
                }
                self.accept(step, row);
            }
        }
    }

    /// Is the condition of a step true for the row and the sequence at some step?
    fn holds(&self, step: usize, row: usize, sequence: usize) -> bool {
        self.value(&self.machine.steps[step].condition, row, sequence) == Value::Bool(true)
    }

    fn value(&self, code: &Code<Given>, row: usize, sequence: usize) -> Value {
        let matched = |step: usize| self.sequences[sequence].as_ref().and_then(|s| s.matched[step].as_ref());
        code.value(self.contexts, &|given| match given {
            Given::Row(cell) => self.cells[*cell].get(row),
            Given::Matched { step, cell } => match matched(*step) {
                Some(matched) => self.cells[*cell].get(matched.row),
                None => Value::missing(self.machine.cells[*cell].1),
            },
            Given::Held { step, slot } => match matched(*step) {
                Some(matched) => matched.held[*slot].clone(),
                None => self.machine.slots[*slot].unmatched.clone(),
            },
            Given::Default(slot) => self.machine.slots[*slot].unmatched.clone(),
        })
    }

    /// The row becomes what the step has matched last.
    fn accept(&mut self, step: usize, row: usize) {
        let code = &self.machine.steps[step];
        let unassigned = |slot: &Slot| match slot.cell {
            Some(cell) => self.cells[cell].get(row),
            None => slot.unmatched.clone(),
        };
        let mut held: Vec<Value> = self.machine.slots.iter().map(unassigned).collect();
        for (slot, assigned) in &code.assignments {
            held[*slot] = self.value(assigned, row, step);
        }
        let Some(sequence) = self.sequences[step].as_mut() else { return };
        let number = sequence.number;
        let output = || Output { row, step, number, held: held.clone() };
        match code.output {
            StepOutput::All => self.outputs.push(output()),
            StepOutput::Last => sequence.pending = Some(output()),
            StepOutput::None => {}
        }
        sequence.matched[step] = Some(Rc::new(Matched { row, held }));
    }
}
