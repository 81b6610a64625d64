//! Views inside clients that render them (MCP Apps, SEP-1865): the answer of a call as a table, and its consent.
//!
//! A client that does not say that it renders them is told of none.

use rmcp::RoleServer;
use rmcp::model::{MetaObject, ReadResourceResult, ResourceContents, Tool};
use rmcp::service::RequestContext;
use serde_json::{Map, Value, json};

use super::tools;
use crate::web::answer_view;

/// The extension by which a client says so.
const EXTENSION: &str = "io.modelcontextprotocol/ui";
/// The type of a view.
const MIME: &str = "text/html;profile=mcp-app";
/// The view of an answer.
const ANSWER: &str = "ui://cw-orchestrator/answer";

/// Whether the client of a request renders views.
pub(super) fn are_rendered(context: &RequestContext<RoleServer>) -> bool {
    let extensions = context.client_capabilities().and_then(|capabilities| capabilities.extensions);
    let Some(settings) = extensions.and_then(|mut known| known.remove(EXTENSION)) else { return false };
    // One that names types renders these alone.
    match settings.get("mimeTypes").and_then(Value::as_array) {
        Some(types) => types.iter().any(|known| known == MIME),
        None => true,
    }
}

/// The tools with the view of the one that calls.
pub(super) fn announced(mut tools: Vec<Tool>) -> Vec<Tool> {
    for tool in tools.iter_mut().filter(|tool| tool.name == tools::CALLS) {
        tool.meta = Some(meta(json!({ "resourceUri": ANSWER })));
    }
    tools
}

/// A view by its URI; `None` where that names none.
pub(super) fn read(uri: &str) -> Option<ReadResourceResult> {
    let document = ResourceContents::text(answer_view(), uri).with_mime_type(MIME);
    (uri == ANSWER).then(|| ReadResourceResult::new(vec![document.with_meta(meta(json!({ "prefersBorder": true })))]))
}

fn meta(ui: Value) -> MetaObject {
    MetaObject(Map::from_iter([("ui".to_owned(), ui)]))
}
