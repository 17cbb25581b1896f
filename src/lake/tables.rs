//! The static catalogue: every table that auk knows by name, with its columns, read once from
//! `tables.kql` (Sentinel's tables) and `reference.kql` (auk's own, for joins).
//!
//! Traps: visible columns come first and `Type` is the last of them; from `hidden` on, columns
//! answer by name only and are no part of `*`. Every table has provenance columns (`_auk_*`) at the
//! end. A table of auk's own is part of `union *` and `search` only where a lake holds it: without
//! reference data they answer as a workspace does.

use std::sync::OnceLock;

use crate::types::{Column, Schema, Type};

/// A table by name: visible columns, then hidden ones.
#[derive(Debug)]
pub struct TableDef {
    pub name: String,
    pub schema: Schema,
    /// The index of the first hidden column.
    pub hidden: usize,
    /// No table of Sentinel's.
    pub own: bool,
}

impl TableDef {
    /// A table with these visible columns; the hidden ones are added.
    pub fn new(name: &str, columns: Vec<Column>, own: bool) -> TableDef {
        let mut schema = Schema { columns };
        let hidden = schema.columns.iter().position(|c| c.name.starts_with('_')).unwrap_or(schema.len());
        schema.columns.extend(PROVENANCE.iter().map(|(name, ty)| Column::new(*name, *ty)));
        TableDef { name: name.to_string(), schema, hidden, own }
    }

    pub fn is_hidden(&self, column: &str) -> bool {
        self.schema.index(column).is_some_and(|at| at >= self.hidden)
    }

    /// The columns of `*`.
    pub fn visible(&self) -> &[Column] {
        &self.schema.columns[..self.hidden]
    }
}

/// Where a row comes from and how well it was read; hidden, at the end of every table.
pub const PROVENANCE: &[(&str, Type)] = &[
    ("_auk_source", Type::Int),
    ("_auk_ordinal", Type::Long),
    ("_auk_offset", Type::Long),
    ("_auk_length", Type::Long),
    ("_auk_route", Type::String),
    ("_auk_flags", Type::Int),
    ("_auk_content", Type::Long),
    ("_auk_leaves", Type::Int),
    ("_auk_rest", Type::Dynamic),
];

/// All tables, stored or not.
pub fn tables() -> &'static [TableDef] {
    static TABLES: OnceLock<Vec<TableDef>> = OnceLock::new();
    TABLES.get_or_init(|| {
        let sentinel = include_str!("tables.kql").lines().filter_map(|line| read(line, false));
        let own = include_str!("reference.kql").lines().filter_map(|line| read(line, true));
        sentinel.chain(own).collect()
    })
}

/// The table of that name.
pub fn table(name: &str) -> Option<&'static TableDef> {
    tables().iter().find(|t| t.name == name)
}

/// The place of a table in the catalogue, by which ingest knows it.
pub fn number(name: &str) -> Option<usize> {
    tables().iter().position(|t| t.name == name)
}

/// `.create table NAME (column: type, …)`.
fn read(line: &str, own: bool) -> Option<TableDef> {
    let (name, columns) = line.strip_prefix(".create table ")?.split_once(" (")?;
    let mut read = Vec::new();
    for column in columns.strip_suffix(')')?.split(", ") {
        let (column, ty) = column.split_once(": ")?;
        read.push(Column::new(column, Type::from_name(ty)?));
    }
    Some(TableDef::new(name, read, own))
}
