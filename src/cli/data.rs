//! The data that a query runs over: a lake, or exports read into a private cache for the occasion; and what it
//! may read beside it.

use std::path::{Path, PathBuf};

use super::cache;
use super::failure::Failure;
use super::ingest;
use super::terminal::Terminal;
use crate::engine::Engine;
use crate::lake::only::Only;
use crate::lake::{self, Lake};
use crate::outside::Outside;

#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Data")]
pub struct Data {
    /// The lake that `auk ingest` made
    #[arg(long, value_name = "DIR")]
    pub lake: Option<PathBuf>,

    /// Exports to read first: a file or a folder; may be given several times
    #[arg(long, value_name = "PATH")]
    pub from: Vec<PathBuf>,

    /// Let AuditLogs and SigninLogs hold rows made from what only the unified audit log tells of directory
    /// changes and sign-ins; _auk_synth is true in them
    #[arg(long)]
    pub synthesize: bool,

    /// Show every copy of a record that the lake stores, also those that a better revision stands for; the
    /// hidden column _auk_copy says which are: superseded, duplicate, or nothing
    #[arg(long)]
    pub revisions: bool,
}

#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Beside the data")]
pub struct Beside {
    /// Let externaldata read the files of this folder (list.csv stands for https://…/list.csv); may be
    /// given several times
    #[arg(long, value_name = "DIR")]
    pub allow: Vec<PathBuf>,

    /// The database of geo_info_from_ip_address(), in MaxMind's format (GeoLite2-City.mmdb)
    #[arg(long, value_name = "FILE")]
    pub mmdb: Option<PathBuf>,
}

impl Beside {
    /// Opens what was named.
    pub fn open(&self) -> Result<Outside, Failure> {
        Ok(Outside::open(&self.allow, self.mmdb.as_deref())?)
    }

    /// The same for analyses, which say more with a database of places, but do without.
    pub fn open_for_analyses(&self) -> Result<Outside, Failure> {
        Ok(self.open()?.places_optional())
    }
}

impl Data {
    /// Opens the data, after reading what `--from` names into the lake or the cache.
    pub fn open(&self, terminal: &Terminal) -> Result<Engine, Failure> {
        let lake = match (&self.lake, self.from.as_slice()) {
            (lake, []) => lake.clone(),
            (Some(lake), from) => {
                ingest::quietly(from, lake, None, terminal)?;
                Some(lake.clone())
            }
            (None, from) => Some(cache::lake_of(from, None, terminal)?),
        };
        Ok(self.with(open(lake.as_deref())?))
    }

    /// The same for one question alone: of exports that were never read, no more is stored than it looks at.
    pub fn open_for(
        &self,
        wants: impl Fn(&Engine) -> Option<Only>,
        terminal: &Terminal,
    ) -> Result<Engine, Failure> {
        let only = if self.lake.is_none() && !self.from.is_empty() {
            wants(&self.with(Engine::new(None)))
        } else {
            None
        };
        let Some(only) = only else { return self.open(terminal) };
        let lake = Lake::open_for_one(&cache::lake_of(&self.from, Some(&only), terminal)?)?;
        let is_whole = lake.manifest().only.is_none();
        let has_paths = only.is_answered_by(&lake.manifest().parts);
        let engine = self.with(Engine::new(Some(lake)));
        // Some operators have columns that depend on the rows, so over these it may look at more.
        if is_whole || has_paths && wants(&engine).is_some_and(|wanted| only.holds(&wanted)) {
            return Ok(engine);
        }
        drop(engine);
        self.open(terminal)
    }

    fn with(&self, engine: Engine) -> Engine {
        engine.with_synthesis(self.synthesize).with_revisions(self.revisions)
    }

    /// Was any data named?
    pub fn is_named(&self) -> bool {
        self.lake.is_some() || !self.from.is_empty()
    }
}

/// The engine over a lake, or over none: then every table is empty.
pub fn open(lake: Option<&Path>) -> Result<Engine, Failure> {
    Ok(Engine::new(lake.map(Lake::open).transpose()?))
}

impl From<lake::Error> for Failure {
    fn from(error: lake::Error) -> Failure {
        let failure = Failure::data(format!("{}: {}", error.path.display(), error.message));
        match error.remedy {
            Some(remedy) => failure.with_help(remedy),
            None => failure,
        }
    }
}
