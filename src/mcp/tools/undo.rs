//! Changes listed, and one taken back.

use rmcp::model::{CallToolResult, ToolAnnotations};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::object;
use super::{McpTool, calling, names};
use crate::error::Error;
use crate::invoke::{Caller, Writes};
use crate::mcp::result;
use crate::service::{Service, Undo};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TakeBack {
    id: Option<u64>,
    #[serde(default)]
    dry_run: bool,
    confirmation: Option<String>,
}

impl McpTool for TakeBack {
    const NAME: &'static str = names::UNDO;
    const DESCRIPTION: &'static str = "Take a change back by its `undo` number; without one, list changes.";

    fn output() -> Value {
        object(json!({ "changes": { "type": "array" } }))
    }

    fn annotations(writes: Writes) -> ToolAnnotations {
        calling(writes)
    }

    async fn run(self, service: &Service, caller: &dyn Caller) -> Result<CallToolResult, Error> {
        let Some(id) = self.id else {
            return Ok(result::structured(&json!({ "changes": service.changes(caller).await? })));
        };
        let undo = Undo { id, dry_run: self.dry_run, confirmation: self.confirmation };
        Ok(result::answer(&service.undo(undo, caller).await?.answer))
    }
}
