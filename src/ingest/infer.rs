//! What the columns of a table are that auk has never seen: all rows are looked at, and a column has the
//! narrowest type that every cell of it has.
//!
//! Traps: a number with a leading zero or a plus (personnel numbers, telephones) is text. A date in the
//! collector's own form is a date only where its order is told (`dates.rs`); else it is left as text.

use super::dates::{Evidence, Order};
use super::tape::{Kind, Tape};
use crate::time::parse_iso;
use crate::types::Type;

const BOOL: u8 = 1;
const LONG: u8 = 2;
const REAL: u8 = 4;
const TIME: u8 = 8;
const CULTURE: u8 = 16;
const TEXT: u8 = 32;
/// JSON in a cell, and a JSON value that is no scalar.
const CELL: u8 = 64;
const VALUE: u8 = 128;

/// Columns of one table, at most.
const MAX_COLUMNS: usize = 2000;

/// A column as it was found.
#[derive(Default)]
pub struct Found {
    pub name: String,
    seen: u8,
    evidence: Evidence,
}

impl Found {
    /// The type of what was seen; `None` when every cell is empty.
    pub fn ty(&self) -> Option<Type> {
        Some(match self.seen {
            0 => return None,
            BOOL => Type::Bool,
            LONG => Type::Long,
            REAL => Type::Real,
            seen if seen == LONG | REAL => Type::Real,
            TIME => Type::Datetime,
            seen if seen & !(TIME | CULTURE) == 0 && self.order() != Order::Unknown => Type::Datetime,
            CELL => Type::Dynamic,
            seen if seen & VALUE != 0 => Type::Dynamic,
            _ => Type::String,
        })
    }

    pub fn order(&self) -> Order {
        self.evidence.decide()
    }

    fn add_text(&mut self, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") {
            self.seen |= BOOL;
        } else if is_number(text) {
            self.seen |= if text.parse::<i64>().is_ok() { LONG } else { REAL };
        } else if text.len() >= 10 && parse_iso(text).is_some() {
            self.seen |= TIME;
        } else if text.starts_with(['{', '[']) && Tape::default().parse(text).is_ok() {
            self.seen |= CELL;
        } else if text.as_bytes()[0].is_ascii_digit() && self.evidence.add(text) {
            self.seen |= CULTURE;
        } else {
            self.seen |= TEXT;
        }
    }

    fn add_value(&mut self, tape: &Tape, node: u32) {
        self.seen |= match tape.kind(node) {
            Kind::Null => 0,
            Kind::Bool => BOOL,
            Kind::Number if tape.text(node).parse::<i64>().is_ok() => LONG,
            Kind::Number => REAL,
            Kind::Array | Kind::Object => VALUE,
            Kind::String => {
                let text = tape.string(node);
                let time = text.len() >= 19 && parse_iso(&text).is_some();
                if text.is_empty() {
                    0
                } else if time {
                    TIME
                } else {
                    TEXT
                }
            }
        };
    }
}

/// Digits with a point or an exponent, and no zero that a number would not have.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.starts_with('0') || digits == "0" || digits.starts_with("0.");
    let known = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'-' | b'+');
    plain
        && digits.as_bytes().first().is_some_and(u8::is_ascii_digit)
        && digits.bytes().all(known)
        && text.parse::<f64>().is_ok_and(f64::is_finite)
}

/// All columns, in the order in which they were met.
#[derive(Default)]
pub struct Columns {
    pub found: Vec<Found>,
    pub records: u64,
}

impl Columns {
    fn column(&mut self, hint: usize, name: &str) -> Option<&mut Found> {
        let here = self.found.get(hint).is_some_and(|f| f.name == name);
        let at = if here { Some(hint) } else { self.found.iter().position(|f| f.name == name) };
        match at {
            Some(at) => self.found.get_mut(at),
            None if self.found.len() < MAX_COLUMNS => {
                self.found.push(Found { name: name.to_string(), ..Found::default() });
                self.found.last_mut()
            }
            None => None,
        }
    }

    pub fn add_row<'a>(&mut self, columns: &[String], cells: impl Iterator<Item = &'a str>) {
        self.records += 1;
        for ((at, name), text) in columns.iter().enumerate().zip(cells) {
            if let Some(found) = self.column(at, name) {
                found.add_text(text);
            }
        }
    }

    pub fn add_object(&mut self, tape: &Tape, root: u32) {
        self.records += 1;
        for (at, child) in tape.children(root).enumerate() {
            if let Some(found) = self.column(at, tape.key(child)) {
                found.add_value(tape, child);
            }
        }
    }
}
