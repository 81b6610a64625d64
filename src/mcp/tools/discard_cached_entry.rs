//! One kept call removed.

use rmcp::model::{CallToolResult, ToolAnnotations};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::object;
use super::{McpTool, names, removing};
use crate::error::Error;
use crate::invoke::{Caller, Writes};
use crate::mcp::result;
use crate::service::{Service, blocking};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Discard {
    record_identifier: i64,
}

impl McpTool for Discard {
    const NAME: &'static str = names::DISCARD_CACHED_ENTRY;
    const DESCRIPTION: &'static str = "Remove a saved call.";

    fn output() -> Value {
        object(json!({ "removed": { "type": "object" } }))
    }

    fn annotations(writes: Writes) -> ToolAnnotations {
        removing(writes)
    }

    async fn run(self, service: &Service, _caller: &dyn Caller) -> Result<CallToolResult, Error> {
        let service = service.clone();
        let removed = blocking(move || service.discard(self.record_identifier)).await?;
        Ok(result::structured(&json!({ "removed": removed })))
    }
}
