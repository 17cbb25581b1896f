//! What the fuzz targets share: auk's language part, compiled into this crate, and mutations of queries.
//!
//! The modules are auk's own files, so that `parse` needs neither Polars nor Parquet and every line of
//! them is instrumented.
//!
//! Trap: `crate::` in those files means this crate; a module that they come to use must be named here.

#[path = "../../../src/source.rs"]
pub mod source;

#[path = "../../../src/diagnostic.rs"]
pub mod diagnostic;

#[path = "../../../src/types.rs"]
pub mod types;

#[path = "../../../src/decimal.rs"]
pub mod decimal;

#[path = "../../../src/time.rs"]
pub mod time;

#[path = "../../../src/json.rs"]
pub mod json;

#[path = "../../../src/value.rs"]
pub mod value;

#[path = "../../../src/table.rs"]
pub mod table;

#[path = "../../../src/functions/mod.rs"]
pub mod functions;

#[path = "../../../src/plan/mod.rs"]
pub mod plan;

#[path = "../../../src/kql/mod.rs"]
pub mod kql;

/// The catalogue of tables, which is `lake::tables` in auk.
#[path = "../../../src/lake/tables.rs"]
pub mod tables;

pub mod mutate;
pub mod reading;
pub mod sound;

/// Names of functions, tables and columns, for mutations.
pub fn names() -> &'static [String] {
    static NAMES: std::sync::OnceLock<Vec<String>> = std::sync::OnceLock::new();
    NAMES.get_or_init(|| {
        let scalar = functions::functions().map(|f| format!("{}(", f.name));
        let aggregates = functions::aggregates().map(|f| format!("{}(", f.name));
        let tables = tables::tables().iter().map(|t| t.name.clone());
        let wide = ["SigninLogs", "AuditLogs", "OfficeActivity"].into_iter().filter_map(tables::table);
        let columns = wide.flat_map(|t| t.schema.names().map(str::to_string));
        scalar.chain(aggregates).chain(tables).chain(columns).collect()
    })
}
