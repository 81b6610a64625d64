//! The tools of fast memory.

use rmcp::model::{CallToolResult, Tool, ToolAnnotations};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::reading_tool;
use crate::error::Error;
use crate::invoke::{Caller, Writes};
use crate::mcp::{result, schema};
use crate::openapi::Method;
use crate::service::{Flushing, Remember, Service};

pub const SAVE: &str = "cache_invocation_pattern";
pub const LIST: &str = "display_cached_invocations";
pub const DISCARD: &str = "discard_cached_entry";
pub const FLUSH: &str = "flush_rapid_recall_system";

pub fn tools(writes: Writes) -> Vec<Tool> {
    let object = |members: Value| json!({ "type": "object", "properties": members });
    // Under `deny` nothing is removed; saving is local, and stays allowed.
    let removing = || match writes {
        Writes::Deny => ToolAnnotations::new().read_only(true).open_world(false),
        Writes::Ask | Writes::Allow => ToolAnnotations::new().read_only(false).destructive(true).open_world(false),
    };
    vec![
        Tool::new_with_raw(SAVE, Some("Save a call to use again.".into()), schema::input::<Save>())
            .with_raw_output_schema(schema::output(object(json!({ "entry": { "type": "object" } }))))
            .with_annotations(
                ToolAnnotations::new().read_only(false).destructive(false).idempotent(true).open_world(false),
            ),
        reading_tool::<List>(
            LIST,
            "List saved calls by use; with a term, by words and meaning.",
            object(json!({ "entries": { "type": "array" } })),
        ),
        Tool::new_with_raw(DISCARD, Some("Remove a saved call.".into()), schema::input::<Discard>())
            .with_raw_output_schema(schema::output(object(json!({ "removed": { "type": "object" } }))))
            .with_annotations(removing()),
        Tool::new_with_raw(
            FLUSH,
            Some("Remove all saved calls, once confirmed; a copy stays.".into()),
            schema::input::<Flush>(),
        )
        .with_raw_output_schema(schema::output(object(json!({ "removed": { "type": "integer" } }))))
        .with_annotations(removing()),
    ]
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Save {
    path: String,
    method: String,
    description: String,
    params: Option<Map<String, Value>>,
    data: Option<Value>,
    /// Values to ask for on each use, by name or as `{name}` in a value
    slots: Option<Vec<String>>,
    api: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct List {
    search_term: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Discard {
    record_identifier: i64,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Flush {
    confirmation: Option<String>,
}

pub fn cache_invocation_pattern(service: &Service, arguments: Save) -> Result<CallToolResult, Error> {
    let method: Method = arguments.method.parse().map_err(|error: crate::openapi::UnknownMethod| Error::Argument {
        argument: "method",
        reason: error.to_string(),
    })?;
    let wish = Remember {
        method,
        path: arguments.path,
        api: arguments.api,
        description: arguments.description,
        params: arguments.params.unwrap_or_default(),
        data: arguments.data,
        slots: arguments.slots.unwrap_or_default(),
    };
    Ok(result::structured(&service.remember(&wish)?))
}

pub fn display_cached_invocations(service: &Service, arguments: List) -> Result<CallToolResult, Error> {
    Ok(result::structured(&service.recalled(arguments.search_term.as_deref())?))
}

pub fn discard_cached_entry(service: &Service, arguments: Discard) -> Result<CallToolResult, Error> {
    Ok(result::structured(&json!({ "removed": service.discard(arguments.record_identifier)? })))
}

pub async fn flush(service: &Service, arguments: Flush, caller: &dyn Caller) -> Result<CallToolResult, Error> {
    let answer = match service.flush(arguments.confirmation.as_deref(), caller).await? {
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
