//! `Call`: table functions, by name.

use polars::prelude as pl;

use super::super::error::{Error, Result};
use super::super::{Lowering, needs::Needs};
use crate::plan::{Expr, Plan};
use crate::types::Schema;

impl Lowering<'_> {
    pub fn table_function(
        &self,
        function: &str,
        _input: &Plan,
        _wanted: &Needs,
        _args: &[Expr],
        _schema: &Schema,
    ) -> Result<pl::LazyFrame> {
        Err(Error::unsupported(format!("the plugin {function}() is not supported")))
    }
}
