//! Several analyses at a time, their results handed on in the order in which they were asked for.
//!
//! Workers take the analyses in turn. Memory is bounded twice: those at work together read no more than so many rows
//! (one of them may, alone), and none begins that is too far ahead of what has been handed on. Scans are not shared
//! between analyses: reading a column of a million rows takes a hundredth of what is then done with it.
//!
//! Trap: a worker that panics must still give its result, or all others wait for it.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::super::batch::panic_message;
use super::super::query::{Asked, Question};
use super::super::{Failure, STACK};
use super::gaps::Gaps;
use super::{Job, Tuning};
use crate::engine::Engine;

/// At most so many analyses at a time: each uses several threads by itself.
const MOST: usize = 4;
/// Those at work together read tables of at most so many rows.
const ROWS: u64 = 4_000_000;

/// What came of an analysis.
pub enum Ending {
    Ran(Box<Asked>),
    NotRun(String),
    Failed(Failure),
}

pub struct Pool<'a> {
    pub engine: &'a Engine,
    pub tuning: &'a Tuning,
    pub gaps: &'a Gaps,
}

#[derive(Default)]
struct State {
    /// The next to begin, and how many have been handed on.
    next: usize,
    handed: usize,
    /// Rows of the tables that those at work read, and how many are at work.
    rows: u64,
    busy: usize,
    done: BTreeMap<usize, Ending>,
    stop: bool,
}

struct Board {
    state: Mutex<State>,
    changed: Condvar,
}

impl Board {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the workers to stop when it goes.
struct Ends<'a>(&'a Board);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.lock().stop = true;
        self.0.changed.notify_all();
    }
}

type Panic = Box<dyn Any + Send>;

impl Pool<'_> {
    /// Runs all, and gives each to `take` in order; stops when that fails.
    pub fn run(
        &self,
        jobs: &[Job],
        mut take: impl FnMut(&Job, Ending) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let cores = thread::available_parallelism().map_or(1, |n| n.get());
        let workers = cores.min(MOST).min(jobs.len()).max(1);
        let board = Board { state: Mutex::default(), changed: Condvar::new() };
        thread::scope(|scope| {
            // However this ends, by a panic of `take` too, no worker waits for it.
            let _ends = Ends(&board);
            for _ in 0..workers {
                let work = || self.work(jobs, &board, workers * 2);
                let spawned = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
                spawned.map_err(|e| Failure::data(format!("no thread to run analyses on: {e}")))?;
            }
            let mut result = Ok(());
            for (at, job) in jobs.iter().enumerate() {
                let mut state = board.lock();
                let ending = loop {
                    match state.done.remove(&at) {
                        Some(ending) => break ending,
                        None => state = board.wait(state),
                    }
                };
                drop(state);
                result = take(job, ending);
                let mut state = board.lock();
                state.handed = at + 1;
                state.stop = result.is_err();
                board.changed.notify_all();
                if result.is_err() {
                    break;
                }
            }
            result
        })
    }

    fn work(&self, jobs: &[Job], board: &Board, ahead: usize) {
        let mut state = board.lock();
        loop {
            let Some(job) = jobs.get(state.next).filter(|_| !state.stop) else { return };
            let fits = state.busy == 0 || state.rows.saturating_add(job.rows) <= ROWS;
            if !fits || state.next >= state.handed + ahead {
                state = board.wait(state);
                continue;
            }
            let at = state.next;
            state.next += 1;
            state.busy += 1;
            state.rows += job.rows;
            drop(state);
            let ending = catch_unwind(AssertUnwindSafe(|| self.one(job)));
            state = board.lock();
            state.busy -= 1;
            state.rows -= job.rows;
            let defect = |panic: Panic| Ending::Failed(Failure::data(panic_message(panic.as_ref())));
            state.done.insert(at, ending.unwrap_or_else(defect));
            board.changed.notify_all();
        }
    }

    pub fn question<'q>(&'q self, job: &'q Job, explain_nothing: bool) -> Question<'q> {
        let (name, text) = (&job.analysis.name, &job.text);
        Question { name, text, named: true, tuning: self.tuning, explain_nothing }
    }

    fn one(&self, job: &Job) -> Ending {
        if let Some(reason) = self.gaps.why_not(job.analysis) {
            return Ending::NotRun(reason);
        }
        let question = self.question(job, false);
        match question.ask(self.engine, |compiled| Ok((0..compiled.plans.len()).collect())) {
            Ok(asked) => Ending::Ran(Box::new(asked)),
            Err(failure) => Ending::Failed(failure),
        }
    }
}
