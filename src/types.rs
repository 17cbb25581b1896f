//! KQL's ten scalar types, and the schema of a table: named, typed columns in order.
//!
//! Trap: names are case-sensitive, and a schema may hold a name once only; `Schema::unique`
//! is how operators make room for a second one (`Key`, `Key1`, …).

use std::fmt;

/// A KQL scalar type. Every column and every expression has exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Type {
    Bool,
    Int,
    Long,
    Real,
    Decimal,
    String,
    Datetime,
    Timespan,
    Guid,
    Dynamic,
}

/// Every spelling of a type name that KQL takes, the canonical one first.
const NAMES: &[(Type, &[&str])] = &[
    (Type::Bool, &["bool", "boolean"]),
    (Type::Int, &["int", "int32", "uint", "uint32"]),
    (Type::Long, &["long", "int64", "ulong", "uint64"]),
    (Type::Real, &["real", "double", "float"]),
    (Type::Decimal, &["decimal"]),
    (Type::String, &["string"]),
    (Type::Datetime, &["datetime", "date"]),
    (Type::Timespan, &["timespan", "time"]),
    (Type::Guid, &["guid", "uuid", "uniqueid"]),
    (Type::Dynamic, &["dynamic"]),
];

impl Type {
    /// The canonical KQL name.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(t, _)| *t == self).map_or("dynamic", |(_, names)| names[0])
    }

    /// The type of that name, in any of its spellings.
    pub fn from_name(name: &str) -> Option<Type> {
        NAMES.iter().find(|(_, names)| names.contains(&name)).map(|(t, _)| *t)
    }

    /// `int` or `long`.
    pub fn is_integer(self) -> bool {
        matches!(self, Type::Int | Type::Long)
    }

    /// `int`, `long`, `real` or `decimal`.
    pub fn is_number(self) -> bool {
        matches!(self, Type::Int | Type::Long | Type::Real | Type::Decimal)
    }

    /// The type that both numbers widen to: int < long < real < decimal.
    pub fn wider(self, other: Type) -> Type {
        self.max(other)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A named, typed column.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Column {
    pub name: String,
    pub ty: Type,
}

impl Column {
    pub fn new(name: impl Into<String>, ty: Type) -> Column {
        Column { name: name.into(), ty }
    }
}

/// The columns of a table, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Schema {
    pub columns: Vec<Column>,
}

impl Schema {
    pub fn new(columns: Vec<Column>) -> Schema {
        Schema { columns }
    }

    /// Of names and types.
    pub fn of(columns: &[(&str, Type)]) -> Schema {
        Schema::new(columns.iter().map(|(name, ty)| Column::new(*name, *ty)).collect())
    }

    pub fn len(&self) -> usize {
        self.columns.len()
    }

    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    pub fn index(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == name)
    }

    pub fn get(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    pub fn contains(&self, name: &str) -> bool {
        self.index(name).is_some()
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|c| c.name.as_str())
    }

    /// `name` if it is free, else the first of `name1`, `name2`, … that is.
    pub fn unique(&self, name: &str) -> String {
        if !self.contains(name) {
            return name.to_string();
        }
        (1..).map(|n| format!("{name}{n}")).find(|n| !self.contains(n)).unwrap_or_default()
    }
}
