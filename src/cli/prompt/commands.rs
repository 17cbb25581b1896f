//! The commands of the prompt: a row each.
//!
//! Trap: they show what the commands of `auk` show, through the same code.

use super::super::failure::Failure;
use super::super::options::Now;
use super::super::{functions, list, output, tables};
use super::Session;
use super::pager;
use crate::analysis;
use crate::diagnostic::closest;
use crate::engine::Stage;

/// What comes after a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Go,
    Quit,
}

type Run = fn(&mut Session<'_>, &str) -> Result<Next, Failure>;

/// Name, what it takes, what it does.
pub const COMMANDS: &[(&str, &str, &str, Run)] = &[
    ("explain", "KQL", "how a query is understood", explain),
    ("format", "table|csv|json|ndjson|markdown", "the form of results", format),
    ("functions", "[NAME]", "the functions and operators of KQL, or one of them", functions),
    ("help", "", "this", help),
    ("list", "", "the analyses that come with auk", list),
    ("now", "[end|clock|DATETIME]", "show or set what now() is", now),
    ("quit", "", "end; Ctrl-D does, too", |_, _| Ok(Next::Quit)),
    ("run", "ANALYSIS", "run an analysis of the list", run_analysis),
    ("schema", "TABLE", "the columns of a table", schema),
    ("tables", "", "the tables of the lake and what is in them", tables),
];

/// Runs `name argument`, the dot taken.
pub fn run(session: &mut Session<'_>, command: &str) -> Result<Next, Failure> {
    let (name, argument) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
    let name = if name == "exit" { "quit" } else { name };
    match COMMANDS.iter().find(|row| row.0 == name) {
        Some((.., run)) => run(session, argument.trim()),
        None => {
            let failure = Failure::usage(format!("there is no command .{name}"));
            let near = closest(name, COMMANDS.iter().map(|row| row.0));
            Err(failure.with_help(
                near.map_or(".help lists all".to_string(), |near| format!("did you mean .{near}?")),
            ))
        }
    }
}

fn help(_: &mut Session<'_>, _: &str) -> Result<Next, Failure> {
    let mut text = String::from(
        "A query runs on Enter once it is whole. A bare table name, an open bracket or a trailing | goes on\n\
         with the next line; then an empty line ends the query.\n\n",
    );
    for (name, takes, does, _) in COMMANDS {
        text.push_str(&format!("  {:<42}{does}\n", format!(".{name} {takes}")));
    }
    output::text(&text)?;
    Ok(Next::Go)
}

fn tables(session: &mut Session<'_>, _: &str) -> Result<Next, Failure> {
    let table =
        if session.engine.lake().is_some() { tables::contents(session.engine) } else { tables::known() };
    pager::show(&table, session.format, None, &session.terminal)?;
    Ok(Next::Go)
}

fn schema(session: &mut Session<'_>, table: &str) -> Result<Next, Failure> {
    pager::show(&tables::columns(table, session.engine.lake())?, session.format, None, &session.terminal)?;
    Ok(Next::Go)
}

fn functions(session: &mut Session<'_>, name: &str) -> Result<Next, Failure> {
    match name {
        "" => pager::show(&functions::all(), session.format, None, &session.terminal)?,
        name => output::text(&functions::explained(name)?)?,
    }
    Ok(Next::Go)
}

fn list(session: &mut Session<'_>, _: &str) -> Result<Next, Failure> {
    pager::show(&list::all(), session.format, None, &session.terminal)?;
    Ok(Next::Go)
}

fn run_analysis(session: &mut Session<'_>, name: &str) -> Result<Next, Failure> {
    let analysis = analysis::find(name).map_err(Failure::usage)?;
    session.take(&analysis.text)
}

fn format(session: &mut Session<'_>, name: &str) -> Result<Next, Failure> {
    use clap::ValueEnum;
    match output::Format::from_str(name, true) {
        Ok(output::Format::Parquet) | Err(_) => {
            Err(Failure::usage("use table, csv, json, ndjson or markdown"))
        }
        Ok(format) => {
            session.format = format;
            Ok(Next::Go)
        }
    }
}

fn now(session: &mut Session<'_>, when: &str) -> Result<Next, Failure> {
    if !when.is_empty() {
        session.tuning.now = Some(when.parse::<Now>().map_err(Failure::usage)?);
    }
    let (now, why) = session.tuning.now(session.engine.now())?;
    output::line(&format!("{} ({why})", crate::time::datetime_text(now)))?;
    Ok(Next::Go)
}

fn explain(session: &mut Session<'_>, text: &str) -> Result<Next, Failure> {
    let (now, _) = session.tuning.now(session.engine.now())?;
    let explained = session.engine.explain(text, Stage::Plan, &session.tuning.options(now));
    let failed = |diagnostics| Failure::Query { name: "query".into(), text: text.to_string(), diagnostics };
    output::text(&explained.map_err(failed)?)?;
    Ok(Next::Go)
}
