//! Plugins that need what an offline lake does not have: a network, another database, an interpreter.

use super::{Bind, Plugin};

const NETWORK: &str = "auk opens no network connection";
const CODE: &str = "auk runs no code but KQL";
const SHAPES: &str = "geospatial shapes are not supported";

/// A plugin that is known by name only.
const fn refused(name: &'static str, reason: &'static str) -> Plugin {
    Plugin { name, signature: "(…)", doc: "", bind: Bind::Refused(reason) }
}

pub const PLUGINS: &[Plugin] = &[
    refused("ai_chat_completion", NETWORK),
    refused("ai_chat_completion_prompt", NETWORK),
    refused("ai_embed_text", NETWORK),
    refused("ai_embeddings", NETWORK),
    refused("azure_digital_twins_query_request", NETWORK),
    refused("cosmosdb_sql_request", NETWORK),
    refused("geo_line_lookup", SHAPES),
    refused("geo_polygon_lookup", SHAPES),
    refused("http_request", NETWORK),
    refused("http_request_post", NETWORK),
    refused("infer_storage_schema", NETWORK),
    refused("infer_storage_schema_with_suggestions", NETWORK),
    refused("mysql_request", NETWORK),
    refused("postgresql_request", NETWORK),
    refused("python", CODE),
    refused("r", CODE),
    refused("sql_request", NETWORK),
];
