//! The readers that need no tables, which are parts of `ingest` in auk.

#[path = "../../../src/ingest/blocks.rs"]
mod blocks;

#[path = "../../../src/ingest/split.rs"]
pub mod split;

#[path = "../../../src/ingest/tape.rs"]
pub mod tape;
