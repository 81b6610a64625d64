//! The tools that call operations.

use rmcp::model::{CallToolResult, Tool, ToolAnnotations};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::error::Error;
use crate::invoke::{Caller, Writes};
use crate::mcp::{result, schema};
use crate::openapi::Method;
use crate::service::{Call, Service};

pub const DISPATCH: &str = "dispatch_api_operation";
pub const RAW: &str = "send_unmediated_payload";
pub const STORED: &str = "read_stored_result";

/// Rows of a stored result that are read at once, where nothing else was said; the budget may make them fewer.
const ROWS: usize = 50;

pub fn tools(writes: Writes) -> Vec<Tool> {
    let answer = || {
        json!({
            "type": "object",
            "properties": {
                "status": { "type": "integer" },
                "more_exist": { "type": ["boolean", "null"] },
                "notes": { "type": "array" },
            },
        })
    };
    // A server that refuses writes only reads, whatever it is asked for.
    let annotations = || match writes {
        Writes::Deny => ToolAnnotations::new().read_only(true).open_world(true),
        Writes::Ask | Writes::Allow => {
            ToolAnnotations::new().read_only(false).destructive(true).idempotent(false).open_world(true)
        }
    };
    vec![
        Tool::new_with_raw(
            DISPATCH,
            Some("Call an operation: checked, authenticated, paged; mistakes are answered with the cure.".into()),
            schema::input::<Dispatch>(),
        )
        .with_raw_output_schema(schema::output(answer()))
        .with_annotations(annotations()),
        Tool::new_with_raw(
            RAW,
            Some("Send a request unchecked: `METHOD /path?query [JSON]`.".into()),
            schema::input::<Raw>(),
        )
        .with_raw_output_schema(schema::output(answer()))
        .with_annotations(annotations()),
        Tool::new_with_raw(
            STORED,
            Some("Read rows of an answer that was too large to show.".into()),
            schema::input::<Stored>(),
        )
        .with_raw_output_schema(schema::output(json!({
            "type": "object",
            "properties": { "rows": { "type": "array" }, "total": { "type": "integer" }, "next_offset": { "type": "integer" } },
        })))
        .with_annotations(ToolAnnotations::new().read_only(true).open_world(false)),
    ]
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dispatch {
    /// Template, or a path with values
    path: String,
    #[serde(default = "get")]
    method: String,
    /// Path, query and header parameters by name
    params: Option<Map<String, Value>>,
    /// Body; a flat object does for PATCH
    data: Option<Value>,
    #[serde(default)]
    all_pages: bool,
    max_items: Option<usize>,
    #[serde(default)]
    dry_run: bool,
    #[serde(default = "yes")]
    validate: bool,
    /// Saved parameters for a read that gives none
    #[serde(default = "yes")]
    use_memory: bool,
    /// Take this saved entry's
    record_identifier: Option<i64>,
    /// Values of its slots
    slots: Option<Map<String, Value>>,
    /// From a preview
    confirmation: Option<String>,
    api: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Raw {
    raw_request: String,
    confirmation: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stored {
    handle: String,
    #[serde(default)]
    offset: usize,
    #[serde(default = "rows")]
    limit: usize,
    /// Such as `id`, `company/name`
    fields: Option<Vec<String>>,
}

fn get() -> String {
    "GET".to_owned()
}

fn yes() -> bool {
    true
}

fn rows() -> usize {
    ROWS
}

pub async fn dispatch(service: &Service, arguments: Dispatch, caller: &dyn Caller) -> Result<CallToolResult, Error> {
    let method: Method = arguments.method.parse().map_err(|error: crate::openapi::UnknownMethod| Error::Argument {
        argument: "method",
        reason: error.to_string(),
    })?;
    let call = Call {
        api: arguments.api,
        params: arguments.params.unwrap_or_default(),
        data: arguments.data,
        all_pages: arguments.all_pages,
        max_items: arguments.max_items,
        dry_run: arguments.dry_run,
        validate: arguments.validate,
        confirmation: arguments.confirmation,
        use_memory: arguments.use_memory,
        record: arguments.record_identifier,
        slots: arguments.slots.unwrap_or_default(),
        ..Call::new(method, &arguments.path)
    };
    Ok(result::structured(&service.call(call, caller).await?.answer))
}

pub async fn raw(service: &Service, arguments: Raw, caller: &dyn Caller) -> Result<CallToolResult, Error> {
    let call = Call {
        validate: false,
        use_memory: false,
        confirmation: arguments.confirmation,
        ..Call::parse(&arguments.raw_request)?
    };
    Ok(result::structured(&service.call(call, caller).await?.answer))
}

pub fn stored(service: &Service, arguments: &Stored, client: &str) -> Result<CallToolResult, Error> {
    let fields = arguments.fields.as_deref().unwrap_or_default();
    let page = service.read_stored(client, &arguments.handle, (arguments.offset, arguments.limit), fields)?;
    Ok(result::structured(&page))
}
