//! What the plugins of `evaluate` mean where the plan's nodes do not say it: table functions, and aggregates
//! that serve a plugin only.
//!
//! Trap: none of these has a name in KQL's tables; a plugin's name, signature and doc stand where it is
//! bound (`kql/operators/evaluate/`).

mod slots;

pub use slots::SLOTS;
