//! Which analyses are meant: names, folders, tags, a severity and what is above it.
//!
//! Names say what to begin with, without any it is the whole collection; tags (any of them) and the severity take
//! away from that. Trap: a tag that no analysis has is an error, or a slip of the pen would look like a clean lake.

use std::collections::BTreeSet;

use super::Failure;
use crate::analysis::{self, Analysis, Severity};

#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Choice")]
pub struct Choice {
    /// Analyses or folders of them; a name may be its last part when only one has it
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,

    /// Only those with this tag, or in this folder; with several, with any of them
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,

    /// Only those of this severity and above: informational, low, medium, high, critical
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub severity: Option<Severity>,
}

/// A severity as the user types it.
pub fn severity(text: &str) -> Result<Severity, String> {
    Severity::of(&text.to_ascii_lowercase()).ok_or_else(|| {
        let names: Vec<&str> = Severity::ALL.iter().map(|s| s.name()).collect();
        format!("the severities are {}", names.join(", "))
    })
}

impl Choice {
    /// Is nothing chosen?
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.tags.is_empty() && self.severity.is_none()
    }

    /// The one analysis that was named by itself, and not as one of a group.
    pub fn single(&self) -> Result<Option<&'static Analysis>, Failure> {
        match self.names.as_slice() {
            [name] if self.tags.is_empty() && self.severity.is_none() && in_folder(name).is_empty() => {
                analysis::find(name).map(Some).map_err(Failure::usage)
            }
            _ => Ok(None),
        }
    }

    /// The analyses that are meant, each once, in the order of names, then of the collection.
    pub fn analyses(&self) -> Result<Vec<&'static Analysis>, Failure> {
        self.check_tags()?;
        let mut chosen: Vec<&'static Analysis> = Vec::new();
        if self.names.is_empty() {
            chosen.extend(analysis::all());
        }
        for name in &self.names {
            let mut inside = in_folder(name);
            if inside.is_empty() {
                inside.push(analysis::find(name).map_err(Failure::usage)?);
            }
            for analysis in inside {
                if !chosen.contains(&analysis) {
                    chosen.push(analysis);
                }
            }
        }
        let tagged = |a: &&Analysis| {
            self.tags.is_empty() || a.tags().any(|tag| self.tags.iter().any(|wanted| wanted == tag))
        };
        let severe = |a: &&Analysis| self.severity.is_none_or(|least| a.header.severity >= least);
        chosen.retain(|a| tagged(a) && severe(a));
        Ok(chosen)
    }

    fn check_tags(&self) -> Result<(), Failure> {
        let known: BTreeSet<&str> = analysis::all().iter().flat_map(|a| a.tags()).collect();
        match self.tags.iter().find(|tag| !known.contains(tag.as_str())) {
            None => Ok(()),
            Some(tag) => {
                let all = known.iter().copied().collect::<Vec<_>>().join(", ");
                let failure = Failure::usage(format!("no analysis has the tag '{tag}'"));
                Err(failure.with_nearest(tag, known, &format!("the tags are {all}")))
            }
        }
    }
}

/// The analyses in a folder of that name.
fn in_folder(name: &str) -> Vec<&'static Analysis> {
    let folder = format!("{}/", name.trim_end_matches('/'));
    analysis::all().iter().filter(|a| a.name.starts_with(&folder)).collect()
}
