//! auk: KQL over exported Microsoft 365 and Entra ID audit data.

pub mod source;
pub mod diagnostic;
pub mod types;
pub mod decimal;
pub mod time;
pub mod json;
pub mod value;
pub mod table;
pub mod functions;
pub mod kql;
