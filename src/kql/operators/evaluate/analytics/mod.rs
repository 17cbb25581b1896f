//! The analytic plugins: users over time, sequences of events, patterns of values.
//!
//! Trap: a distinct count that Kusto estimates is exact here.

pub mod activity;
pub mod patterns;
pub mod sequences;

mod cohorts;
mod funnel;
mod timeline;
