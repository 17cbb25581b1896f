//! Rows of a Log Analytics workspace, of any table that auk knows: the portal's CSV (route E1), answers of
//! the query API (E2), data export and `az` (E3).
//!
//! The table is told by `Type`, else by the columns: at least eight, of which six in ten are the table's.
//!
//! Traps: the portal writes the zone into the headers and dates as Americans do; dynamic values may be
//! strings that hold JSON. OfficeActivity is a view here: its rows become the records of the unified audit
//! log that they were made of, so that no event is there twice. `TimeGenerated` is as delivered.

use std::borrow::Cow;
use std::sync::OnceLock;

use xxhash_rust::xxh3::xxh3_128;

use super::unified_audit;
use crate::ingest::cells::Header;
use crate::ingest::dates::Order;
use crate::ingest::plan::{self, Place, Plan, Record};
use crate::ingest::tabular::{self, Cell, Node, push_text};
use crate::ingest::tape::{Kind, Tape};
use crate::ingest::worker::Worker;
use crate::lake::ids;
use crate::lake::rows::{Layout, UNREADABLE, layouts};
use crate::lake::tables::{number, tables};
use crate::lake::{From, OFFICE_ACTIVITY};
use crate::types::Type;

/// Columns that a table is told by, at least, and the part of them that must be the table's (of ten).
const COLUMNS: usize = 8;
const SHARE: usize = 6;

/// A column's name without the zone that the portal adds.
fn plain(name: &str) -> &str {
    name.strip_suffix(']').and_then(|n| n.rsplit_once(" [")).map_or(name, |(name, _)| name)
}

pub fn sniff_columns(columns: &[String]) -> bool {
    let names: Vec<&str> = columns.iter().map(|c| plain(c)).collect();
    let zoned = columns.iter().any(|c| plain(c) != c);
    names.contains(&"TimeGenerated") && (zoned || names.contains(&"Type") || table_of(&names).is_some())
}

/// The table that these are columns of.
pub fn table_of(names: &[&str]) -> Option<usize> {
    let shared = |at: usize| names.iter().filter(|n| tables()[at].schema.index(n).is_some()).count();
    let best = (0..tables().len()).rev().max_by_key(|at| shared(*at))?;
    (names.len() >= COLUMNS && shared(best) * 10 >= names.len() * SHARE).then_some(best)
}

/// What is to be said of a file: a zone that is not UTC.
pub fn note(header: &Header) -> Option<&'static str> {
    let other = |c: &String| plain(c) != c && !c.ends_with(" [UTC]");
    header.columns.iter().any(other).then_some("its times are not UTC by its header; they are read as UTC")
}

/// The columns without their zones.
pub fn names(header: &Header) -> Vec<&str> {
    header.columns.iter().map(|c| plain(c)).collect()
}

pub fn read_row(worker: &mut Worker, header: &Header, cells: &[Cow<'_, str>], place: Place) {
    let names = names(header);
    let pairs: Vec<(&str, &str)> = names.into_iter().zip(cells.iter().map(|c| c.as_ref())).collect();
    let told = pairs.iter().find(|(name, text)| *name == "Type" && !text.is_empty());
    let table = match told {
        Some((_, name)) => number(name),
        None => header.table,
    };
    let Some(table) = table else { return unknown(worker, &place, told.map(|(_, name)| *name)) };
    let mut row = Row::new(table);
    pairs.iter().for_each(|(name, text)| row.add_text(name, text, &mut worker.rest));
    row.write(worker, place);
}

fn unknown(worker: &mut Worker, place: &Place, table: Option<&str>) {
    let reason = match table {
        Some(name) => {
            format!("a row of the table {name:?}, which auk does not know (auk ingest --table reads it)")
        }
        None => "a row of a workspace whose columns are those of no table that auk knows".into(),
    };
    worker.rest.clear();
    worker.reject(place, &reason, "");
}

/// A row that is put together.
struct Row {
    layout: &'static Layout,
    node: Node,
    flags: u16,
}

impl Row {
    fn new(table: usize) -> Row {
        Row { layout: &layouts()[table], node: Node::default(), flags: 0 }
    }

    /// The column of that name; that of a union of tables has its type in its name.
    fn column(&self, name: &str) -> Option<(&'static str, Type)> {
        let find = |name: &str| self.layout.fields.iter().find(|f| f.shred.is_none() && f.name == name);
        let base = || name.strip_suffix("_dynamic").or_else(|| name.strip_suffix("_string")).and_then(find);
        find(name).or_else(base).map(|f| (f.name.as_str(), f.ty))
    }

    fn add_text(&mut self, name: &str, text: &str, rest: &mut String) {
        if text.is_empty() {
            return;
        }
        let Some((column, ty)) = self.column(name) else { return push_text(rest, name, text) };
        let cell = match ty {
            Type::Datetime => Cell::Time,
            Type::Bool => Cell::Bool,
            Type::Dynamic => Cell::Json,
            Type::Int | Type::Long => Cell::Number,
            _ => Cell::Text,
        };
        match tabular::value(text, cell, Order::MonthFirst, &mut self.flags) {
            Some(json) => self.set(column, Node::Leaf(json)),
            None => self.flags |= UNREADABLE,
        }
    }

    /// A value out of JSON: text is read as a cell is.
    fn add_node(&mut self, name: &str, tape: &Tape, node: u32, rest: &mut String) {
        match (tape.kind(node), self.column(name)) {
            (Kind::Null, _) => {}
            (Kind::String, _) => self.add_text(name, &tape.string(node), rest),
            (_, Some((column, _))) => self.set(column, Node::Leaf(tape.text(node).to_string())),
            (_, None) => plan::push_member(rest, name, tape.text(node)),
        }
    }

    fn set(&mut self, column: &str, value: Node) {
        let node = self.node.at_member(column);
        if node.is_empty() {
            *node = value;
        }
    }

    fn write(mut self, worker: &mut Worker, place: Place) {
        let place = Place { flags: place.flags | self.flags, ..place };
        if self.layout.table == "OfficeActivity" {
            let record = audit_record(&mut self.node).to_json();
            return super::with_record(worker, &record, &place, |worker, tape| {
                unified_audit::read(worker, tape, 0, place);
            });
        }
        let plan = &plans()[self.layout.number];
        super::with_record(worker, &self.node.to_json(), &place, |worker, tape| {
            let id = identity(worker, &self.layout.table, tape);
            worker.row(plan, &Record { tape, root: 0, place: &place, id, envelope: &[] });
        });
    }
}

/// A plan per table, whose members are its columns.
pub fn plans() -> &'static [Plan] {
    static PLANS: OnceLock<Vec<Plan>> = OnceLock::new();
    PLANS.get_or_init(|| layouts().iter().map(|layout| Plan::of_layout(layout, plan::same_name)).collect())
}

/// Events have ids, which other routes know too; all other rows are told by what they hold.
fn identity(worker: &Worker, table: &str, tape: &Tape) -> u128 {
    match ids::kind_of(table) {
        Some(kind) => worker.identity(kind, "Id", tape, 0),
        None => {
            let members = tape.children(0).filter(|m| !tape.key(*m).starts_with('_'));
            let hash = |m: u32| xxh3_128(format!("{}\0{}", tape.key(m), tape.string(m)).as_bytes());
            let sum = members.fold(0_u128, |sum, m| sum.wrapping_add(hash(m)));
            ids::identity(table, &format!("{sum:032x}"))
        }
    }
}

/// The record of the unified audit log that a row of OfficeActivity was made of.
fn audit_record(row: &mut Node) -> Node {
    let mut record = Node::default();
    let mut set = |member: &str, value: Node| {
        let node = record.at_member(member);
        if node.is_empty() {
            *node = value;
        }
    };
    for column in OFFICE_ACTIVITY {
        let Some(value) = row.take(column.name) else { continue };
        match column.from {
            From::Column("TimeGenerated") => set("CreationTime", value),
            From::Column("RecordTypeName") => set("RecordType", super::record_types::code(value)),
            From::Column(member) | From::Path(member) | From::Either(member, _) | From::Time(member, _) => {
                set(member, value);
            }
            From::Json(member) => set(member, inner(value)),
            From::Enum(member, names) => set(member, numbered(value, names)),
            From::Const(_) | From::UserDomain => {}
        }
    }
    record
}

/// A string that holds JSON is that JSON.
fn inner(value: Node) -> Node {
    let Some(text) = value.plain() else { return value };
    let mut tape = Tape::default();
    let whole = text.trim_start().starts_with(['{', '[']) && tape.parse(&text).is_ok();
    if whole { Node::Leaf(tape.text(0).to_string()) } else { value }
}

/// A name as its number, if it has one.
fn numbered(value: Node, names: &[(i64, &str)]) -> Node {
    let number = value.plain().and_then(|text| names.iter().find(|(_, name)| *name == text));
    number.map_or(value, |(number, _)| Node::Leaf(number.to_string()))
}

/// A row as an object (E3): `Type`, `TableName` or its columns tell the table.
pub fn sniff_object(tape: &Tape, root: u32) -> bool {
    tape.member(root, "TimeGenerated").is_some() && table(tape, root).is_some_and(|told| told.is_ok())
}

/// The table of a row; `Err` is a name that auk does not know.
fn table(tape: &Tape, root: u32) -> Option<Result<usize, String>> {
    if let Some(name) = tape.member_text(root, "Type") {
        return Some(number(&name).ok_or_else(|| name.into_owned()));
    }
    let names: Vec<&str> = tape.children(root).map(|child| tape.key(child)).collect();
    table_of(&names).map(Ok)
}

pub fn read_object(worker: &mut Worker, tape: &Tape, root: u32, place: Place) {
    let Some(Ok(table)) = table(tape, root) else { return worker.unknown(&place, tape, root) };
    let mut row = Row::new(table);
    for child in tape.children(root).filter(|child| tape.key(*child) != "TableName") {
        row.add_node(tape.key(child), tape, child, &mut worker.rest);
    }
    row.write(worker, place);
}

/// The two shapes of an answer: names of the list, of a table's columns and rows, of a column's name.
const ANSWERS: &[(&str, &str, &str, &str)] =
    &[("tables", "columns", "rows", "name"), ("Tables", "Columns", "Rows", "ColumnName")];

/// An answer of the query API (E2).
pub fn sniff_answer(tape: &Tape, root: u32) -> bool {
    answer(tape, root).is_some()
}

/// The first table of an answer: its columns, its list of rows.
fn answer(tape: &Tape, root: u32) -> Option<(Vec<Cow<'_, str>>, u32)> {
    ANSWERS.iter().find_map(|(list, columns, rows, name)| {
        let first = tape.children(tape.member(root, list)?).next()?;
        let columns = tape.children(tape.member(first, columns)?);
        let names: Option<Vec<Cow<'_, str>>> = columns.map(|c| tape.member_text(c, name)).collect();
        Some((names?, tape.member(first, rows)?))
    })
}

pub fn read_answer(worker: &mut Worker, tape: &Tape, root: u32, place: Place) {
    let Some((names, rows)) = answer(tape, root) else { return worker.unknown(&place, tape, root) };
    let all: Vec<&str> = names.iter().map(|n| n.as_ref()).collect();
    let told = all.iter().position(|name| *name == "Type");
    let by_columns = table_of(&all);
    for (at, line) in tape.children(rows).enumerate() {
        let place = Place { ordinal: place.ordinal + at as u64, ..place };
        let name = told.and_then(|at| tape.children(line).nth(at)).map(|node| tape.string(node));
        let name = name.filter(|name| !name.is_empty());
        let table = name.as_ref().map_or(by_columns, |name| number(name));
        let Some(table) = table else {
            unknown(worker, &place, name.as_deref());
            continue;
        };
        let mut row = Row::new(table);
        for (name, node) in all.iter().zip(tape.children(line)) {
            row.add_node(name, tape, node, &mut worker.rest);
        }
        row.write(worker, place);
    }
}
