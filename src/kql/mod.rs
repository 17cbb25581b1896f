//! From query text to plan: text → tokens → syntax tree → typed plan.
//!
//! Nothing here knows of Polars, files or clocks. Reading never fails: it gives a tree and a list of
//! diagnostics, and goes on at the next `|` or `;`.

pub mod ast;
pub mod operators;
