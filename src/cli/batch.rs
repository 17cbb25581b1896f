//! `auk batch`: many queries in one process, a JSON object a line in, one a line out.
//!
//! Request: `{"id": "x", "kql": "…", "now": "2026-01-01T00:00:00Z"}`, the last optional. Response:
//! `{"id", "ok": true, "columns": [[name, type]…], "rows": [[cell…]…]}` in the order of the requests, or
//! `{"id", "ok": false, "error": {"kind", "message", "start", "length"}}`, places in code points.
//!
//! Trap: no query may end the process or hold it up. Each runs on a worker thread: a panic becomes
//! an answer of kind `internal`; a query over the time limit becomes one of kind `timeout`, its worker
//! is left to end by itself, and the next query gets a new one.

use std::any::Any;
use std::io::{self, BufRead, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::data::{Beside, open};
use super::options::clock;
use super::{Done, Failure, Outcome, STACK};
use crate::diagnostic::{Diagnostic, Kind};
use crate::engine::{Answer, Engine, QueryOptions};
use crate::json::{self, write_string};
use crate::report;
use crate::time;

/// Answer queries from standard input, a JSON object a line
///
/// Reads {"id": …, "kql": …, "now": …} and answers each with its columns and rows, or with an error;
/// every table exists, those without data are empty.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  echo '{\"id\":\"a\",\"kql\":\"print 1\"}' | auk batch\n  auk batch --lake lake --allow lists/ < queries.jsonl"
)]
pub struct Args {
    /// The lake that `auk ingest` made
    #[arg(long, value_name = "DIR")]
    lake: Option<PathBuf>,

    /// Give up on a query after so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0)]
    timeout: f64,

    #[command(flatten)]
    beside: Beside,
}

/// A request line longer than this is refused.
const LONGEST: u64 = 64 << 20;

/// One query of the input.
struct Request {
    id: String,
    kql: String,
    now: Option<i64>,
}

/// What came of a query: the answer, or the first of its errors.
type Outcomes = Result<Answer, Diagnostic>;

pub fn run(args: &Args) -> Done {
    let outside = args.beside.open()?;
    let outside = if args.lake.is_some() { outside } else { outside.without_data() };
    let engine = Arc::new(open(args.lake.as_deref())?.with_outside(outside));
    let limit = Duration::try_from_secs_f64(args.timeout)
        .map_err(|_| Failure::usage("--timeout is a number of seconds above 0"))?;
    let mut workers = Workers { engine, current: None };
    let mut input = io::stdin().lock();
    let mut out = io::stdout().lock();
    while let Some(line) = read_line(&mut input)? {
        let response = match line
            .and_then(|line| if line.trim().is_empty() { Ok(None) } else { request(&line).map(Some) })
        {
            Ok(None) => continue,
            Ok(Some(request)) => {
                let started = Instant::now();
                let outcome = workers.run(&request, limit);
                response(&request, &outcome, started.elapsed())
            }
            Err(message) => protocol_error(&message),
        };
        out.write_all(response.as_bytes())?;
        out.flush()?;
    }
    Ok(Outcome::Done)
}

/// The next line without its end; `Err` for one that is too long or no UTF-8; `None` at the end.
fn read_line(input: &mut impl BufRead) -> io::Result<Option<Result<String, String>>> {
    let mut line = Vec::new();
    if input.by_ref().take(LONGEST).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.len() as u64 == LONGEST && line.last() != Some(&b'\n') {
        input.skip_until(b'\n')?;
        return Ok(Some(Err("the line is longer than 64 MiB".to_string())));
    }
    Ok(Some(String::from_utf8(line).map_err(|_| "the line is not UTF-8".to_string())))
}

/// Reads a request line.
fn request(line: &str) -> Result<Request, String> {
    let value = json::parse(line.trim()).ok_or("the line is not JSON")?;
    let object = value.as_bag().ok_or("the line is not a JSON object")?;
    let member = |name: &str| object.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value);
    let text = |name: &str| {
        let found = member(name).ok_or(format!("the field {name} is missing"))?;
        found.as_str().map(str::to_string).ok_or(format!("the field {name} is not a string"))
    };
    let now = match member("now").filter(|now| !now.is_null()) {
        None => None,
        Some(now) => {
            Some(now.as_str().and_then(time::parse_datetime).ok_or("the field now is not a datetime")?)
        }
    };
    Ok(Request { id: text("id")?, kql: text("kql")?, now })
}

/// The thread that queries run on, and its replacement after a time-out.
struct Workers {
    engine: Arc<Engine>,
    current: Option<Worker>,
}

struct Worker {
    jobs: Sender<(String, QueryOptions)>,
    results: Receiver<Outcomes>,
}

impl Workers {
    fn run(&mut self, request: &Request, limit: Duration) -> Outcomes {
        let options = QueryOptions::new(request.now.or(self.engine.now()).unwrap_or_else(clock));
        let lost = || Diagnostic::new(Kind::Internal, Default::default(), "no thread to run the query on");
        let worker = match self.current.take() {
            Some(worker) => worker,
            None => Worker::start(Arc::clone(&self.engine)).map_err(|_| lost())?,
        };
        worker.jobs.send((request.kql.clone(), options)).map_err(|_| lost())?;
        match worker.results.recv_timeout(limit) {
            Ok(outcome) => {
                self.current = Some(worker);
                outcome
            }
            Err(RecvTimeoutError::Timeout) => {
                let message = format!("the query ran longer than {} s", limit.as_secs_f64());
                Err(Diagnostic::new(Kind::Timeout, Default::default(), message))
            }
            Err(RecvTimeoutError::Disconnected) => Err(lost()),
        }
    }
}

impl Worker {
    fn start(engine: Arc<Engine>) -> io::Result<Worker> {
        let (jobs, queries) = channel::<(String, QueryOptions)>();
        let (answers, results) = channel();
        thread::Builder::new().stack_size(STACK).spawn(move || {
            for (text, options) in queries {
                if answers.send(guarded(&engine, &text, &options)).is_err() {
                    break;
                }
            }
        })?;
        Ok(Worker { jobs, results })
    }
}

/// Runs one query; a panic is an error of kind `internal`.
fn guarded(engine: &Engine, text: &str, options: &QueryOptions) -> Outcomes {
    let internal = |message: String| Diagnostic::new(Kind::Internal, Default::default(), message);
    match catch_unwind(AssertUnwindSafe(|| engine.query(text, options))) {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(diagnostics)) => {
            let first = diagnostics.into_iter().next();
            Err(first.unwrap_or_else(|| internal("the query failed without a reason".to_string())))
        }
        Err(panic) => Err(internal(panic_message(panic.as_ref()))),
    }
}

pub(super) fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("a defect of auk: {}", text.unwrap_or("it panicked"))
}

/// The response line.
fn response(request: &Request, outcome: &Outcomes, took: Duration) -> String {
    let mut out = String::from("{\"id\":");
    write_string(&request.id, &mut out);
    match outcome {
        Ok(answer) => {
            out.push_str(",\"ok\":true,\"columns\":[");
            for (i, column) in answer.table.schema.columns.iter().enumerate() {
                out.push_str(if i > 0 { ",[" } else { "[" });
                write_string(&column.name, &mut out);
                out.push_str(&format!(",\"{}\"]", column.ty));
            }
            out.push_str("],\"rows\":");
            report::json_rows(&answer.table, &mut out);
            write_warnings(&answer.warnings, &mut out);
            out.push_str(&format!(",\"seconds\":{:.6}}}\n", took.as_secs_f64()));
        }
        Err(error) => {
            out.push_str(",\"ok\":false,\"error\":");
            write_error(error.kind.name(), &error.message, &mut out);
            let span = error.span;
            if (span.end > 0 || error.kind == Kind::Syntax) && span.end <= request.kql.len() {
                let (start, length) = span.in_chars(&request.kql);
                out.push_str(&format!(",\"start\":{start},\"length\":{length}"));
            }
            if let Some(help) = &error.help {
                out.push_str(",\"help\":");
                write_string(help, &mut out);
            }
            out.push_str("}}\n");
        }
    }
    out
}

pub(super) fn write_warnings(warnings: &[String], out: &mut String) {
    if warnings.is_empty() {
        return;
    }
    out.push_str(",\"warnings\":[");
    for (i, warning) in warnings.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        write_string(warning, out);
    }
    out.push(']');
}

/// Appends `{"kind":…,"message":…`, open for more.
fn write_error(kind: &str, message: &str, out: &mut String) {
    out.push_str(&format!("{{\"kind\":\"{kind}\",\"message\":"));
    write_string(message, out);
}

fn protocol_error(message: &str) -> String {
    let mut out = String::from("{\"id\":null,\"ok\":false,\"error\":");
    write_error("protocol", message, &mut out);
    out.push_str("}}\n");
    out
}
