//! The account of a source while it is read: what has become of its records, and what is odd.
//!
//! Trap: seen = kept + duplicates + superseded + rejected, for every source, after every run.

use std::path::PathBuf;

use super::split::Notes;
use super::stream::Encoding;
use super::worker::Rejected;
use crate::json;
use crate::lake::Source;
use crate::value::Value;

/// Rejected records of one source that are written down; all are counted.
const REJECTS: usize = 10_000;

/// A source while it is read.
pub struct Account {
    pub source: Source,
    pub path: PathBuf,
    pub rejects: Vec<String>,
    pub unknown: u64,
    pub example: Option<String>,
    late: u64,
    timeless: u64,
}

/// Adds a name to a sorted list without repeats.
pub fn add_name(list: &mut Vec<String>, name: &str) {
    if !list.iter().any(|known| known == name) {
        list.push(name.to_string());
        list.sort_unstable();
    }
}

impl Account {
    pub fn new(id: u32, path: PathBuf, encoding: Encoding) -> Account {
        let source = Source {
            id,
            path: path.to_string_lossy().into_owned(),
            encoding: encoding.name().to_string(),
            ..Source::default()
        };
        Account { source, path, rejects: Vec::new(), unknown: 0, example: None, late: 0, timeless: 0 }
    }

    /// Not one record of a known kind was found.
    pub fn is_foreign(&self) -> bool {
        self.source.routes.is_empty() && self.unknown == self.source.rejected
    }

    /// Why a foreign file is skipped.
    pub fn reason(&self) -> String {
        match &self.example {
            Some(example) => format!("JSON, but {example}"),
            None => "holds no records".to_string(),
        }
    }

    pub fn add_rejected(&mut self, rejected: Vec<Rejected>, unknown: u64) {
        self.source.rejected += rejected.len() as u64;
        self.unknown += unknown;
        for reject in rejected {
            if self.example.is_none() {
                self.example = Some(reject.reason.clone());
            }
            if self.rejects.len() < REJECTS {
                self.rejects.push(reject_line(&self.source.path, &reject));
            }
        }
    }

    /// Widens the range of the source's events; may this one move `now()`?
    pub fn note_time(&mut self, time: i64, limit: i64) -> bool {
        if time == i64::MIN {
            self.timeless += 1;
            return false;
        }
        let source = &mut self.source;
        source.first = Some(source.first.map_or(time, |first| first.min(time)));
        source.last = source.last.max(Some(time));
        self.late += u64::from(time > limit);
        time <= limit
    }

    pub fn close(&mut self, sha256: String, size: u64, notes: Notes) {
        let source = &mut self.source;
        (source.sha256, source.size) = (sha256, size);
        let mut note = |when: bool, text: String| {
            if when {
                source.notes.push(text);
            }
        };
        note(notes.next_link, "the last page names a next one: the export may be incomplete".into());
        note(notes.unclosed, "a list was never closed: the export may be incomplete".into());
        note(self.late > 0, format!("{} events later than a day after the ingest", self.late));
        note(self.timeless > 0, format!("{} records without a readable time", self.timeless));
        let full = self.rejects.len() >= REJECTS;
        note(full, format!("only the first {REJECTS} rejected records are written down"));
    }
}

fn reject_line(source: &str, reject: &Rejected) -> String {
    let members = [
        ("source", Value::string(source)),
        ("ordinal", Value::Long(reject.ordinal as i64)),
        ("offset", Value::Long(reject.offset as i64)),
        ("reason", Value::string(&reject.reason)),
        ("excerpt", Value::string(&reject.excerpt)),
    ];
    json::to_text(&Value::Bag(members.into_iter().map(|(k, v)| (k.to_string(), v)).collect()))
}
