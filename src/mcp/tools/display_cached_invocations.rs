//! The kept calls.

use rmcp::model::CallToolResult;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::McpTool;
use super::arguments::object;
use crate::error::Error;
use crate::invoke::Caller;
use crate::mcp::result;
use crate::service::{Service, blocking};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct List {
    search_term: Option<String>,
}

impl McpTool for List {
    const NAME: &'static str = "display_cached_invocations";
    const DESCRIPTION: &'static str = "List saved calls by use; with a term, by words and meaning.";

    fn output() -> Value {
        object(json!({ "entries": { "type": "array" } }))
    }

    async fn run(self, service: &Service, _caller: &dyn Caller) -> Result<CallToolResult, Error> {
        let service = service.clone();
        let entries = blocking(move || service.recalled(self.search_term.as_deref())).await?;
        Ok(result::structured(&entries))
    }
}
