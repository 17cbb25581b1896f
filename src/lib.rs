//! auk: KQL over exported Microsoft 365 and Entra ID audit data.
#![doc = include_str!("ARCHITECTURE.md")]

// In reading order: each module uses only those above it.

pub mod source;

pub mod diagnostic;

pub mod types;

pub mod decimal;

pub mod time;

pub mod json;

pub mod value;

pub mod table;

pub mod functions;

pub mod plan;

pub mod kql;

pub mod lake;

pub mod lower;

pub mod outside;

pub mod generate;

pub mod ingest;

pub mod analysis;

pub mod engine;

pub mod audit;

pub mod monthly;

pub mod report;

pub mod cli;
