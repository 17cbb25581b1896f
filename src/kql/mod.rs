//! From query text to plan: text → tokens → syntax tree → typed plan.
//!
//! Nothing here knows of Polars, files or clocks. Reading never fails: it gives a tree and a list of
//! diagnostics, and goes on at the next `|` or `;`.

pub mod ast;
pub mod dump;
mod expr;
mod lexer;
mod literal;
pub mod operators;
mod parser;
mod pieces;

pub use parser::{Broken, Parsed, Parser, parse};
