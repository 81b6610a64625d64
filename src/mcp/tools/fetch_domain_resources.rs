//! The resources of a domain.

use rmcp::model::CallToolResult;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::{MOST_RESULTS, object};
use super::{McpTool, in_turn, names};
use crate::error::Error;
use crate::invoke::Caller;
use crate::mcp::{page, result};
use crate::service::Service;
use crate::store::Group;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Resources {
    domain: String,
    api: Option<String>,
    #[serde(default = "twenty")]
    max_results: usize,
    /// `next_cursor` of the page before
    cursor: Option<String>,
}

fn twenty() -> usize {
    20
}

impl McpTool for Resources {
    const NAME: &'static str = names::FETCH_DOMAIN_RESOURCES;
    const DESCRIPTION: &'static str = "List the resources of a domain.";

    fn output() -> Value {
        object(
            json!({ "resources": { "type": "array" }, "total": { "type": "integer" }, "next_cursor": { "type": "string" } }),
        )
    }

    async fn run(self, service: &Service, _caller: &dyn Caller) -> Result<CallToolResult, Error> {
        let Self { domain, api, max_results, cursor } = self;
        let name = domain.clone();
        let resources = in_turn(service, move |service| service.resources(&name, api.as_deref())).await?;
        let total = resources.len();
        let key = |resource: &Group| format!("{} {}", resource.api, resource.name);
        let (page, next) = page::cut(resources, key, cursor.as_deref(), max_results.clamp(1, MOST_RESULTS))?;
        let mut shown = json!({ "domain": domain, "total": total, "resources": page });
        if let Some(next) = next {
            shown["next_cursor"] = next.into();
        }
        Ok(result::structured(&shown))
    }
}
