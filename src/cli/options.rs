//! Options that several commands take: parameters, the clock, the engine.

use std::str::FromStr;

use super::failure::Failure;
use crate::engine::QueryOptions;
use crate::{lower, time};

/// What `now()` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Now {
    /// One tick after the latest event of the lake.
    End,
    Clock,
    At(i64),
}

impl FromStr for Now {
    type Err = String;

    fn from_str(text: &str) -> Result<Now, String> {
        match text {
            "end" => Ok(Now::End),
            "clock" => Ok(Now::Clock),
            text => time::parse_datetime(text)
                .map(Now::At)
                .ok_or_else(|| "use end, clock or a datetime such as 2026-01-31T12:00Z".to_string()),
        }
    }
}

#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Query")]
pub struct Tuning {
    /// Set a parameter of the query, or a placeholder {{NAME}} in it; may be given several times
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = parameter)]
    pub parameters: Vec<(String, String)>,

    /// What now() is: end (just after the last event), clock, or a datetime [default: end]
    #[arg(long, value_name = "WHEN")]
    pub now: Option<Now>,

    /// What {{StartTimeISO}} in a hunting query stands for [default: the first event]
    #[arg(long, value_name = "DATETIME", value_parser = datetime)]
    pub from_time: Option<i64>,

    /// What {{EndTimeISO}} in a hunting query stands for [default: just after the last event]
    #[arg(long, value_name = "DATETIME", value_parser = datetime)]
    pub to_time: Option<i64>,

    #[arg(long, hide = true, value_parser = ["streaming", "memory"], default_value = "streaming")]
    pub engine: String,

    #[arg(long, hide = true)]
    pub no_shreds: bool,
}

/// `NAME=VALUE`.
pub fn parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_string(), value.to_string())),
        _ => Err("use NAME=VALUE".to_string()),
    }
}

/// A datetime as a query would read it, in ticks.
pub fn datetime(text: &str) -> Result<i64, String> {
    time::parse_datetime(text).ok_or_else(|| "use a datetime such as 2026-01-31T12:00Z".to_string())
}

/// The clock of this machine in ticks.
pub fn clock() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    time::UNIX_EPOCH + (since.as_nanos() / 100) as i64
}

impl Tuning {
    /// `now()` by the user's choice and the lake's end, and what to say of it.
    pub fn now(&self, end: Option<i64>) -> Result<(i64, &'static str), Failure> {
        match (self.now, end) {
            (Some(Now::At(ticks)), _) => Ok((ticks, "--now")),
            (Some(Now::Clock), _) => Ok((clock(), "the clock")),
            (Some(Now::End), None) => Err(Failure::usage("--now end needs data with events")
                .with_help("give --lake DIR or --from PATH")),
            (Some(Now::End) | None, Some(end)) => Ok((end, "just after the last event")),
            (None, None) => Ok((clock(), "the clock")),
        }
    }
}

impl Tuning {
    /// What the engine is asked for.
    pub fn options(&self, now: i64) -> QueryOptions {
        QueryOptions {
            now,
            parameters: self.parameters.clone(),
            from_time: self.from_time,
            to_time: self.to_time,
            engine: if self.engine == "memory" { lower::Engine::InMemory } else { lower::Engine::Streaming },
            shreds: !self.no_shreds,
        }
    }
}
