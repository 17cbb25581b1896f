//! Looking ahead in a CSV file before its first row is read, to tell how its dates are written.
//!
//! Trap: a file whose dates are in ISO form, as nearly all are, is told by its first row. Only one with
//! dates in the collector's own form that its first window leaves open is read twice.

use super::cells::{self, Header};
use super::dates::{Evidence, Order};
use super::input::Input;
use super::powershell;
use super::split::{CsvSplitter, Piece};
use super::stream::{Buffers, Opened, Stream};
use super::tabular::Cell;

/// Rows with a record inside that are compared, at most.
const PAIRS: usize = 1000;

/// The order of day and month in a file with that header, of which `text` is the first window.
pub fn order(header: &Header, text: &[u8], whole: bool, input: &Input) -> Order {
    let mut look = Look::new(header);
    if look.is_blind() {
        return Order::Unknown;
    }
    let mut pieces = Vec::new();
    CsvSplitter::default().feed(text, whole, &mut pieces);
    if !look.rows(text, &pieces) || whole || look.evidence.is_certain() {
        return look.evidence.decide();
    }
    let mut window = Vec::new();
    let Ok(Opened::Stream(mut stream)) = Stream::open_again(input.clone(), &mut window) else {
        return look.evidence.decide();
    };
    let (mut again, buffers) = (Look::new(header), Buffers::default());
    while let Ok(Some(chunk)) = stream.next(&buffers) {
        if !again.rows(&chunk.bytes, &chunk.pieces) {
            break;
        }
        buffers.give(chunk.bytes);
    }
    again.evidence.decide()
}

struct Look<'a> {
    header: &'a Header,
    dates: Vec<usize>,
    /// The outer time and the record inside.
    pair: Option<(usize, usize)>,
    evidence: Evidence,
    pairs: usize,
}

impl<'a> Look<'a> {
    fn new(header: &'a Header) -> Look<'a> {
        let times = header.mapped.iter().filter(|m| matches!(m.cell, Cell::Time));
        let mut dates: Vec<usize> = times.flat_map(|m| m.columns.iter().copied()).collect();
        if matches!(header.format.route, "B3" | "G") {
            dates.extend((0..header.columns.len()).filter(|at| powershell::is_date(&header.columns[*at])));
        }
        let outer = header.find("CreationDate").or_else(|| header.find("createdDateTime"));
        let pair = outer.zip(header.find("AuditData"));
        Look { header, dates, pair, evidence: Evidence::default(), pairs: 0 }
    }

    /// There is nothing to look at.
    fn is_blind(&self) -> bool {
        self.dates.is_empty() && self.pair.is_none()
    }

    /// Looks at rows; `false` when all is known.
    fn rows(&mut self, text: &[u8], pieces: &[Piece]) -> bool {
        let rows = pieces.iter().filter(|p| p.broken.is_none());
        for row in rows.filter_map(|p| std::str::from_utf8(text.get(p.start..p.end)?).ok()) {
            let cells = cells::split(row, self.header.delimiter);
            let cell = |at: usize| cells.get(at).map_or("", |c| c.as_ref());
            if let Some((outer, inner)) = self.pair {
                self.pairs += 1;
                if let Some(time) = creation_time(cell(inner)) {
                    self.evidence.add_pair(cell(outer), time);
                }
                if self.pairs >= PAIRS || self.evidence.is_certain() {
                    return false;
                }
                continue;
            }
            for at in &self.dates {
                if !self.evidence.add(cell(*at)) {
                    return false;
                }
            }
        }
        true
    }
}

/// The time that a record says of itself, without reading it.
fn creation_time(record: &str) -> Option<&str> {
    let at = record.find("\"CreationTime\"")? + "\"CreationTime\"".len();
    let text = record[at..].trim_start_matches([' ', ':']).strip_prefix('"')?;
    Some(&text[..text.find('"')?])
}
