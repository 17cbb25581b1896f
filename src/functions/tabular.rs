//! Table functions: rows of one or more tables in, rows out. What no combination of the plan's other nodes
//! says is one of these: most plugins of `evaluate`, and `reduce`.
//!
//! A table function sees the columns that it was called with, and says which rows of its inputs come out,
//! with what beside them; so the columns that it does not look at never leave their frame.
//!
//! Trap: inputs come in the order of the plan, and the order of what comes out is the answer's.

use super::Cx;
use crate::types::Schema;
use crate::value::Value;

/// A table function: what it is called in plans and messages, and what it means.
pub struct TableFunction {
    pub name: &'static str,
    pub run: fn(&TableCall<'_>, &Cx) -> Called,
}

/// What a table function is called with.
pub struct TableCall<'a> {
    pub args: Vec<TableValue>,
    /// The number of rows of each input.
    pub heights: Vec<usize>,
    /// The columns that come out.
    pub schema: &'a Schema,
}

/// An argument: one value, or a column of an input, a value per row.
#[derive(Clone, Debug)]
pub enum TableValue {
    Value(Value),
    Column(Vec<Value>),
}

/// What a table function gives.
pub enum Called {
    /// Rows of its own, as wide as the schema.
    Rows(Vec<Vec<Value>>),
    /// Rows of its inputs: the columns of each, then the added ones.
    Picked(Picked),
}

/// The rows that come out, as row numbers.
#[derive(Default)]
pub struct Picked {
    /// For each input the row that stands in each row of the answer; without one, its cells are missing.
    pub rows: Vec<Vec<Option<u32>>>,
    /// The cells of each added column.
    pub added: Vec<Vec<Value>>,
}

impl TableCall<'_> {
    /// The value of a constant argument; null where there is none.
    pub fn value(&self, index: usize) -> &Value {
        match self.args.get(index) {
            Some(TableValue::Value(value)) => value,
            _ => &Value::Null,
        }
    }

    /// The cells of a column argument; none where it is a constant.
    pub fn column(&self, index: usize) -> &[Value] {
        match self.args.get(index) {
            Some(TableValue::Column(cells)) => cells,
            _ => &[],
        }
    }
}

impl std::fmt::Debug for TableFunction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
