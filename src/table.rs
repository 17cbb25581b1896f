//! The answer to a query: rows of values under a schema, and how the query asked to show it.

use crate::types::Schema;
use crate::value::Value;

/// A result: a schema and rows of as many values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    pub schema: Schema,
    pub rows: Vec<Vec<Value>>,
}
