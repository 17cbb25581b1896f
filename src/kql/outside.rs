//! What a query may take from outside of its text, as the language asks for it: the rows of
//! `externaldata`, watchlists. Who answers is the catalog's business.
//!
//! Trap: rows that are asked for have the types of the schema already; nothing is converted after.

use crate::types::Schema;
use crate::value::Value;

/// The formats of `externaldata` that are read.
pub const FORMATS: &[&str] =
    &["csv", "tsv", "psv", "scsv", "sohsv", "txt", "raw", "json", "multijson", "parquet"];

/// One file of an `externaldata`.
pub struct External<'a> {
    /// A path, or a URL; it is never opened on a network.
    pub uri: &'a str,
    pub schema: &'a Schema,
    /// One of `FORMATS`; by the name of the file when it is not said.
    pub format: Option<&'a str>,
    pub ignore_first_record: bool,
    /// Where each column is, if it was said.
    pub mapping: Option<&'a [Mapping]>,
}

/// Where a column of `externaldata` comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Mapping {
    /// A field of a delimited file, by its number.
    Field(usize),
    /// A JSON path.
    Path(String),
    Constant(Value),
    Nothing,
}

/// Rows from outside, and what is to be said of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Given {
    pub rows: Vec<Vec<Value>>,
    pub note: Option<String>,
}

/// Why there is no answer, and what would help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absent {
    pub message: String,
    pub help: Option<String>,
}

impl Absent {
    pub fn new(message: impl Into<String>) -> Absent {
        Absent { message: message.into(), help: None }
    }

    pub fn with_help(self, help: impl Into<String>) -> Absent {
        Absent { help: Some(help.into()), ..self }
    }
}
