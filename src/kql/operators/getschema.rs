//! `T | getschema`
//!
//! Trap: the answer has a row per visible column, and needs no data.


#[derive(Clone, Debug)]
pub struct Getschema;
