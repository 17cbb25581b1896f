//! The scalar operators as rows: arithmetic, comparison, logic, and the operators on text.
//!
//! Trap: the name of a row is the spelling of the operator; unary minus is `negate`.

pub mod arithmetic;
pub mod compare;
pub mod logic;
pub mod text;

use super::Function;

/// The rows, by subject.
pub const ROWS: &[&[Function]] = &[arithmetic::ROWS, compare::ROWS, logic::ROWS, text::ROWS];
