//! What the plugins of `evaluate` mean where the plan's nodes do not say it: table functions, and functions
//! and aggregates that serve a plugin only.
//!
//! Trap: none of these has a name in KQL's tables; a plugin's name, signature and doc stand where it is
//! bound (`kql/operators/evaluate/`).

pub mod analytics;
mod intersect;
mod lookup;
mod merge;
mod near;
mod rolling;
mod slots;

pub use intersect::DCOUNT_INTERSECT;
pub use lookup::{IPV4_LOOKUP, IPV6_LOOKUP};
pub use merge::SCHEMA_MERGE;
pub use near::ROWS_NEAR;
pub use rolling::ROLLING_PERCENTILE;
pub use slots::SLOTS;
