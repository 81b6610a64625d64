//! The rest of an answer that was too large to show.

use rmcp::model::CallToolResult;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::object;
use super::{McpTool, names};
use crate::error::Error;
use crate::invoke::Caller;
use crate::invoke::sums::Sums;
use crate::mcp::result;
use crate::service::Service;

/// Default number of rows; the answer's budget may allow fewer.
const ROWS: usize = 50;

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Stored {
    handle: String,
    #[serde(default)]
    offset: usize,
    #[serde(default = "rows")]
    limit: usize,
    /// Such as `id`, `company/name`
    fields: Option<Vec<String>>,
    select: Option<String>,
    group_by: Option<String>,
    sum: Option<String>,
    count: Option<bool>,
    top: Option<usize>,
}

fn rows() -> usize {
    ROWS
}

impl McpTool for Stored {
    const NAME: &'static str = names::READ_STORED_RESULT;
    const DESCRIPTION: &'static str = "Read, or sum up, the rows of an answer.";

    fn output() -> Value {
        object(
            json!({ "rows": { "type": "array" }, "total": { "type": "integer" }, "next_offset": { "type": "integer" } }),
        )
    }

    async fn run(self, service: &Service, caller: &dyn Caller) -> Result<CallToolResult, Error> {
        let Self { select, group_by, sum, count, top, .. } = self.clone();
        let sums = Sums { select, group_by, sum, count: count == Some(true), top };
        if sums != Sums::default() {
            return Ok(result::answer(&service.sum_stored(&self.handle, &sums, caller).await?));
        }
        let fields = self.fields.as_deref().unwrap_or_default();
        let page = service.read_stored(caller.name(), &self.handle, (self.offset, self.limit), fields)?;
        Ok(result::of_value(page.into()))
    }
}
