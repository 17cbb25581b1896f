//! One thread's work on one chunk: pieces in, rows and rejects out.
//!
//! Trap: a worker sees its chunk only and knows nothing of other threads, so that the outcome does
//! not depend on how many there are.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::account::REJECTS;
use super::ansi;
use super::cells::{self, Header};
use super::formats;
use super::formats::custom::{self, Custom};
use super::plan::{Memory, Place, Plan, Record};
use super::split::{CsvSplitter, NO_RECORD, TOO_LONG};
use super::stream::Chunk;
use super::tape::{Kind, Tape};
use crate::lake::ids;
use crate::lake::rows::{LOSSY, Layout, REPAIRED, Rows, Spare};

/// Lines given up in one run-together row, at most.
const MAX_RECOVERIES: usize = 100;

/// Characters of a rejected record that are kept.
pub const EXCERPT: usize = 200;

/// A record that was not taken in.
pub struct Rejected {
    pub ordinal: u64,
    pub offset: u64,
    pub length: u64,
    pub reason: String,
    pub excerpt: String,
}

/// What came out of a chunk.
#[derive(Default)]
pub struct Parsed {
    /// Bytes of the file read for it.
    pub read: u64,
    pub tables: Vec<Rows>,
    pub rejected: Vec<Rejected>,
    /// Rejected records beyond those.
    pub more_rejected: u64,
    /// Records read as JSON but of no known kind; they are among the rejected.
    pub unknown: u64,
    pub routes: BTreeSet<&'static str>,
    /// `ResultIndex` and `ResultCount` of the records that have them.
    pub found: Vec<(i64, u64)>,
}

#[derive(Default)]
pub struct Worker {
    tape: Tape,
    /// For JSON inside a string or a cell.
    pub inner: Tape,
    /// Members found around the record at hand.
    pub rest: String,
    /// The table of its own that all records go to.
    pub custom: Option<Arc<Custom>>,
    memories: Vec<((usize, usize), Memory)>,
    spare: Arc<Spare>,
    small: bool,
    out: Parsed,
}

impl Worker {
    /// `small` says that there is little to do.
    pub fn new(spare: &Arc<Spare>, small: bool, custom: Option<&Arc<Custom>>) -> Worker {
        Worker { spare: Arc::clone(spare), small, custom: custom.cloned(), ..Worker::default() }
    }

    /// Reads the records of a chunk.
    pub fn run(mut self, chunk: &Chunk) -> Parsed {
        self.out.read = chunk.read;
        for (at, piece) in chunk.pieces.iter().enumerate() {
            let bytes = &chunk.bytes[piece.start.min(chunk.bytes.len())..piece.end.min(chunk.bytes.len())];
            let mut place = Place {
                source: chunk.source,
                ordinal: chunk.ordinal + at as u64,
                offset: chunk.base + piece.start as u64,
                length: (piece.end - piece.start) as u64,
                flags: 0,
                route: if piece.alone { formats::ALONE } else { "" },
            };
            let (text, read) = ansi::read(bytes);
            place.flags |= match read {
                ansi::Read::AsIs => 0,
                ansi::Read::CodePage => REPAIRED,
                ansi::Read::Damaged => LOSSY,
            };
            match (piece.broken, &chunk.header) {
                (Some(reason), _) => {
                    self.out.unknown += u64::from(reason == NO_RECORD || reason == TOO_LONG);
                    self.reject(&place, reason, &text);
                }
                (None, None) => self.json(&text, place),
                (None, Some(header)) => self.csv(&text, header, place),
            }
        }
        if !self.small {
            self.out.tables.iter().for_each(|rows| self.spare.learn(rows));
        }
        self.out
    }

    fn json(&mut self, text: &str, place: Place) {
        let mut tape = std::mem::take(&mut self.tape);
        match tape.parse(text) {
            Ok(()) => match self.custom.clone() {
                Some(custom) => custom::read_value(self, &custom, &tape, place),
                None => formats::read_value(self, &tape, 0, place, 0),
            },
            Err(e) => {
                let reason = format!("not JSON at byte {}: {}", place.offset + e.at as u64, e.what);
                self.reject(&place, &reason, text);
            }
        }
        self.tape = tape;
    }

    fn csv(&mut self, text: &str, header: &Header, place: Place) {
        let place = Place { route: header.format.route, ..place };
        if !self.csv_row(text, header, place) {
            self.recover(text, header, place);
        }
    }

    /// One row; `false` when it is several that a lost quote has run together.
    fn csv_row(&mut self, text: &str, header: &Header, place: Place) -> bool {
        let cells = cells::split(text, header.delimiter);
        let (found, wanted) = (cells.len(), header.columns.len());
        if found > wanted && text.contains('\n') {
            return false;
        }
        if found > wanted || found < wanted.min(2) {
            self.reject(&place, &format!("{found} cells where the header has {wanted}"), text);
        } else {
            (header.format.read)(self, header, &cells, place);
        }
        true
    }

    /// Gives up the first line, and cuts what follows into rows again.
    fn recover(&mut self, text: &str, header: &Header, place: Place) {
        let mut at = 0;
        for _ in 0..MAX_RECOVERIES {
            let end = text[at..].find('\n').map_or(text.len(), |n| at + n);
            let here = |from: usize, to: usize| Place {
                offset: place.offset + from as u64,
                length: (to - from) as u64,
                ..place
            };
            self.reject(&here(at, end), "a quote is missing or too many", &text[at..end]);
            let start = (end + 1).min(text.len());
            let mut pieces = Vec::new();
            CsvSplitter::default().feed(&text.as_bytes()[start..], true, &mut pieces);
            let mut again = None;
            for piece in pieces {
                let (from, to) = (start + piece.start, start + piece.end);
                if let Some(reason) = piece.broken {
                    self.reject(&here(from, to), reason, &text[from..to]);
                } else if !self.csv_row(&text[from..to], header, here(from, to)) {
                    again = Some(from);
                    break;
                }
            }
            let Some(next) = again else { return };
            at = next;
        }
        self.reject(&place, "too many broken rows in a row", &text[at..]);
    }

    /// The identity of a record: its id, else all of it.
    pub fn identity(&self, kind: &str, member: &str, tape: &Tape, root: u32) -> u128 {
        match tape.member_text(root, member) {
            Some(id) => ids::identity(kind, &id),
            None => ids::identity(kind, tape.text(root)),
        }
    }

    /// Takes in a record. What is in `rest` goes with it.
    pub fn row(&mut self, plan: &Plan, record: &Record<'_>) {
        let mut rest = std::mem::take(&mut self.rest);
        let key = (plan.layout.number, std::ptr::from_ref(plan) as usize);
        let known = self.memories.iter().position(|(known, _)| *known == key);
        let known = known.unwrap_or_else(|| {
            self.memories.push((key, Memory::default()));
            self.memories.len() - 1
        });
        let rows = rows(&mut self.out.tables, &plan.layout, &self.spare, self.small);
        plan.write(record, &mut rest, &mut self.memories[known].1, rows);
        self.out.routes.insert(record.place.route);
        rest.clear();
        self.rest = rest;
    }

    /// A record says which row of a search it is, and how many there are.
    pub fn search_row(&mut self, index: &str, count: &str) {
        if let (Ok(index), Ok(count)) = (index.trim().parse(), count.trim().parse()) {
            self.out.found.push((index, count));
        }
    }

    pub fn reject(&mut self, place: &Place, reason: &str, text: &str) {
        if self.out.rejected.len() >= REJECTS {
            self.out.more_rejected += 1;
            return;
        }
        self.out.rejected.push(Rejected {
            ordinal: place.ordinal,
            offset: place.offset,
            length: place.length,
            reason: reason.to_string(),
            excerpt: text.chars().take(EXCERPT).collect(),
        });
    }

    /// Valid JSON, but no record that any route has.
    pub fn unknown(&mut self, place: &Place, tape: &Tape, node: u32) {
        let listing = tape.kind(node) == Kind::Object && tape.member(node, "contentUri").is_some();
        let reason = if listing {
            "a list of the Management Activity API: it says where records are (contentUri), but holds none"
                .to_string()
        } else if tape.kind(node) == Kind::Object {
            let keys: Vec<&str> = tape.children(node).take(6).map(|child| tape.key(child)).collect();
            let keys: String = keys.join(", ").chars().take(120).collect();
            format!("a record of no known kind (members: {keys})")
        } else {
            "a JSON value that is no record".to_string()
        };
        self.out.unknown += 1;
        self.reject(place, &reason, tape.text(node));
    }
}

fn rows<'a>(tables: &'a mut Vec<Rows>, layout: &Arc<Layout>, spare: &Spare, small: bool) -> &'a mut Rows {
    let known = tables.iter().position(|rows| rows.table() == layout.number);
    let at = known.unwrap_or_else(|| {
        tables.push(spare.take(layout, small));
        tables.len() - 1
    });
    &mut tables[at]
}
