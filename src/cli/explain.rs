//! `auk explain`: what a query is read as, what it means, and how it is run.

use clap::ValueEnum;

use super::data::{Beside, Data};
use super::failure::Failure;
use super::options::Tuning;
use super::terminal::Terminal;
use super::{Done, Outcome, output, parameters, query};
use crate::engine;

/// Show how a query is read, bound and run
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  auk explain 'AuditLogs | where Result == \"failure\" | count'\n  auk explain --stage polars -f hunt.kql --lake lake"
)]
pub struct Args {
    #[command(flatten)]
    query: query::Text,

    /// The stage to show
    #[arg(long, value_enum, default_value = "plan")]
    stage: Stage,

    #[command(flatten)]
    data: Data,

    #[command(flatten)]
    beside: Beside,

    #[command(flatten)]
    tuning: Tuning,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Stage {
    /// The syntax tree
    Ast,
    /// What the query means, in a dozen node kinds
    Plan,
    /// The columns and stored paths that each scan of the lake reads
    Reads,
    /// The optimised query that Polars runs
    Polars,
}

pub fn run(args: &Args, terminal: &Terminal) -> Done {
    let (name, text) = args.query.read()?;
    let (text, parameters) = parameters::set(&name, &text, &args.tuning.parameters)?;
    let tuning = Tuning { parameters, ..args.tuning.clone() };
    let engine = args.data.open(terminal)?.with_outside(args.beside.open()?);
    let (now, _) = tuning.now(engine.now())?;
    let stage = match args.stage {
        Stage::Ast => engine::Stage::Ast,
        Stage::Plan => engine::Stage::Plan,
        Stage::Reads => engine::Stage::Reads,
        Stage::Polars => engine::Stage::Polars,
    };
    let explained = engine.explain(&text, stage, &tuning.options(now));
    let failed = |diagnostics| Failure::Query { name, text: text.clone(), diagnostics };
    output::text(&explained.map_err(failed)?)?;
    Ok(Outcome::Done)
}
