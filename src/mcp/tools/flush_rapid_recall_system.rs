//! All kept calls removed, once confirmed.

use rmcp::model::{CallToolResult, ToolAnnotations};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::object;
use super::{McpTool, names, removing};
use crate::error::Error;
use crate::invoke::{Caller, Writes};
use crate::mcp::result;
use crate::service::{Flushing, Service};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Flush {
    confirmation: Option<String>,
}

impl McpTool for Flush {
    const NAME: &'static str = names::FLUSH_RAPID_RECALL_SYSTEM;
    const DESCRIPTION: &'static str = "Remove all saved calls, once confirmed; a copy stays.";

    fn output() -> Value {
        object(json!({ "removed": { "type": "integer" } }))
    }

    fn annotations(writes: Writes) -> ToolAnnotations {
        removing(writes)
    }

    async fn run(self, service: &Service, caller: &dyn Caller) -> Result<CallToolResult, Error> {
        let answer = match service.flush(self.confirmation.as_deref(), caller).await? {
            Flushing::Done(flushed) => json!({
                "removed": flushed.removed,
                "copy": flushed.copy,
                "notes": [format!("`memory import {}` brings them back", flushed.copy.display())],
            }),
            Flushing::Preview { count, confirmation } => json!({
                "removed": 0,
                "would_remove": count,
                "confirmation": confirmation,
                "notes": [format!(
                    "Nothing was removed. If the user wants all {count} saved calls gone, call this again with this \
                     `confirmation`; it holds once, for this number of entries"
                )],
            }),
        };
        Ok(result::structured(&answer))
    }
}
