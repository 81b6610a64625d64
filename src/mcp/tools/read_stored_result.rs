//! The rest of an answer that was too large to show.

use rmcp::model::CallToolResult;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::object;
use super::{McpTool, names};
use crate::error::Error;
use crate::invoke::Caller;
use crate::mcp::result;
use crate::service::Service;

/// Default number of rows; the answer's budget may allow fewer.
const ROWS: usize = 50;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Stored {
    handle: String,
    #[serde(default)]
    offset: usize,
    #[serde(default = "rows")]
    limit: usize,
    /// Such as `id`, `company/name`
    fields: Option<Vec<String>>,
}

fn rows() -> usize {
    ROWS
}

impl McpTool for Stored {
    const NAME: &'static str = names::READ_STORED_RESULT;
    const DESCRIPTION: &'static str = "Read rows of an answer that was too large to show.";

    fn output() -> Value {
        object(
            json!({ "rows": { "type": "array" }, "total": { "type": "integer" }, "next_offset": { "type": "integer" } }),
        )
    }

    async fn run(self, service: &Service, caller: &dyn Caller) -> Result<CallToolResult, Error> {
        let fields = self.fields.as_deref().unwrap_or_default();
        let page = service.read_stored(caller.name(), &self.handle, (self.offset, self.limit), fields)?;
        Ok(result::of_value(page.into()))
    }
}
