//! Reading text of a known form: URLs, paths, CSV, XML, versions, command lines, user agents.
//!
//! Trap: texts come from logs: every parser bounds its depth, and none recurses without a limit.

pub mod command;
pub mod path;
pub mod record;
pub mod url;
pub mod user_agent;
pub mod xml;

use super::Function;

/// The rows, by subject.
pub const ROWS: &[&[Function]] =
    &[command::ROWS, path::ROWS, record::ROWS, url::ROWS, user_agent::ROWS, xml::ROWS];
