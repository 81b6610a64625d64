//! A call of an operation.

use rmcp::model::{CallToolResult, ToolAnnotations};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::arguments::{get, method, object, yes};
use super::{McpTool, calling, names};
use crate::error::Error;
use crate::invoke::sums::Sums;
use crate::invoke::{Caller, Writes};
use crate::mcp::result;
use crate::service::{Call, Service};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Dispatch {
    /// Template, or a path with values
    path: String,
    #[serde(default = "get")]
    method: String,
    /// Path, query and header parameters by name
    params: Option<Map<String, Value>>,
    /// Body: JSON, text as it is sent, or a file's path; a flat object does for PATCH
    data: Option<Value>,
    #[serde(default)]
    all_pages: bool,
    max_items: Option<usize>,
    #[serde(default)]
    dry_run: bool,
    #[serde(default = "yes")]
    validate: bool,
    /// Ids, rows, a stored handle or `GET /list?...`: one call each, filling `{id}` of the path, `{each/field}` in values
    for_each: Option<Value>,
    /// jq over all rows
    select: Option<String>,
    /// Such as `board/name`: counts, or sums
    group_by: Option<String>,
    sum: Option<String>,
    count: Option<bool>,
    top: Option<usize>,
    /// Of the answer, such as `id`, `company/name`
    fields: Option<Vec<String>>,
    /// `full`: all of a record that was written, links, the request
    #[serde(default, rename = "return")]
    returned: Returned,
    /// Saved parameters for a read that gives none, where `question` says them
    #[serde(default = "yes")]
    use_memory: bool,
    /// The user's words
    question: Option<String>,
    /// Take this saved entry's
    record_identifier: Option<i64>,
    /// Values of its slots
    slots: Option<Map<String, Value>>,
    /// From a preview
    confirmation: Option<String>,
    api: Option<String>,
}

/// How much of an answer is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Returned {
    #[default]
    Changed,
    Full,
}

impl McpTool for Dispatch {
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
        let call = Call {
            api: self.api,
            params: self.params.unwrap_or_default(),
            data: self.data,
            for_each: self.for_each,
            all_pages: self.all_pages,
            max_items: self.max_items,
            sums: Sums {
                select: self.select,
                group_by: self.group_by,
                sum: self.sum,
                count: self.count == Some(true),
                top: self.top,
            },
            dry_run: self.dry_run,
            validate: self.validate,
            confirmation: self.confirmation,
            fields: self.fields.unwrap_or_default(),
            is_full: self.returned == Returned::Full,
            use_memory: self.use_memory,
            question: self.question,
            record: self.record_identifier,
            slots: self.slots.unwrap_or_default(),
            ..Call::new(method(&self.method)?, &self.path)
        };
        Ok(result::answer(&service.call(call, caller).await?.answer))
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
