//! The domains of the catalogue.

use rmcp::model::CallToolResult;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::object;
use super::{McpTool, in_turn, names};
use crate::error::Error;
use crate::invoke::Caller;
use crate::mcp::result;
use crate::service::Service;

/// Most domains that are listed: a folder of manifests has thousands, which would fill an agent's context.
const MOST_DOMAINS: usize = 300;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Domains {
    api: Option<String>,
}

impl McpTool for Domains {
    const NAME: &'static str = names::ENUMERATE_API_DOMAINS;
    const DESCRIPTION: &'static str = "List the API's domains with how many operations and resources each has.";

    fn output() -> Value {
        object(json!({ "domains": { "type": "array" } }))
    }

    async fn run(self, service: &Service, _caller: &dyn Caller) -> Result<CallToolResult, Error> {
        let mut domains = in_turn(service, move |service| service.domains(self.api.as_deref())).await?;
        let total = domains.len();
        let mut shown = json!({ "total": total });
        if total > MOST_DOMAINS {
            let sentence = names::SEMANTIC_ENDPOINT_LOCATOR;
            shown["notice"] =
                format!("the first {MOST_DOMAINS} of {total} domains; name one `api`, or ask {sentence}").into();
            domains.truncate(MOST_DOMAINS);
        }
        shown["domains"] = json!(domains);
        Ok(result::structured(&shown))
    }
}
