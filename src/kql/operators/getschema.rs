//! `T | getschema`
//!
//! Trap: the answer has a row per visible column, and needs no data.

use super::OperatorKind;
use crate::kql::parser::{Parsed, Parser};

#[derive(Clone, Debug)]
pub struct Getschema;

pub fn parse(_: &mut Parser) -> Parsed<OperatorKind> {
    Ok(OperatorKind::Getschema(Getschema))
}
