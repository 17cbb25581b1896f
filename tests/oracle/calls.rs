//! The table functions (plugins) that a plan may call.
//!
//! Trap: each is written here a second time, from its description, not from the engine's.

use auk::plan::{Expr, Plan};
use auk::types::Schema;

use super::{Oracle, Row};

impl Oracle<'_> {
    pub(super) fn table_function(
        &self,
        name: &str,
        _input: &Plan,
        _args: &[Expr],
        _schema: &Schema,
    ) -> Result<Vec<Row>, String> {
        Err(format!("the oracle does not know the table function {name}"))
    }
}
