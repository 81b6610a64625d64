//! One operation in full.

use rmcp::model::CallToolResult;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::{get, method, object};
use super::{McpTool, in_turn, names};
use crate::error::Error;
use crate::invoke::Caller;
use crate::mcp::result;
use crate::service::Service;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Metadata {
    /// Template, or a path with values
    path: String,
    #[serde(default = "get")]
    method: String,
    api: Option<String>,
}

impl McpTool for Metadata {
    const NAME: &'static str = names::RESOLVE_RESOURCE_METADATA;
    const DESCRIPTION: &'static str =
        "Show an operation in full: parameters, resolved schemas, example body, fields for `conditions`.";

    fn output() -> Value {
        object(json!({
            "method": { "type": "string" },
            "path": { "type": "string" },
            "parameters": { "type": "array" },
            "responses": { "type": "array" },
            "call": { "type": "object" },
        }))
    }

    async fn run(self, service: &Service, _caller: &dyn Caller) -> Result<CallToolResult, Error> {
        let method = method(&self.method)?;
        let describe = move |service: &Service| service.describe(method, &self.path, self.api.as_deref());
        Ok(result::structured(&in_turn(service, describe).await?))
    }
}
