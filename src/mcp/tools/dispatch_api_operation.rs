//! A call of an operation.

use rmcp::model::{CallToolResult, ToolAnnotations};
use serde_json::{Value, json};

use super::arguments::object;
use super::{McpTool, calling, names};
use crate::error::Error;
use crate::invoke::{Caller, Writes};
use crate::mcp::result;
use crate::service::{CallArguments, Service};

impl McpTool for CallArguments {
    const NAME: &'static str = names::DISPATCH_API_OPERATION;
    const DESCRIPTION: &'static str =
        "Call an operation: checked, authenticated, paged; mistakes are answered with the cure.";

    fn output() -> Value {
        output()
    }

    fn annotations(writes: Writes) -> ToolAnnotations {
        calling(writes)
    }

    async fn run(self, service: &Service, caller: &dyn Caller) -> Result<CallToolResult, Error> {
        Ok(result::answer(&service.call(self.try_into()?, caller).await?.answer))
    }
}

/// Makes the output schema of a call's answer.
pub(super) fn output() -> Value {
    object(json!({
        "status": { "type": "integer" },
        "more_exist": { "type": ["boolean", "null"] },
        "notes": { "type": "array" },
    }))
}
