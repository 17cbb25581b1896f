//! From a mapping table (column ← member) to a row: the table is compiled once, then every record is
//! walked once.
//!
//! How a member becomes a cell follows from the column's type: text as it is and arrays and objects
//! as compact JSON in a string column, the normal form in a dynamic one, times and numbers read.
//! Members without a column go to `_auk_rest`.
//!
//! Trap: records of one exporter have their members in one order, so each position remembers what
//! it saw last and the name is looked up only when it differs.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::each::Each;
use super::moments;
use super::tape::{Kind, Tape};
use crate::lake::rows::{Cells, Field, LOSSY, Layout, Meta, Rows, UNREADABLE, layouts};
use crate::lake::shreds::SHREDS;
use crate::types::Type;
use crate::value::real_text;

/// Where a column's value comes from.
#[derive(Clone, Copy)]
pub enum From {
    /// A member of the record, or a member of a member: `status.errorCode`.
    Member(&'static str),
    /// The record itself.
    Whole,
    Const(&'static str),
    /// Worked out from the record.
    Made(fn(&Tape, u32) -> Option<Cow<'_, str>>),
}

/// A row of a mapping table.
pub type Map = (&'static str, From);

/// A mapping table made ready for one table.
pub struct Plan {
    pub layout: Arc<Layout>,
    slots: HashMap<String, usize>,
    /// Number and type of a column, and where its value comes from.
    columns: Vec<(usize, Type, Source)>,
    /// Per slot, the shreds below that member.
    shreds: Vec<(usize, Branch)>,
    /// The record has a column of its own, so no member is left over.
    pub whole: bool,
}

enum Source {
    Slot(usize, Vec<&'static str>),
    Whole,
    Const(String),
    Made(fn(&Tape, u32) -> Option<Cow<'_, str>>),
}

/// Shredded paths as a tree.
#[derive(Default)]
struct Branch {
    /// Column, type, number of the shred.
    leaf: Option<(usize, Type, usize)>,
    members: Vec<(&'static str, Branch)>,
    elements: Vec<(usize, Branch)>,
    each: Each,
}

/// What a worker remembers between records: the members by position, and scratch space.
#[derive(Default)]
pub struct Memory {
    order: Vec<Seen>,
    nodes: Vec<Option<u32>>,
    /// Per member with shreds: does anybody ask for one of them? That is the same for all rows.
    wanted: Vec<bool>,
}

/// A member of a name at a position: its slot, and the hash of its name.
struct Seen {
    name: String,
    slot: Option<usize>,
    hash: u64,
}

/// What is known of a record beside its payload.
#[derive(Clone, Copy)]
pub struct Place {
    pub source: u32,
    pub ordinal: u64,
    pub offset: u64,
    pub length: u64,
    pub flags: u16,
    pub route: &'static str,
}

/// A record that has been told and is about to become a row.
pub struct Record<'a> {
    pub tape: &'a Tape,
    pub root: u32,
    pub place: &'a Place,
    pub id: u128,
    /// Columns that the envelope fills, whatever the payload says: column and text.
    pub envelope: &'a [(&'static str, &'a str)],
}

impl Plan {
    /// Columns that the table does not have are passed over: sibling tables share a mapping.
    pub fn new(table: usize, maps: &[Map]) -> Plan {
        let mut plan = Plan {
            layout: Arc::clone(&layouts()[table]),
            slots: HashMap::new(),
            columns: Vec::new(),
            shreds: Vec::new(),
            whole: maps.iter().any(|(_, from)| matches!(from, From::Whole)),
        };
        for (column, from) in maps {
            let Some(at) = plan.layout.index(column) else { continue };
            let source = match *from {
                From::Member(path) => {
                    let mut names = path.split('.');
                    let slot = plan.slot(names.next().unwrap_or(path));
                    Source::Slot(slot, names.collect())
                }
                From::Whole => Source::Whole,
                From::Const(text) => Source::Const(text.to_string()),
                From::Made(make) => Source::Made(make),
            };
            plan.columns.push((at, plan.layout.fields[at].ty, source));
        }
        let layout = Arc::clone(&plan.layout);
        for shreds in SHREDS.iter().filter(|s| s.tables.contains(&layout.table.as_str())) {
            let Some((column, from)) = maps.iter().find(|(column, _)| *column == shreds.column) else {
                continue;
            };
            for (path, ty) in shreds.paths {
                plan.add_shred(column, *from, path, *ty);
            }
        }
        plan
    }

    /// A record whose members are the columns: `member` says under which name each is. A column without
    /// one holds the table's name.
    pub fn of_layout(layout: &Arc<Layout>, member: impl Fn(&str) -> Option<String>) -> Plan {
        let mut plan = Plan {
            layout: Arc::clone(layout),
            slots: HashMap::new(),
            columns: Vec::new(),
            shreds: Vec::new(),
            whole: false,
        };
        let names = |f: &&Field| f.shred.is_none() && f.name != REST;
        for (at, field) in layout.fields.iter().enumerate().filter(|(_, f)| names(f)) {
            let source = match member(&field.name) {
                None => Source::Const(layout.table.clone()),
                Some(name) => Source::Slot(plan.slot(&name), Vec::new()),
            };
            plan.columns.push((at, field.ty, source));
        }
        for shreds in SHREDS.iter().filter(|s| s.tables.contains(&layout.table.as_str())) {
            let Some(slot) = member(shreds.column).map(|name| plan.slot(&name)) else { continue };
            for (path, ty) in shreds.paths {
                plan.place_shred(shreds.column, slot, steps(path), path, *ty);
            }
        }
        plan
    }

    /// The columns for which there is a member, or a value whatever the record says.
    pub fn carried(&self, has: impl Fn(&str) -> bool) -> Vec<&str> {
        let slots: Vec<bool> = self.by_slot(&has);
        let filled = |source: &Source| match source {
            Source::Slot(slot, _) => slots[*slot],
            Source::Whole | Source::Const(_) | Source::Made(_) => true,
        };
        let columns = self.columns.iter().filter(|(_, _, source)| filled(source));
        columns.map(|(at, _, _)| self.layout.fields[*at].name.as_str()).collect()
    }

    fn by_slot(&self, has: &impl Fn(&str) -> bool) -> Vec<bool> {
        let mut slots = vec![false; self.slots.len()];
        self.slots.iter().for_each(|(name, slot)| slots[*slot] = has(name));
        slots
    }

    fn slot(&mut self, member: &str) -> usize {
        let next = self.slots.len();
        *self.slots.entry(member.to_string()).or_insert(next)
    }

    fn add_shred(&mut self, column: &str, from: From, path: &'static str, ty: Type) {
        let mut steps = steps(path);
        let slot = match from {
            From::Whole => steps.next().map(|first| self.slot(first)),
            From::Member(member) if !member.contains('.') => Some(self.slot(member)),
            _ => None,
        };
        if let Some(slot) = slot {
            self.place_shred(column, slot, steps, path, ty);
        }
    }

    fn place_shred(
        &mut self,
        column: &str,
        slot: usize,
        steps: impl Iterator<Item = &'static str>,
        path: &str,
        ty: Type,
    ) {
        let name = format!("{column}{path}");
        let Some(at) = self.layout.index(&name) else { return };
        let Some(shred) = self.layout.fields[at].shred else { return };
        let known = self.shreds.iter().position(|(s, _)| *s == slot);
        let known = known.unwrap_or_else(|| {
            self.shreds.push((slot, Branch::default()));
            self.shreds.len() - 1
        });
        let (mut branch, mut steps) = (&mut self.shreds[known].1, steps);
        while let Some(step) = steps.next() {
            if step == EACH {
                let below: Vec<&str> = steps.collect();
                return branch.each.add(&below, at, shred);
            }
            branch = branch.step(step);
        }
        branch.leaf = Some((at, ty, shred));
    }

    /// Appends a record as a row. `rest` holds members, without braces, that the caller found
    /// outside the payload.
    pub fn write(&self, record: &Record<'_>, rest: &mut String, memory: &mut Memory, rows: &mut Rows) {
        let Record { tape, root, place, id, envelope } = *record;
        let row = rows.len();
        let (payload, mut text) = self.walk(tape, root, rest, memory);
        let leaves = if root == 0 { tape.leaves } else { tape.leaves_under(root) };
        let mut flags = place.flags | if tape.damaged { LOSSY } else { 0 };
        for (column, value) in envelope {
            if let Some(at) = self.layout.index(column) {
                text = xxh3_64_with_seed(value.as_bytes(), text);
                flags |= set_plain(&mut rows.cells[at], row, self.layout.fields[at].ty, value);
            }
        }
        for (column, ty, source) in &self.columns {
            let cells = &mut rows.cells[*column];
            if !cells.is_wanted() {
                continue;
            }
            match source {
                Source::Const(text) => _ = set_plain(cells, row, *ty, text),
                Source::Made(make) => {
                    if let Some(text) = make(tape, root) {
                        flags |= set_plain(cells, row, *ty, &text);
                    }
                }
                Source::Whole => cells.set_text(row, tape.text(root)),
                Source::Slot(slot, path) => {
                    let node = memory.nodes[*slot];
                    let node = path.iter().try_fold(node, |node, name| node.map(|n| tape.member(n, name)));
                    if let Some(node) = node.flatten() {
                        flags |= set(cells, row, *ty, tape, node);
                    }
                }
            }
        }
        if memory.wanted.is_empty() {
            memory.wanted.extend(self.shreds.iter().map(|(_, branch)| branch.is_wanted(rows)));
        }
        for ((slot, branch), _) in self.shreds.iter().zip(&memory.wanted).filter(|(_, wanted)| **wanted) {
            if let Some(node) = memory.nodes[*slot] {
                branch.fill(tape, node, row, rows);
            }
        }
        if !rest.is_empty() {
            rest.insert(0, '{');
            rest.push('}');
            // Two copies may differ in nothing but what surrounds the payload.
            text = xxh3_64_with_seed(rest.as_bytes(), text);
            rows.cells[self.layout.rest].set_text(row, rest);
        }
        let time = self.layout.time.and_then(|at| rows.cells[at].long(row)).unwrap_or(i64::MIN);
        rows.meta.push(Meta {
            id,
            content: payload & !0xffff_ffff | text >> 32,
            time,
            source: place.source,
            ordinal: place.ordinal,
            offset: place.offset,
            length: place.length,
            leaves: leaves + envelope.len() as u32,
            flags,
            route: place.route,
        });
    }

    /// Finds the members that have columns, collects those that have not, and hashes all: in whatever order they are,
    /// and in the very form and order that they have.
    fn walk(&self, tape: &Tape, root: u32, rest: &mut String, memory: &mut Memory) -> (u64, u64) {
        memory.nodes.clear();
        memory.nodes.resize(self.slots.len(), None);
        let (mut content, mut text) = (0_u64, 0_u64);
        for (position, child) in tape.children(root).enumerate() {
            let key = tape.key(child);
            let null = tape.kind(child) == Kind::Null;
            let (slot, hash) = self.lookup(memory, position, key);
            match slot {
                Some(slot) if memory.nodes[slot].is_none() => memory.nodes[slot] = Some(child),
                _ if null || self.whole => {}
                _ => push_member(rest, key, tape.text(child)),
            }
            let value = tape.text(child);
            let member = if null { hash } else { member_hash(key, hash, value) };
            content = content.wrapping_add(if null { 0 } else { member });
            // What the hash of a member passes over shows in the length of its text.
            text = (text.rotate_left(5) ^ member ^ value.len() as u64).wrapping_mul(ODD);
        }
        (content, text)
    }

    /// The slot of a member, and the hash of its name.
    fn lookup(&self, memory: &mut Memory, position: usize, key: &str) -> (Option<usize>, u64) {
        if let Some(seen) = memory.order.get(position)
            && seen.name == key
        {
            return (seen.slot, seen.hash);
        }
        let (slot, hash) = (self.slots.get(key).copied(), xxh3_64_with_seed(key.as_bytes(), 0));
        let seen = Seen { name: key.to_string(), slot, hash };
        if position < memory.order.len() {
            memory.order[position] = seen;
        } else if position == memory.order.len() && position < 1000 {
            memory.order.push(seen);
        }
        (slot, hash)
    }
}

/// The member of a column is called as the column is, but `Type` is the table's name.
pub fn same_name(column: &str) -> Option<String> {
    (column != "Type").then(|| column.to_string())
}

/// The column of members that have none.
const REST: &str = "_auk_rest";

/// The step of `[*]`.
const EACH: &str = "*]";

fn steps(path: &'static str) -> impl Iterator<Item = &'static str> {
    path.split(['.', '[']).filter(|s| !s.is_empty())
}

/// Appends `"key":value` to the members in `out`; `key` and `value` are in normal form.
pub fn push_member(out: &mut String, key: &str, value: &str) {
    if !out.is_empty() {
        out.push(',');
    }
    out.push('"');
    out.push_str(key);
    out.push_str("\":");
    out.push_str(value);
}

/// A factor that spreads bits.
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

/// The same for `8` and `"8"`, and for a UAL time with and without `Z`: routes differ in these.
fn member_hash(key: &str, hash: u64, value: &str) -> u64 {
    let plain = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value);
    let plain = if key == "CreationTime" { plain.trim_end_matches('Z') } else { plain };
    xxh3_64_with_seed(plain.as_bytes(), hash)
}

/// Writes a value into a cell of that type; says what could not be read.
fn set(cells: &mut Cells, row: usize, ty: Type, tape: &Tape, node: u32) -> u16 {
    let kind = tape.kind(node);
    if kind == Kind::Null {
        return 0;
    }
    match cells {
        Cells::Text(column) if ty == Type::Dynamic || kind != Kind::String => {
            column.set(row, tape.text(node));
            0
        }
        _ => set_plain(cells, row, ty, &tape.string(node)),
    }
}

/// Writes a text into a cell of that type; says what could not be read.
fn set_plain(cells: &mut Cells, row: usize, ty: Type, text: &str) -> u16 {
    match cells {
        Cells::Text(column) => column.set(row, text),
        Cells::Long(_) => {
            let value = match ty {
                Type::Datetime => moments::read(text),
                Type::Bool => boolean(text),
                _ => text.trim().parse().ok(),
            };
            match value {
                Some(value) => cells.set_long(row, value),
                None if text.is_empty() => {}
                None => return UNREADABLE,
            }
        }
        Cells::Real(_) => match text.trim().parse() {
            Ok(value) => cells.set_real(row, value),
            Err(_) => return UNREADABLE,
        },
        Cells::Unwanted => {}
    }
    0
}

fn boolean(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("true") {
        Some(1)
    } else if text.eq_ignore_ascii_case("false") {
        Some(0)
    } else {
        None
    }
}

impl Branch {
    fn step(&mut self, step: &'static str) -> &mut Branch {
        if let Some(index) = step.strip_suffix(']').and_then(|n| n.parse().ok()) {
            let at = self.elements.iter().position(|(i, _)| *i == index).unwrap_or_else(|| {
                self.elements.push((index, Branch::default()));
                self.elements.len() - 1
            });
            return &mut self.elements[at].1;
        }
        let at = self.members.iter().position(|(name, _)| *name == step).unwrap_or_else(|| {
            self.members.push((step, Branch::default()));
            self.members.len() - 1
        });
        &mut self.members[at].1
    }

    /// Does anybody ask for a shred at or below it?
    fn is_wanted(&self, rows: &Rows) -> bool {
        self.leaf.is_some_and(|(column, ..)| rows.cells[column].is_wanted())
            || self.each.is_wanted(rows)
            || self.members.iter().any(|(_, branch)| branch.is_wanted(rows))
            || self.elements.iter().any(|(_, branch)| branch.is_wanted(rows))
    }

    /// Fills the shreds at and below a value. Of two members with one name the first counts.
    fn fill(&self, tape: &Tape, node: u32, row: usize, rows: &mut Rows) {
        if let Some((column, ty, shred)) = self.leaf
            && rows.cells[column].is_wanted()
        {
            let exact = fill_leaf(&mut rows.cells[column], row, ty, tape, node);
            rows.exact[shred] &= exact;
        }
        self.each.fill(tape, node, row, rows);
        match tape.kind(node) {
            Kind::Object if !self.members.is_empty() => {
                let mut seen = 0_u64;
                for child in tape.children(node) {
                    let mut names = self.members.iter().enumerate();
                    let found = names.find(|(_, (name, _))| tape.is_key(child, name));
                    if let Some((at, (_, branch))) = found
                        && seen >> at & 1 == 0
                    {
                        seen |= 1 << at;
                        branch.fill(tape, child, row, rows);
                    }
                }
            }
            Kind::Array if !self.elements.is_empty() => {
                for (index, child) in tape.children(node).enumerate() {
                    let found = self.elements.iter().find(|(i, _)| *i == index);
                    match found {
                        Some((_, branch)) => branch.fill(tape, child, row, rows),
                        None if index > 8 => break,
                        None => {}
                    }
                }
            }
            Kind::String if self.leaf.is_none() => {
                let text = tape.string(node);
                if text.trim_start().starts_with(['{', '[']) {
                    self.give_up(rows);
                }
            }
            _ => {}
        }
    }

    /// A string that holds JSON stands where the paths go through: their shreds are not exact.
    fn give_up(&self, rows: &mut Rows) {
        if let Some((_, _, shred)) = self.leaf {
            rows.exact[shred] = false;
        }
        self.each.give_up(rows);
        self.members.iter().for_each(|(_, branch)| branch.give_up(rows));
        self.elements.iter().for_each(|(_, branch)| branch.give_up(rows));
    }
}

/// Stores a shred; `false` when the value is not exactly what the type says.
fn fill_leaf(cells: &mut Cells, row: usize, ty: Type, tape: &Tape, node: u32) -> bool {
    let text = tape.text(node);
    match (tape.kind(node), ty) {
        (Kind::Null, _) => true,
        (Kind::String, Type::String) => {
            cells.set_text(row, &tape.string(node));
            true
        }
        (Kind::Bool, Type::Bool) => {
            cells.set_long(row, i64::from(text == "true"));
            true
        }
        (Kind::Number, Type::Long) => match text.parse::<i64>() {
            Ok(value) if text != "-0" => {
                cells.set_long(row, value);
                true
            }
            _ => false,
        },
        (Kind::Number, Type::Real) => match text.parse::<f64>() {
            Ok(value) => {
                cells.set_real(row, value);
                text.contains('.') && real_text(value) == text
            }
            Err(_) => false,
        },
        _ => false,
    }
}
