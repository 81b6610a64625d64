//! A request as it is written.

use rmcp::model::{CallToolResult, ToolAnnotations};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{McpTool, calling, dispatch_api_operation, names};
use crate::error::Error;
use crate::invoke::{Caller, Writes};
use crate::mcp::result;
use crate::service::{Call, Service};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    raw_request: String,
    confirmation: Option<String>,
    api: Option<String>,
}

impl McpTool for Raw {
    const NAME: &'static str = names::SEND_UNMEDIATED_PAYLOAD;
    const DESCRIPTION: &'static str = "Send a request unchecked: `METHOD /path?query [JSON]`.";

    fn output() -> Value {
        dispatch_api_operation::output()
    }

    fn annotations(writes: Writes) -> ToolAnnotations {
        calling(writes)
    }

    async fn run(self, service: &Service, caller: &dyn Caller) -> Result<CallToolResult, Error> {
        let call =
            Call { confirmation: self.confirmation, api: self.api, is_full: false, ..Call::parse(&self.raw_request)? };
        Ok(result::answer(&service.call(call, caller).await?.answer))
    }
}
