//! `T | parse [kind=simple|regex|relaxed] [flags=…] expr with [*] "text" name[: type] [*] …`; `parse-where` drops the rows that do not match
//!
//! Trap: in `simple` a value that does not convert fails the whole row, in `relaxed` only its own column is null.

use crate::kql::ast::{Expr, Name, OperatorParameter};
use crate::types::Type;

#[derive(Clone, Debug)]
pub enum Piece {
    /// `*`: anything.
    Star,
    /// Text to find (a pattern with `kind=regex`).
    Text(String),
    /// A column to fill.
    Column(Name, Type),
}

#[derive(Clone, Debug)]
pub struct Parse {
    pub parameters: Vec<OperatorParameter>,
    pub expr: Expr,
    pub pieces: Vec<Piece>,
    /// `parse-where`
    pub filter: bool,
}
