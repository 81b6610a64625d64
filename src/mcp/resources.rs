//! Stored results as MCP resources: what an answer was too large to show, read by URI.

use rmcp::ErrorData;
use rmcp::model::{ListResourcesResult, ReadResourceResult, Resource, ResourceContents};

use crate::error::{Error, chain};
use crate::invoke::answer::RESOURCE_PREFIX;
use crate::service::Service;

/// The results that a client has stored.
///
/// # Errors
/// A protocol error where calls cannot be made at all.
pub(super) fn list(service: &Service, client: &str) -> Result<ListResourcesResult, ErrorData> {
    let invoker = service.invoker().map_err(|error| ErrorData::internal_error(chain(&error), None))?;
    let resources = invoker.stored().of_client(client).into_iter().map(|(handle, rows)| {
        Resource::new(format!("{RESOURCE_PREFIX}{handle}"), format!("{rows} rows of an answer"))
            .with_mime_type("application/json")
    });
    Ok(ListResourcesResult::with_all_items(resources.collect()))
}

/// All rows of a stored result, as one JSON array.
///
/// # Errors
/// A protocol error for a URI that is none of this client's.
pub(super) fn read(service: &Service, client: &str, uri: &str) -> Result<ReadResourceResult, ErrorData> {
    let unknown = |reason: String| ErrorData::resource_not_found(reason, None);
    let handle = uri.strip_prefix(RESOURCE_PREFIX).ok_or_else(|| {
        unknown(format!("`{uri}` is no resource of this server; theirs begin with {RESOURCE_PREFIX}"))
    })?;
    let mut rows = Vec::new();
    let mut next = Some(0);
    while let Some(offset) = next {
        let page = service
            .read_stored(client, handle, (offset, usize::MAX), &[])
            .map_err(|error: Error| unknown(chain(&error)))?;
        rows.extend(page.rows);
        next = page.next_offset;
    }
    let text = serde_json::Value::from(rows).to_string();
    Ok(ReadResourceResult::new(vec![ResourceContents::text(text, uri).with_mime_type("application/json")]))
}
