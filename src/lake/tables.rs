//! The static catalogue: every table that auk knows by name, with its columns, read once from
//! `tables.kql`.
//!
//! Trap: visible columns come first and `Type` is the last of them; from `hidden` on, columns
//! answer by name only and are no part of `*`. The tables that auk fills have provenance columns
//! (`_auk_*`) at the end.

use std::sync::OnceLock;

use crate::types::{Column, Schema, Type};

/// A table by name: visible columns, then hidden ones.
#[derive(Debug)]
pub struct TableDef {
    pub name: String,
    pub schema: Schema,
    /// The index of the first hidden column.
    pub hidden: usize,
}

impl TableDef {
    pub fn is_hidden(&self, column: &str) -> bool {
        self.schema.index(column).is_some_and(|at| at >= self.hidden)
    }

    /// The columns of `*`.
    pub fn visible(&self) -> &[Column] {
        &self.schema.columns[..self.hidden]
    }
}

/// The event tables that ingest writes.
pub const STORED: [&str; 6] = [
    "AuditLogs",
    "SigninLogs",
    "AADNonInteractiveUserSignInLogs",
    "AADServicePrincipalSignInLogs",
    "AADManagedIdentitySignInLogs",
    "UnifiedAuditLog",
];

/// Where a row comes from and how well it was read; hidden, at the end of every stored table.
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
    TABLES.get_or_init(|| include_str!("tables.kql").lines().filter_map(read).collect())
}

/// The table of that name.
pub fn table(name: &str) -> Option<&'static TableDef> {
    tables().iter().find(|t| t.name == name)
}

/// `.create table NAME (column: type, …)`.
fn read(line: &str) -> Option<TableDef> {
    let (name, columns) = line.strip_prefix(".create table ")?.split_once(" (")?;
    let mut schema = Schema::default();
    for column in columns.strip_suffix(')')?.split(", ") {
        let (column, ty) = column.split_once(": ")?;
        schema.columns.push(Column::new(column, Type::from_name(ty)?));
    }
    let hidden = schema.columns.iter().position(|c| c.name.starts_with('_')).unwrap_or(schema.len());
    if STORED.contains(&name) || name == "OfficeActivity" {
        schema.columns.extend(PROVENANCE.iter().map(|(name, ty)| Column::new(*name, *ty)));
    }
    Some(TableDef { name: name.to_string(), schema, hidden })
}
