//! Operations by a sentence.

use rmcp::model::CallToolResult;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::arguments::{MOST_RESULTS, method, yes};
use super::{McpTool, in_turn, names, query_api_endpoints};
use crate::error::Error;
use crate::invoke::Caller;
use crate::search::{Filter, Mode, Query};
use crate::service::Service;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Sentence {
    query: String,
    #[serde(default = "five")]
    max_results: usize,
    method: Option<String>,
    domain: Option<String>,
    api: Option<String>,
    /// Remembered calls first
    #[serde(default = "yes")]
    use_memory: bool,
}

fn five() -> usize {
    5
}

impl McpTool for Sentence {
    const NAME: &'static str = names::SEMANTIC_ENDPOINT_LOCATOR;
    const DESCRIPTION: &'static str =
        "Find the API operations that do what a sentence asks for, best first, each with a ready `call`.";

    fn output() -> Value {
        query_api_endpoints::output()
    }

    async fn run(self, service: &Service, _caller: &dyn Caller) -> Result<CallToolResult, Error> {
        let filter =
            Filter { api: self.api, method: self.method.as_deref().map(method).transpose()?, domain: self.domain };
        let limit = self.max_results.clamp(1, MOST_RESULTS);
        let query = Query { text: self.query, mode: Mode::Hybrid, limit, filter, ..Query::default() };
        let with_memory = self.use_memory;
        let find = move |service: &Service| if with_memory { service.find(&query) } else { service.search(&query) };
        Ok(query_api_endpoints::hits(&in_turn(service, find).await?))
    }
}
