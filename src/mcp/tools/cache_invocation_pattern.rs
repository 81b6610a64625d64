//! A call kept in fast memory.

use rmcp::model::{CallToolResult, ToolAnnotations};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::arguments::object;
use super::{McpTool, names};
use crate::error::Error;
use crate::invoke::{Caller, Writes};
use crate::mcp::result;
use crate::service::{Remember, Service, blocking, read_method};
use crate::surface::Argument;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Save {
    path: Option<String>,
    method: Option<String>,
    description: Option<String>,
    /// Instead of a call: `keep` of an answer
    keep: Option<String>,
    params: Option<Map<String, Value>>,
    data: Option<Value>,
    /// Values to ask for on each use, by name or as `{name}` in a value
    slots: Option<Vec<String>>,
    api: Option<String>,
}

impl McpTool for Save {
    const NAME: &'static str = names::CACHE_INVOCATION_PATTERN;
    const DESCRIPTION: &'static str = "Save a call to use again.";

    fn output() -> Value {
        object(json!({ "entry": { "type": "object" } }))
    }

    /// Saving is local, and stays allowed under `deny`.
    fn annotations(_writes: Writes) -> ToolAnnotations {
        ToolAnnotations::new().read_only(false).destructive(false).idempotent(true).open_world(false)
    }

    async fn run(self, service: &Service, caller: &dyn Caller) -> Result<CallToolResult, Error> {
        let service = service.clone();
        if let Some(word) = self.keep {
            let client = caller.name().to_owned();
            let keep =
                move || service.remember_named(&client, &word, self.description.as_deref(), self.slots.as_deref());
            return Ok(result::structured(&blocking(keep).await?));
        }
        let lacks = |argument: Argument| Error::Argument {
            argument,
            reason: "it is missing; give `path`, `method` and `description`, or the `keep` of an answer".into(),
        };
        let wish = Remember {
            method: read_method(&self.method.ok_or_else(|| lacks(Argument::METHOD))?)?,
            path: self.path.ok_or_else(|| lacks(Argument::PATH))?,
            api: self.api,
            description: self.description.unwrap_or_default(),
            params: self.params.unwrap_or_default(),
            data: self.data,
            slots: self.slots.unwrap_or_default(),
        };
        Ok(result::structured(&blocking(move || service.remember(&wish)).await?))
    }
}
