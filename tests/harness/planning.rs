//! Compiling is fast, and in proportion to the length of a query: the analyses, the goldens, and rules of a
//! hundred lines and of four hundred.
//!
//! Measured is the time that this thread has the processor; elsewhere than on Linux, the clock.
//! `AUK_VERBOSE=1` tells every figure.
//!
//! Trap: Linux counts that time in steps of some milliseconds, so it takes several runs to tell.

use std::fs;
use std::time::Instant;

use super::engine::World;
use super::mutants;

/// For a query of a hundred lines or less, in seconds; more for a build that is not optimised.
const LIMIT: f64 = if env!("AUK_OPT_LEVEL").as_bytes()[0] == b'0' { 0.050 } else { 0.010 };
/// `union *` names each of some hundred tables, and may take so many times the limit.
const ALL: f64 = 6.0;
/// Four times the lines may take so many times the limit; a column per line makes a wide table of each.
const GROWTH: f64 = 8.0;

/// Rules that grow line by line: the first line, then a line with its number in place of `#`, `<` the one before.
const SHAPES: &[(&str, &str, &str)] = &[
    ("filters", "SigninLogs", "| where UserPrincipalName has 'a#' or ResultType == '#'"),
    ("columns", "SigninLogs", "| extend x# = strcat(UserPrincipalName, '#')"),
    ("columns of columns", "print x0 = 1", "| extend x# = x< + 1"),
    ("paths", "AuditLogs", "| where tostring(TargetResources[0].modifiedProperties[#].newValue) != ''"),
    ("tables", "union SigninLogs", ", (AuditLogs | where Result == '#' | project TimeGenerated)"),
    ("members", "SigninLogs | where UserId in ('0'", ", '#'"),
    ("alternatives", "SigninLogs | where UserId == '0'", "or UserId == '#'"),
    ("rows", "datatable(a: long, b: string)[0, 'b'", ", #, 'b#'"),
    ("expansions", "AuditLogs", "| mv-expand TargetResources to typeof(dynamic)"),
    (
        "joins",
        "SigninLogs | project UserId",
        "| join kind=inner (AuditLogs | project UserId = Id) on UserId | project UserId",
    ),
];

pub fn run() -> Result<(), String> {
    let world = World::empty();
    let verbose = std::env::var_os("AUK_VERBOSE").is_some();
    let mut wrong = Vec::new();
    let (mut longest, mut place_of_longest) = (0.0, String::new());
    // What no one would write may take what it takes to be refused.
    let written = mutants::queries()?.into_iter().filter(|(place, _)| !place.contains("hostile.md"));
    for (place, query) in written {
        let seconds = measured(&query, &world, 5);
        let limit = if query.contains("union") && query.contains(" *") { LIMIT * ALL } else { LIMIT };
        if seconds > limit {
            wrong.push(format!("{:.1} ms for {place}", seconds * 1e3));
        }
        if verbose {
            eprintln!("{:8.3} ms, {:3} lines: {place}", seconds * 1e3, query.lines().count());
        }
        if seconds > longest {
            (longest, place_of_longest) = (seconds, place);
        }
    }
    eprintln!("planning: at most {:.2} ms, for {place_of_longest}", longest * 1e3);
    for (name, first, line) in SHAPES {
        let [short, long] = [100, 400].map(|lines| {
            let text = rule(first, line, lines);
            world.compile(&text).map(|_| measured(&text, &world, 10)).map_err(|e| format!("{name}: {e:?}"))
        });
        let (short, long) = (short?, long?);
        eprintln!("planning: {:6.2} ms for 100 lines, {:6.2} for 400: {name}", short * 1e3, long * 1e3);
        if short > LIMIT || long > LIMIT * GROWTH {
            wrong.push(format!("{name}: {:.1} ms for 100 lines, {:.1} for 400", short * 1e3, long * 1e3));
        }
    }
    super::rows::report(wrong)
}

/// A rule of a shape; what its first line opens is closed.
fn rule(first: &str, line: &str, lines: usize) -> String {
    let numbered =
        (1..lines).map(|at| line.replace('#', &at.to_string()).replace('<', &(at - 1).to_string()));
    let text = [first.to_string()].into_iter().chain(numbered).collect::<Vec<_>>().join("\n");
    let open: Vec<char> = first.chars().filter(|c| matches!(c, '(' | '[')).collect();
    let close = match open.last() {
        Some('[') => "]",
        Some(_) if first.matches('(').count() > first.matches(')').count() => ")",
        _ => "",
    };
    text + close
}

/// The time that compiling took, in the mean of some runs.
fn measured(text: &str, world: &World, runs: u32) -> f64 {
    let begin = Clock::start();
    for _ in 0..runs {
        _ = world.compile(text);
    }
    begin.seconds() / f64::from(runs)
}

/// How long this thread has run.
struct Clock {
    wall: Instant,
    run: Option<u64>,
}

impl Clock {
    fn start() -> Clock {
        Clock { wall: Instant::now(), run: on_processor() }
    }

    fn seconds(&self) -> f64 {
        let wall = self.wall.elapsed().as_secs_f64();
        match (self.run, on_processor()) {
            (Some(before), Some(after)) => wall.min(after.saturating_sub(before) as f64 / 1e9),
            _ => wall,
        }
    }
}

/// The nanoseconds that this thread has had the processor, as Linux tells them.
fn on_processor() -> Option<u64> {
    fs::read_to_string("/proc/thread-self/schedstat").ok()?.split(' ').next()?.parse().ok()
}
