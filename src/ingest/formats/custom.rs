//! Any CSV, JSON or Parquet file as a table of its own (`auk ingest --table NAME`): lists of people, of
//! addresses, of anything that rows are to be joined to.
//!
//! Traps: every row is kept, also one that is there twice. Names that KQL keeps for itself (a leading `_`)
//! lose their underscore. A file that does not fit a table that is there is refused as a whole.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::{CsvFormat, MAX_WRAPPED, WRAPPERS, no_note};
use crate::ingest::cells::{self, Header};
use crate::ingest::dates::Order;
use crate::ingest::infer::Columns;
use crate::ingest::plan::{Place, Plan, Record};
use crate::ingest::stream::Chunk;
use crate::ingest::tabular::{self, Cell, Node, push_text};
use crate::ingest::tape::{Kind, Tape};
use crate::ingest::worker::Worker;
use crate::lake::ids;
use crate::lake::rows::{Layout, UNREADABLE, layout, layouts};
use crate::lake::{TableEntry, table};
use crate::types::Type;

/// The route of rows that are no export of Microsoft's.
pub const ROUTE: &str = "table";

/// Any CSV file.
pub static ANY: CsvFormat = CsvFormat {
    route: ROUTE,
    name: "a table of its own",
    made_by: "anything",
    sniff: |_| false,
    read: read_row,
    fields: &[],
    note: no_note,
};

/// A table of its own, ready to be filled.
pub struct Custom {
    pub entry: TableEntry,
    pub layout: Arc<Layout>,
    plan: Plan,
    /// Column by the name that the file has for it, with the order of its dates.
    columns: HashMap<String, (String, Type, Order)>,
}

/// May a table be called that?
pub fn check_name(name: &str) -> Result<(), String> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || !name.chars().all(word) {
        return Err(format!("{name:?} is no name for a table: a letter, then letters, digits and _"));
    }
    match table(name) {
        Some(_) => Err(format!("{name} is a table that auk knows; its exports are told by their content")),
        None => Ok(()),
    }
}

/// Looks at the records of a chunk.
pub fn look(chunk: &Chunk, columns: &mut Columns, tape: &mut Tape) {
    for piece in chunk.pieces.iter().filter(|p| p.broken.is_none()) {
        let text = String::from_utf8_lossy(chunk.bytes.get(piece.start..piece.end).unwrap_or_default());
        match &chunk.header {
            Some(header) => {
                let cells = cells::split(&text, header.delimiter);
                columns.add_row(&header.columns, cells.iter().map(|c| c.as_ref()));
            }
            None if tape.parse(&text).is_ok() => {
                each(tape, 0, 0, &mut |tape, node| columns.add_object(tape, node))
            }
            None => {}
        }
    }
}

/// The objects in a value: itself, or those of a list or a page.
fn each(tape: &Tape, node: u32, depth: usize, with: &mut impl FnMut(&Tape, u32)) {
    match tape.kind(node) {
        Kind::Array if depth < MAX_WRAPPED => {
            tape.children(node).for_each(|child| each(tape, child, depth + 1, with));
        }
        Kind::Object => {
            let lists = WRAPPERS.iter().filter_map(|key| tape.member(node, key));
            let mut lists = lists.filter(|l| tape.kind(*l) == Kind::Array && depth < MAX_WRAPPED);
            let page = tape.children(node).all(|c| {
                WRAPPERS.contains(&tape.key(c)) || tape.key(c).starts_with('@') || tape.key(c) == "Count"
            });
            match lists.next().filter(|_| page) {
                Some(list) => each(tape, list, depth + 1, with),
                None => with(tape, node),
            }
        }
        _ => {}
    }
}

impl Custom {
    /// The table for these columns; `known` is what the lake has of it.
    pub fn new(name: &str, known: Option<&TableEntry>, found: &Columns) -> Result<Custom, String> {
        let mut entry = known.cloned().unwrap_or(TableEntry { name: name.to_string(), columns: Vec::new() });
        let mut columns = HashMap::new();
        for found in &found.found {
            let column = plain_name(&found.name, &columns);
            let ty = match entry.columns.iter().find(|(name, _)| *name == column) {
                None => {
                    let ty = found.ty().unwrap_or(Type::String);
                    entry.columns.push((column.clone(), ty));
                    ty
                }
                Some((_, old)) if fits(found.ty(), *old) => *old,
                Some((_, old)) => {
                    let new = found.ty().map_or("empty", Type::name);
                    return Err(format!(
                        "the column {column} of {name} is {} in the lake, but {new} here: take another name",
                        old.name()
                    ));
                }
            };
            columns.insert(found.name.clone(), (column, ty, found.order()));
        }
        if entry.columns.is_empty() {
            return Err("there is no record with a column in it".into());
        }
        let layout = Arc::new(layout(layouts().len(), &entry.definition()));
        let original = |column: &str| {
            let of = columns.iter().find(|(_, (name, _, _))| name == column);
            Some(of.map_or_else(|| column.to_string(), |(original, _)| original.clone()))
        };
        let plan = Plan::of_layout(&layout, original);
        Ok(Custom { entry, layout, plan, columns })
    }

    fn write(&self, worker: &mut Worker, tape: &Tape, root: u32, place: &Place, part: usize) {
        let row = format!("{}/{}/{}/{part}", place.source, place.ordinal, place.offset);
        let id = ids::identity(&self.entry.name, &row);
        worker.row(&self.plan, &Record { tape, root, place, id, envelope: &[] });
    }
}

/// Can values of that type go into a column of the other?
fn fits(new: Option<Type>, old: Type) -> bool {
    match new {
        None => true,
        Some(new) => {
            new == old || matches!((new, old), (Type::Long, Type::Real) | (_, Type::String | Type::Dynamic))
        }
    }
}

/// A name that KQL does not keep for itself and that no other column has.
fn plain_name(name: &str, taken: &HashMap<String, (String, Type, Order)>) -> String {
    let plain = name.trim().trim_start_matches('_').trim_start_matches('\u{feff}');
    let plain: String = plain.chars().filter(|c| !c.is_control()).take(200).collect();
    let plain = if plain.is_empty() { "Column".to_string() } else { plain };
    let is_taken = |name: &str| taken.values().any(|(known, _, _)| known == name);
    let mut unique = plain.clone();
    let mut number = 1;
    while is_taken(&unique) {
        unique = format!("{plain}{number}");
        number += 1;
    }
    unique
}

fn read_row(worker: &mut Worker, header: &Header, cells: &[Cow<'_, str>], place: Place) {
    let Some(custom) = worker.custom.clone() else { return };
    let (mut root, mut flags) = (Node::default(), 0);
    for (name, text) in header.columns.iter().zip(cells).filter(|(_, text)| !text.is_empty()) {
        let Some((_, ty, order)) = custom.columns.get(name) else {
            push_text(&mut worker.rest, name, text);
            continue;
        };
        let cell = match ty {
            Type::Datetime => Cell::Time,
            Type::Bool => Cell::Bool,
            Type::Long | Type::Int => Cell::Number,
            Type::Real => Cell::Real,
            Type::Dynamic => Cell::Json,
            _ => Cell::Verbatim,
        };
        let text = if matches!(cell, Cell::Verbatim) { text.as_ref() } else { text.trim() };
        match tabular::value(text, cell, *order, &mut flags) {
            Some(json) => *root.at_member(name) = Node::Leaf(json),
            None if text.is_empty() => {}
            None => flags |= UNREADABLE,
        }
    }
    let place = Place { flags: place.flags | flags, ..place };
    super::with_record(worker, &root.to_json(), &place, |worker, tape| {
        custom.write(worker, tape, 0, &place, 0);
    });
}

/// The records of a JSON value.
pub fn read_value(worker: &mut Worker, custom: &Custom, tape: &Tape, place: Place) {
    let place = Place { route: ROUTE, ..place };
    let mut part = 0;
    each(tape, 0, 0, &mut |tape, node| {
        custom.write(worker, tape, node, &place, part);
        part += 1;
    });
    if part == 0 {
        worker.unknown(&place, tape, 0);
    }
}
