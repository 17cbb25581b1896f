//! What the plugins of `evaluate` mean where nodes of the plan do not say it: table functions.

pub mod analytics;
