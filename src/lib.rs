//! auk: KQL over exported Microsoft 365 and Entra ID audit data.

pub mod decimal;
pub mod diagnostic;
pub mod functions;
pub mod json;
pub mod kql;
pub mod source;
pub mod table;
pub mod time;
pub mod types;
pub mod value;
