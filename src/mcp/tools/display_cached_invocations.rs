//! The kept calls.

use rmcp::model::CallToolResult;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::object;
use super::{McpTool, names};
use crate::error::Error;
use crate::invoke::Caller;
use crate::mcp::{page, result};
use crate::service::{Listed, Listing, Service, blocking};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct List {
    search_term: Option<String>,
    cursor: Option<String>,
}

impl McpTool for List {
    const NAME: &'static str = names::DISPLAY_CACHED_INVOCATIONS;
    const DESCRIPTION: &'static str = "List saved calls by use; with a term, by words and meaning.";

    fn output() -> Value {
        object(json!({ "entries": { "type": "array" } }))
    }

    async fn run(self, service: &Service, _caller: &dyn Caller) -> Result<CallToolResult, Error> {
        let (budget, service) = (service.answer_budget(), service.clone());
        let listing = blocking(move || service.recalled(self.search_term.as_deref())).await?;
        let key = |listed: &Listed| listed.entry.id.to_string();
        let (entries, next) = page::fit(listing.entries, key, self.cursor.as_deref(), budget)?;
        let mut shown = json!(Listing { entries, ..listing });
        if let Some(next) = next {
            shown["next_cursor"] = next.into();
        }
        Ok(result::structured(&shown))
    }
}
