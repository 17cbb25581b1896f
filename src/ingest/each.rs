//! Shredded paths through arrays: a member of each element, all in one text of the row (`lake/shreds.rs` says how).
//!
//! Trap: exact is only what `mv-expand` would find in the JSON, too. A bag expands to its members, and a string that
//! holds JSON has members of its own: where either stands in the way of a path, its shred is not exact.

use super::tape::{Kind, Tape};
use crate::lake::rows::{Cells, Rows};
use crate::lake::shreds::{EMPTY, END_OF_ELEMENT, END_OF_LIST};

/// What no element may hold.
const MARKS: std::ops::RangeInclusive<char> = '\u{1d}'..=END_OF_ELEMENT;

/// What is stored of each element of an array.
#[derive(Default)]
pub struct Each {
    members: Vec<(&'static str, Below)>,
    /// Columns and numbers of all shreds here and below.
    shreds: Vec<(usize, usize)>,
}

enum Below {
    /// A string.
    Text { column: usize, shred: usize },
    /// An array of elements again.
    List(Each),
}

/// Members that a path may go through, at most.
const MEMBERS: usize = 8;

impl Each {
    /// The path `[*].name`, or `[*].name[*].inner`, of which `steps` are those after the first star.
    pub fn add(&mut self, steps: &[&'static str], column: usize, shred: usize) {
        let Some((name, below)) = steps.split_first() else { return };
        self.shreds.push((column, shred));
        match below {
            [] => self.members.push((name, Below::Text { column, shred })),
            [_, below @ ..] => {
                let at = self.members.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
                    self.members.push((name, Below::List(Each::default())));
                    self.members.len() - 1
                });
                if let Below::List(each) = &mut self.members[at].1 {
                    each.add(below, column, shred);
                }
            }
        }
    }

    /// Fills the cells of a row from the value that is to be an array.
    pub fn fill(&self, tape: &Tape, node: u32, row: usize, rows: &mut Rows) {
        match tape.kind(node) {
            Kind::Array => {
                let open = |(column, _): &(usize, usize)| match &mut rows.cells[*column] {
                    Cells::Text(cells) => cells.cell(row).is_some(),
                    // Nobody asks for this one, but maybe for others.
                    Cells::Unwanted => true,
                    _ => false,
                };
                if self.shreds.iter().all(open) {
                    self.elements(tape, node, rows);
                    self.on_cells(rows, |cells| cells.close());
                }
            }
            Kind::Object => self.give_up(rows),
            // A scalar is one row of `mv-expand`, as nothing is.
            _ => {}
        }
    }

    fn on_cells(&self, rows: &mut Rows, on: impl Fn(&mut crate::lake::rows::TextColumn)) {
        for (column, _) in &self.shreds {
            if let Cells::Text(cells) = &mut rows.cells[*column] {
                on(cells);
            }
        }
    }

    fn elements(&self, tape: &Tape, array: u32, rows: &mut Rows) {
        let mut any = false;
        for element in tape.children(array) {
            any = true;
            self.element(tape, element, rows);
        }
        if !any {
            self.on_cells(rows, |cells| cells.push_str(EMPTY));
        }
    }

    fn element(&self, tape: &Tape, element: u32, rows: &mut Rows) {
        let mut found = [None; MEMBERS];
        match tape.kind(element) {
            Kind::Object => {
                for child in tape.children(element) {
                    let at = self.members.iter().position(|(name, _)| tape.is_key(child, name));
                    // Of two members with one name the first counts.
                    if let Some(slot) = at.and_then(|at| found.get_mut(at)) {
                        slot.get_or_insert(child);
                    }
                }
            }
            Kind::String if holds_json(tape, element) => self.give_up(rows),
            _ => {}
        }
        for ((_, below), node) in self.members.iter().zip(found) {
            let node = node.filter(|node| tape.kind(*node) != Kind::Null);
            match below {
                Below::Text { column, shred } => text(tape, node, *column, *shred, rows),
                Below::List(each) if each.is_wanted(rows) => {
                    match node {
                        Some(node) if tape.kind(node) == Kind::Array => each.elements(tape, node, rows),
                        Some(_) => each.give_up(rows),
                        None => {}
                    }
                    each.on_cells(rows, |cells| cells.push(END_OF_LIST));
                }
                Below::List(_) => {}
            }
        }
    }

    /// Does anybody ask for one of the shreds?
    pub fn is_wanted(&self, rows: &Rows) -> bool {
        self.shreds.iter().any(|(column, _)| rows.cells[*column].is_wanted())
    }

    /// The shreds below are not exact.
    pub fn give_up(&self, rows: &mut Rows) {
        self.shreds.iter().for_each(|(_, shred)| rows.exact[*shred] = false);
    }
}

/// May the string be JSON itself?
fn holds_json(tape: &Tape, node: u32) -> bool {
    tape.string(node).trim_start().starts_with(['{', '['])
}

/// Appends the string of an element to an open cell.
fn text(tape: &Tape, node: Option<u32>, column: usize, shred: usize, rows: &mut Rows) {
    let Cells::Text(cells) = &mut rows.cells[column] else { return };
    let mut exact = true;
    if let Some(node) = node {
        exact = tape.kind(node) == Kind::String;
        let text = tape.string(node);
        // Only an escape can stand for a control character.
        exact &= !tape.node(node).escaped || !text.contains(|c| MARKS.contains(&c));
        if exact {
            cells.push_str(&text);
        }
    }
    cells.push(END_OF_ELEMENT);
    rows.exact[shred] &= exact;
}
