//! What the reader of a node wants of it, and what the node then wants of its inputs: which columns,
//! which stored paths of dynamic columns, and which rows at most.
//!
//! So no column is read, converted or carried that no one looks at, whatever stands between; a path
//! that is stored as a column of its own is asked for down to the scan; and the bounds of a filter on
//! time reach the files' statistics, and are not asked again where the scan can hold rows to them exactly.
//!
//! Trap: a node of which no column is wanted must still have its rows counted: `Needs` is never empty
//! where the schema is not.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::shred::Below;
use super::words::Word;
use super::{Lowering, nodes, shred};
use crate::plan::expr::Step;
use crate::plan::{AggregateCall, CallArgument, Expanded, Expr, ExprKind, JoinKind, Plan, WindowFunction};
use crate::types::{Schema, Type};

/// A stored path of a column.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredPath {
    pub column: usize,
    pub steps: Vec<Step>,
    /// The type of the frame's column for it: the stored type, or dynamic where parts differ.
    pub ty: Type,
}

/// Only rows within these bounds are looked at: `low <= column <= high`, in ticks.
#[derive(Clone, Debug, PartialEq)]
pub struct Bounds {
    pub column: usize,
    pub low: Option<i64>,
    pub high: Option<i64>,
}

/// What is wanted of a node, by indexes of its schema.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    pub columns: BTreeSet<usize>,
    pub paths: Vec<StoredPath>,
    pub bounds: Vec<Bounds>,
    /// Only rows that have these words are looked at.
    pub words: Vec<Word>,
    /// A filter above looks at more than words and times: few rows are left to be searched anyway.
    pub narrow: bool,
    /// Only the first rows are looked at: a limit is above, and a sort below it need not sort them all.
    pub first_rows: bool,
}

impl Needs {
    pub fn all(schema: &Schema) -> Needs {
        Needs { columns: (0..schema.len()).collect(), ..Needs::default() }
    }

    /// The first column alone: what a scalar subquery and `in (table)` look at.
    pub fn first(plan: &Plan) -> Needs {
        Needs { columns: plan.schema().columns.first().map(|_| 0).into_iter().collect(), ..Needs::default() }
    }

    pub fn wants(&self, column: usize) -> bool {
        self.columns.contains(&column)
    }

    /// The names of the wanted columns and paths in the node's frame.
    pub fn names(&self, schema: &Schema) -> Vec<String> {
        let columns = self.columns.iter().filter_map(|i| schema.columns.get(*i)).map(|c| c.name.clone());
        columns.chain(self.paths.iter().map(|p| shred::frame_name(schema, p.column, &p.steps))).collect()
    }

    pub fn add(&mut self, columns: impl IntoIterator<Item = usize>) {
        self.columns.extend(columns);
    }

    fn add_path(&mut self, path: StoredPath) {
        if !self.paths.contains(&path) {
            self.paths.push(path);
        }
    }

    /// Columns and paths of another, without what it says of rows.
    fn merge(&mut self, other: &Needs) {
        self.columns.extend(&other.columns);
        other.paths.iter().for_each(|p| self.add_path(p.clone()));
    }

    /// With a column to count rows by: the narrowest there is.
    fn at_least_one(mut self, schema: &Schema) -> Needs {
        if self.columns.is_empty() && !schema.is_empty() {
            let narrow = |ty: Type| !matches!(ty, Type::String | Type::Dynamic | Type::Guid | Type::Decimal);
            self.columns.insert(schema.columns.iter().position(|c| narrow(c.ty)).unwrap_or(0));
        }
        self
    }
}

impl Lowering<'_> {
    /// What a node wants of each of its inputs, in the order of `Plan::inputs`.
    pub fn of_inputs(&self, plan: &Plan, needs: &Needs) -> Vec<Needs> {
        let wanted = match plan {
            Plan::Join { left, right, kind, on, .. } => {
                of_join([left.schema().len(), right.schema().len()], *kind, on, needs)
            }
            Plan::Union { inputs, .. } => vec![needs.clone(); inputs.len()],
            Plan::Call { inputs, args, schema, .. } => of_call(inputs, args, schema.len(), needs),
            _ => self.of_input(plan, needs).into_iter().collect(),
        };
        wanted.into_iter().zip(plan.inputs()).map(|(n, input)| n.at_least_one(input.schema())).collect()
    }

    fn of_input(&self, plan: &Plan, needs: &Needs) -> Option<Needs> {
        let mut wanted = Needs::default();
        match plan {
            Plan::Filter { input, predicate } => {
                wanted = needs.clone();
                self.add_expr(&mut wanted, predicate, input);
                wanted.bounds.extend(self.bounds_of(predicate));
                let (words, all) = self.words_of(predicate);
                wanted.words.extend(words);
                wanted.narrow |= !all;
            }
            Plan::Project { input, exprs, .. } => self.of_project(&mut wanted, input, exprs, needs),
            Plan::Aggregate { input, keys, aggregates, .. } => {
                wanted.add(keys.iter().copied());
                let calls = aggregates.iter().enumerate().filter(|(i, _)| needs.wants(keys.len() + i));
                calls.for_each(|(_, call)| self.add_call(&mut wanted, call, input));
            }
            Plan::Sort { keys, segment, .. } => {
                wanted = Needs { first_rows: false, ..needs.clone() };
                wanted.add(keys.iter().map(|k| k.column).chain(segment.iter().copied()));
            }
            Plan::Limit { segment, .. } => {
                wanted.merge(needs);
                wanted.first_rows = segment.is_empty();
                wanted.add(segment.iter().copied());
            }
            Plan::Expand { input, columns, .. } => self.of_expand(&mut wanted, input, columns, needs),
            Plan::Window { input, calls, segment, .. } => {
                of_input_columns(&mut wanted, input, needs);
                needs.paths.iter().for_each(|path| wanted.add_path(path.clone()));
                wanted.add(segment.iter().copied());
                let exprs = calls.iter().flat_map(|call| window_exprs(&call.function));
                exprs.for_each(|e| self.add_expr(&mut wanted, e, input));
            }
            Plan::Match { input, matching, segment, .. } => {
                of_input_columns(&mut wanted, input, needs);
                wanted.add(segment.iter().copied());
                for part in matching.exprs().flat_map(|e| nodes::parts(e, input.schema().len(), matching)) {
                    match part {
                        nodes::Part::Row(e) => self.add_expr(&mut wanted, e, input),
                        nodes::Part::Matched { column, .. } => wanted.add([column]),
                    }
                }
            }
            Plan::Series { input, series, .. } => {
                wanted.add(series.keys.iter().copied().chain([series.axis]));
                let calls = series.values.iter().enumerate();
                let calls = calls.filter(|(i, _)| needs.wants(series.keys.len() + i));
                calls.for_each(|(_, (call, _))| self.add_call(&mut wanted, call, input));
            }
            Plan::Shared { .. } => wanted.merge(needs),
            _ => return None,
        }
        Some(wanted)
    }

    /// Through a projection: paths and bounds of columns that it hands on.
    fn of_project(&self, wanted: &mut Needs, input: &Plan, exprs: &[Expr], needs: &Needs) {
        needs.columns.iter().filter_map(|i| exprs.get(*i)).for_each(|e| self.add_expr(wanted, e, input));
        for path in &needs.paths {
            let below = exprs.get(path.column).and_then(|e| Below::of(e, &path.steps));
            if let Some(Below { column, steps, .. }) = below {
                wanted.add_path(StoredPath { column, steps, ty: path.ty });
            }
        }
        for bounds in &needs.bounds {
            if let Some(ExprKind::Column(column)) = exprs.get(bounds.column).map(|e| &e.kind) {
                wanted.bounds.push(Bounds { column: *column, ..bounds.clone() });
            }
        }
        wanted.narrow = needs.narrow;
        wanted.first_rows = needs.first_rows;
        for word in &needs.words {
            if let Some(ExprKind::Column(column)) = exprs.get(word.column).map(|e| &e.kind) {
                wanted.words.push(Word { column: *column, ..word.clone() });
            }
        }
    }

    /// Of what is expanded the JSON is wanted only if something looks at more than stored paths of its elements.
    fn of_expand(&self, wanted: &mut Needs, input: &Plan, columns: &[Expanded], needs: &Needs) {
        let width = input.schema().len();
        of_input_columns(wanted, input, needs);
        for path in &needs.paths {
            match columns.get(path.column.wrapping_sub(width)) {
                None => wanted.add_path(path.clone()),
                Some(expanded) => {
                    let below = Below::of_each(&expanded.source, &path.steps);
                    if let Some(Below { column, steps, .. }) = below {
                        wanted.add_path(StoredPath { column, steps, ty: path.ty });
                    }
                }
            }
        }
        if !expands_stored(needs, width, columns.len()) {
            columns.iter().for_each(|c| self.add_expr(wanted, &c.source, input));
        }
    }

    fn add_expr(&self, needs: &mut Needs, expr: &Expr, input: &Plan) {
        shred::uses(expr, &mut |expr, emptiness| {
            if let Some(path) = self.stored_path(expr, emptiness, input) {
                needs.add_path(path);
                return true;
            }
            if let ExprKind::Column(index) = &expr.kind {
                needs.columns.insert(*index);
            }
            false
        });
    }

    fn add_call(&self, needs: &mut Needs, call: &AggregateCall, input: &Plan) {
        call.args.iter().chain(&call.filter).for_each(|e| self.add_expr(needs, e, input));
    }

    /// The readers of each shared part of a plan, all together. Each part is walked once, after all its readers: a
    /// part that it reads has a lower number, for it was bound before.
    pub fn of_shared(&self, plan: &Plan) -> HashMap<usize, Readers> {
        let (mut open, mut found) = (BTreeMap::new(), HashMap::new());
        self.walk(plan, &Needs::all(plan.schema()), false, &mut open);
        while let Some((id, (part, readers))) = open.pop_last() {
            for (input, needs) in part.inputs().into_iter().zip(self.of_inputs(part, &readers.needs)) {
                self.walk(input, &needs, false, &mut open);
            }
            found.insert(id, readers);
        }
        found
    }

    fn walk<'p>(&self, plan: &'p Plan, needs: &Needs, in_expr: bool, open: &mut Open<'p>) {
        if let Plan::Shared { id, .. } = plan {
            let (_, readers) = open.entry(*id).or_insert_with(|| (plan, Readers::default()));
            readers.needs.merge(needs);
            readers.count += 1;
            readers.in_exprs |= in_expr;
            return;
        }
        for (input, needs) in plan.inputs().into_iter().zip(self.of_inputs(plan, needs)) {
            self.walk(input, &needs, in_expr, open);
        }
        exprs(plan).into_iter().for_each(|e| self.walk_expr(e, open));
    }

    fn walk_expr<'p>(&self, expr: &'p Expr, open: &mut Open<'p>) {
        if let ExprKind::Scalar(plan) | ExprKind::InTable { table: plan, .. } = &expr.kind {
            self.walk(plan, &Needs::first(plan), true, open);
        }
        expr.children().into_iter().for_each(|child| self.walk_expr(child, open));
    }
}

/// Those who read a shared part.
#[derive(Default)]
pub struct Readers {
    pub needs: Needs,
    count: usize,
    /// Expressions are among them: these may be lowered more than once.
    in_exprs: bool,
}

impl Readers {
    /// How often the part will be read, if that is known.
    pub fn count(&self) -> Option<usize> {
        (!self.in_exprs).then_some(self.count)
    }
}

/// Shared parts that are still to be walked, by their numbers.
type Open<'p> = BTreeMap<usize, (&'p Plan, Readers)>;

/// Is the expanded column wanted as stored paths of its elements alone?
pub fn expands_stored(needs: &Needs, width: usize, count: usize) -> bool {
    count == 1 && !needs.wants(width) && needs.paths.iter().any(|path| path.column == width)
}

/// Of a node's columns those that are its input's.
fn of_input_columns(wanted: &mut Needs, input: &Plan, needs: &Needs) {
    wanted.add(needs.columns.range(..input.schema().len()).copied());
}

/// The value and the restart of a window function.
pub fn operands(function: &WindowFunction) -> (Option<&Expr>, Option<&Expr>) {
    match function {
        WindowFunction::RowNumber { restart, .. } => (None, restart.as_ref()),
        WindowFunction::Shift { value, .. } => (Some(value), None),
        WindowFunction::CumulativeSum { value, restart }
        | WindowFunction::RankDense { value, restart }
        | WindowFunction::RankMin { value, restart }
        | WindowFunction::Session { value, restart, .. } => (Some(value), restart.as_ref()),
    }
}

fn window_exprs(function: &WindowFunction) -> impl Iterator<Item = &Expr> {
    let (value, restart) = operands(function);
    value.into_iter().chain(restart)
}

fn of_join(widths: [usize; 2], kind: JoinKind, on: &[(usize, usize)], needs: &Needs) -> Vec<Needs> {
    let (mut left, mut right) = (Needs::default(), Needs::default());
    left.add(on.iter().map(|(l, _)| *l));
    right.add(on.iter().map(|(_, r)| *r));
    match kind {
        JoinKind::LeftSemi | JoinKind::LeftAnti => left.columns.extend(&needs.columns),
        JoinKind::RightSemi | JoinKind::RightAnti => right.columns.extend(&needs.columns),
        _ => {
            left.add(needs.columns.range(..widths[0]).copied());
            right.add(needs.columns.range(widths[0]..).map(|i| i - widths[0]));
        }
    }
    for path in &needs.paths {
        match shred::joined_side(kind, widths[0], path.column) {
            Some((true, _)) => left.add_path(path.clone()),
            Some((false, column)) => right.add_path(StoredPath { column, ..path.clone() }),
            None => {}
        }
    }
    vec![left, right]
}

/// A table function's arguments, and the columns that it hands on: all inputs' come first, or none does.
fn of_call(inputs: &[Plan], args: &[CallArgument], width: usize, needs: &Needs) -> Vec<Needs> {
    let own_rows = width < inputs.iter().map(|plan| plan.schema().len()).sum();
    let mut first = if own_rows { width } else { 0 };
    let of = |(number, plan): (usize, &Plan)| {
        let mut wanted = Needs::default();
        let width = plan.schema().len();
        wanted.add(needs.columns.range(first..first + width).map(|i| i - first));
        first += width;
        wanted.add(args.iter().filter_map(|arg| match arg {
            CallArgument::Column { input, column } if *input == number => Some(*column),
            _ => None,
        }));
        wanted
    };
    inputs.iter().enumerate().map(of).collect()
}

/// All expressions of a node.
fn exprs(plan: &Plan) -> Vec<&Expr> {
    fn call(c: &AggregateCall) -> impl Iterator<Item = &Expr> {
        c.args.iter().chain(&c.filter)
    }
    match plan {
        Plan::Range { from, to, step, .. } => vec![from, to, step],
        Plan::Filter { predicate, .. } => vec![predicate],
        Plan::Project { exprs, .. } => exprs.iter().collect(),
        Plan::Aggregate { aggregates, .. } => aggregates.iter().flat_map(call).collect(),
        Plan::Expand { columns, .. } => columns.iter().map(|c| &c.source).collect(),
        Plan::Window { calls, .. } => calls.iter().flat_map(|c| window_exprs(&c.function)).collect(),
        Plan::Match { matching, .. } => matching.exprs().collect(),
        Plan::Series { series, .. } => series.values.iter().flat_map(|(c, _)| call(c)).collect(),
        _ => Vec::new(),
    }
}
