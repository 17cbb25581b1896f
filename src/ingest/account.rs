//! The account of a source while it is read: what has become of its records, and what is odd.
//!
//! Trap: seen = kept + duplicates + superseded + rejected, for every source, after every run.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::formats;
use super::reader::{Begin, End};
use super::searches::Searches;
use super::worker::Rejected;
use crate::json;
use crate::lake::Source;
use crate::lake::manifest::Page;
use crate::lake::rows::{AMBIGUOUS, LOSSY, PARTIAL, REPAIRED, UNREADABLE};
use crate::value::Value;

/// Rejected records of one source that are written down; all are counted.
pub const REJECTS: usize = 10_000;

/// A source while it is read.
pub struct Account {
    pub source: Source,
    pub path: PathBuf,
    pub rejects: Vec<String>,
    pub unknown: u64,
    pub example: Option<String>,
    late: u64,
    timeless: u64,
    members: Option<Vec<String>>,
    pub searches: Searches,
}

/// What is noted of a source whose last page says that there is more.
pub const NEXT_PAGE: &str =
    "the last page names a next one that is not among the files: the export may be incomplete";
/// What is noted of a source that ends too early.
pub const UNCLOSED: &str = "a list was never closed: the export may be incomplete";

/// Adds a name to a sorted list without repeats.
pub fn add_name(list: &mut Vec<String>, name: &str) {
    if !list.iter().any(|known| known == name) {
        list.push(name.to_string());
        list.sort_unstable();
    }
}

impl Account {
    pub fn new(begin: Begin) -> Account {
        let source = Source {
            id: begin.source,
            path: begin.path.to_string_lossy().into_owned(),
            encoding: begin.encoding.name().to_string(),
            container: begin.container.to_string(),
            archive: begin.archive,
            notes: begin.notes,
            ..Source::default()
        };
        Account {
            source,
            path: begin.path,
            rejects: Vec::new(),
            unknown: 0,
            example: None,
            late: 0,
            timeless: 0,
            members: begin.members,
            searches: Searches::default(),
        }
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

    /// `more` were rejected beside those that are told one by one.
    pub fn add_rejected(&mut self, rejected: Vec<Rejected>, more: u64, unknown: u64) {
        self.source.rejected += rejected.len() as u64 + more;
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

    /// Counts what a record has lost on the way.
    pub fn note_damage(&mut self, flags: u16) {
        if flags == 0 {
            return;
        }
        let damage = &mut self.source.damage;
        let counters = [
            (PARTIAL, &mut damage.partial),
            (LOSSY, &mut damage.lossy),
            (UNREADABLE, &mut damage.unreadable),
            (REPAIRED, &mut damage.repaired),
            (AMBIGUOUS, &mut damage.ambiguous),
        ];
        for (flag, count) in counters {
            *count += u64::from(flags & flag != 0);
        }
    }

    pub fn close(&mut self, end: End) {
        let notes = end.notes;
        let source = &mut self.source;
        (source.sha256, source.size) = (end.sha256, end.size);
        source.searches = std::mem::take(&mut self.searches).told();
        if notes.lines && source.container == "JSON" {
            source.container = "JSON lines".into();
        }
        let (more, cut) = (notes.next_link, notes.unclosed);
        source.page = notes.pages.then(|| Page { list: format!("{:016x}", notes.context), more, cut });
        if let Some(members) = &self.members {
            source.not_carried = formats::not_carried(&source.routes, &source.tables, members);
        }
        let damage = source.damage;
        let mut note = |when: bool, text: String| {
            if when {
                source.notes.push(text);
            }
        };
        note(notes.unclosed, UNCLOSED.into());
        note(self.late > 0, format!("{} later than a day after the ingest", counted(self.late, "event")));
        note(self.timeless > 0, format!("{} without a readable time", counted(self.timeless, "record")));
        let said = [
            (damage.partial, "put together from what surrounds the part that cannot be read"),
            (damage.lossy, "with values that had been lost before"),
            (damage.unreadable, "with a date or a number that cannot be read"),
            (damage.repaired, "with values in a damaged form that were read back"),
            (damage.ambiguous, "with a date that may be day-first or month-first; read as month-first"),
        ];
        for (count, what) in said {
            note(count > 0, format!("{} {what}", counted(count, "record")));
        }
        if let Some(problem) = end.problem {
            note(true, problem);
        }
        let full = self.rejects.len() >= REJECTS;
        note(full, format!("only the first {REJECTS} rejected records are written down"));
    }
}

/// `1 record`, `2 records`.
fn counted(count: u64, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

/// Notes of every list of pages that is not whole, at the last source that names a next page. A list is whole, as
/// far as it was read, when a page of it ends and names no next one: in the same run, or in a later one.
pub fn note_unfinished(old: &mut [Source], new: &mut [Source]) {
    /// The last run with a page that ends the list; the last source that names a next one, and its run.
    #[derive(Default)]
    struct List {
        whole: Option<u64>,
        more: Option<(u64, usize)>,
    }
    let mut lists: HashMap<(PathBuf, String), List> = HashMap::new();
    let mut sources: Vec<(u64, &mut Source)> = old.iter_mut().map(|s| (s.run, s)).collect();
    sources.extend(new.iter_mut().map(|s| (u64::MAX, s)));
    for (at, (run, source)) in sources.iter_mut().enumerate() {
        let Some(page) = &source.page else { continue };
        let folder = Path::new(&source.path).parent().map(PathBuf::from).unwrap_or_default();
        let list = lists.entry((folder, page.list.clone())).or_default();
        if page.more {
            list.more = Some((*run, at));
        } else if !page.cut {
            list.whole = Some(*run);
        }
        source.notes.retain(|note| note != NEXT_PAGE);
    }
    for list in lists.values() {
        let is_open = |(run, _): &(u64, usize)| list.whole.is_none_or(|whole| whole < *run);
        if let Some((_, at)) = list.more.filter(is_open) {
            sources[at].1.notes.push(NEXT_PAGE.into());
        }
    }
}

fn reject_line(source: &str, reject: &Rejected) -> String {
    let members = [
        ("source", Value::string(source)),
        ("ordinal", Value::Long(reject.ordinal as i64)),
        ("offset", Value::Long(reject.offset as i64)),
        ("length", Value::Long(reject.length as i64)),
        ("reason", Value::string(&reject.reason)),
        ("excerpt", Value::string(&reject.excerpt)),
    ];
    json::to_text(&Value::Bag(members.into_iter().map(|(k, v)| (k.to_string(), v)).collect()))
}
