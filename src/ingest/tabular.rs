//! Rows of tables as the records that they were made from: a const dictionary says which member each
//! column is, and the rest of ingest reads the record as it reads any other.
//!
//! Syntax of a dictionary: a path (`deviceDetail.browser`, `targetResources[#].type`), what the cell
//! holds, and the names of the column in the languages of the portals, in lower case and with letters and
//! digits only. `#` is a number in the column's name, counted from 1. A path that begins with `#` is for
//! the route's own code.
//!
//! Traps: a name may occur twice, and then the first cell that is not empty counts. An empty cell is a
//! member that is not there. Columns that the dictionary does not know are kept in `_auk_rest`.

use std::borrow::Cow;

use super::cells::Header;
use super::dates::{self, Order};
use super::tape::Tape;
use crate::json;
use crate::lake::rows::{AMBIGUOUS, UNREADABLE};
use crate::time;

/// What a cell holds.
#[derive(Clone, Copy)]
pub enum Cell {
    Text,
    /// Text, whatever it begins with.
    Verbatim,
    Bool,
    Number,
    Real,
    Time,
    /// JSON, or else text.
    Json,
    /// A word of a portal, as the word of the API: pairs of the two, the first in lower case.
    Word(&'static [(&'static str, &'static str)]),
    /// JSON made of the cell.
    Made(fn(&str) -> Option<String>),
}

/// A row of a dictionary.
pub struct Field {
    pub path: &'static str,
    pub cell: Cell,
    pub names: &'static [&'static str],
}

/// A member and the columns that it may be in.
pub struct Mapped {
    pub path: String,
    pub cell: Cell,
    pub columns: Vec<usize>,
}

/// A column's name in lower case, letters and digits only.
pub fn normal(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The name with `#` for every number, and the numbers.
fn pattern(normal: &str) -> (String, Vec<usize>) {
    let (mut out, mut numbers, mut rest) = (String::new(), Vec::new(), normal);
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let end = rest[at..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |n| at + n);
        out.push_str(&rest[..at]);
        out.push('#');
        numbers.push(rest[at..end].parse().unwrap_or(0));
        rest = &rest[end..];
    }
    out.push_str(rest);
    (out, numbers)
}

/// The member of a column.
fn path_of(name: &str, fields: &'static [Field]) -> Option<(String, Cell)> {
    let name = normal(name);
    if let Some(field) = fields.iter().find(|f| f.names.contains(&name.as_str())) {
        return Some((field.path.to_string(), field.cell));
    }
    let (name, numbers) = pattern(&name);
    let field = fields.iter().find(|f| f.names.contains(&name.as_str()))?;
    let small = numbers.iter().all(|n| (1..=99).contains(n));
    (small && numbers.len() == field.path.matches('#').count()).then(|| {
        let path = numbers
            .iter()
            .fold(field.path.to_string(), |path, n| path.replacen('#', &(n - 1).to_string(), 1));
        (path, field.cell)
    })
}

/// Which columns are known, by member.
pub fn map(columns: &[String], fields: &'static [Field]) -> Vec<Mapped> {
    let mut mapped: Vec<Mapped> = Vec::new();
    for (at, name) in columns.iter().enumerate() {
        let Some((path, cell)) = path_of(name, fields) else { continue };
        match mapped.iter_mut().find(|m| m.path == path) {
            Some(known) => known.columns.push(at),
            None => mapped.push(Mapped { path, cell, columns: vec![at] }),
        }
    }
    mapped
}

/// A record that is being put together.
#[derive(Clone, Debug)]
pub enum Node {
    /// JSON text.
    Leaf(String),
    Object(Vec<(String, Node)>),
    Array(Vec<Node>),
}

impl Default for Node {
    fn default() -> Node {
        Node::Object(Vec::new())
    }
}

impl Node {
    pub fn text(text: &str) -> Node {
        let mut out = String::new();
        json::write_string(text, &mut out);
        Node::Leaf(out)
    }

    /// The value at a path; what is not there is made.
    pub fn at(&mut self, path: &str) -> &mut Node {
        path.split(['.', '[']).fold(self, |node, step| match step.strip_suffix(']') {
            Some(index) => node.element(index.parse().unwrap_or(0)),
            None => node.at_member(step),
        })
    }

    /// The member of that very name.
    pub fn at_member(&mut self, name: &str) -> &mut Node {
        if !matches!(self, Node::Object(_)) {
            *self = Node::default();
        }
        let Node::Object(members) = self else { return self };
        let at = members.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            members.push((name.to_string(), Node::default()));
            members.len() - 1
        });
        &mut members[at].1
    }

    fn element(&mut self, index: usize) -> &mut Node {
        if !matches!(self, Node::Array(_)) {
            *self = Node::Array(Vec::new());
        }
        let Node::Array(elements) = self else { return self };
        while elements.len() <= index {
            elements.push(Node::default());
        }
        &mut elements[index]
    }

    /// A member that is there.
    pub fn find(&self, name: &str) -> Option<&Node> {
        let Node::Object(members) = self else { return None };
        members.iter().find(|(known, _)| known == name).map(|(_, node)| node)
    }

    /// Takes a member out.
    pub fn take(&mut self, name: &str) -> Option<Node> {
        let Node::Object(members) = self else { return None };
        let at = members.iter().position(|(known, _)| known == name)?;
        Some(members.remove(at).1)
    }

    /// Takes a member out that is a string.
    pub fn take_text(&mut self, name: &str) -> Option<String> {
        self.take(name)?.plain()
    }

    /// The text of a scalar.
    pub fn plain(&self) -> Option<String> {
        match self {
            Node::Leaf(json) => json::parse(json).map(|value| value.to_text()),
            _ => None,
        }
    }

    pub fn is_empty(&self) -> bool {
        match self {
            Node::Leaf(_) => false,
            Node::Object(members) => members.iter().all(|(_, node)| node.is_empty()),
            Node::Array(elements) => elements.iter().all(Node::is_empty),
        }
    }

    /// As JSON, without what is empty; elements of an array stay where they are.
    pub fn write(&self, out: &mut String) {
        match self {
            Node::Leaf(json) => out.push_str(json),
            Node::Object(members) => {
                out.push('{');
                let full = members.iter().filter(|(_, node)| !node.is_empty());
                for (at, (name, node)) in full.enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    json::write_string(name, out);
                    out.push(':');
                    node.write(out);
                }
                out.push('}');
            }
            Node::Array(elements) => {
                out.push('[');
                let last = elements.iter().rposition(|node| !node.is_empty()).map_or(0, |at| at + 1);
                for (at, node) in elements[..last].iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    node.write(out);
                }
                out.push(']');
            }
        }
    }

    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }
}

/// The record of a row, and what of it could not be read. What the dictionary does not know goes into
/// `rest`.
pub fn record(header: &Header, cells: &[Cow<'_, str>], rest: &mut String) -> (Node, u16) {
    let (mut root, mut flags) = (Node::default(), 0);
    let mut known = vec![false; header.columns.len()];
    for mapped in &header.mapped {
        mapped.columns.iter().for_each(|at| known[*at] = true);
        let filled = mapped.columns.iter().filter_map(|at| cells.get(*at)).map(|c| c.trim());
        let Some(text) = filled.filter(|text| !text.is_empty()).find(|text| *text != "null") else {
            continue;
        };
        match value(text, mapped.cell, header.dates, &mut flags) {
            Some(json) => *root.at(&mapped.path) = Node::Leaf(json),
            None => flags |= UNREADABLE,
        }
    }
    for ((name, text), _) in
        header.columns.iter().zip(cells).zip(known).filter(|((_, text), known)| !known && !text.is_empty())
    {
        push_text(rest, name, text);
    }
    (root, flags)
}

/// Appends `"name":"text"` to the members in `rest`.
pub fn push_text(rest: &mut String, name: &str, text: &str) {
    if !rest.is_empty() {
        rest.push(',');
    }
    json::write_string(name, rest);
    rest.push(':');
    json::write_string(text, rest);
}

const TRUE: &[&str] = &["true", "yes", "1", "ja", "oui", "sí", "si", "sim", "verdadero", "vrai", "wahr"];
const FALSE: &[&str] = &["false", "no", "0", "nein", "non", "nee", "não", "falso", "faux", "falsch"];

/// A cell as JSON.
pub fn value(text: &str, cell: Cell, order: Order, flags: &mut u16) -> Option<String> {
    let quoted = |text: &str| {
        let mut out = String::new();
        json::write_string(text, &mut out);
        Some(out)
    };
    match cell {
        Cell::Text => quoted(unguarded(text)),
        Cell::Word(words) => {
            let lower = text.to_lowercase();
            quoted(words.iter().find(|(word, _)| *word == lower).map_or(text, |(_, word)| word))
        }
        Cell::Bool => {
            let lower = text.to_lowercase();
            let truth = TRUE.contains(&lower.as_str());
            (truth || FALSE.contains(&lower.as_str())).then(|| truth.to_string())
        }
        Cell::Verbatim => quoted(text),
        Cell::Real => text.parse::<f64>().ok().filter(|x| x.is_finite()).map(|_| text.to_string()),
        Cell::Number => text.parse::<i64>().ok().map(|n| n.to_string()),
        Cell::Time => {
            let (ticks, ambiguous) = dates::read(text, order)?;
            *flags |= if ambiguous { AMBIGUOUS } else { 0 };
            quoted(&time::datetime_text(ticks))
        }
        Cell::Json => {
            let mut tape = Tape::default();
            let whole = text.starts_with(['{', '[']) && tape.parse(text).is_ok();
            if whole { Some(tape.text(0).to_string()) } else { quoted(text) }
        }
        Cell::Made(make) => make(text),
    }
}

/// Without the apostrophe that keeps spreadsheets from taking a cell for a formula.
fn unguarded(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| rest.starts_with(['-', '+', '=', '@'])).unwrap_or(text)
}
