//! Operations by keyword.

use rmcp::model::CallToolResult;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::arguments::MOST_RESULTS;
use super::hits::{self, Wanted};
use super::{McpTool, in_turn, names};
use crate::error::Error;
use crate::invoke::Caller;
use crate::search::{Mode, Query};
use crate::service::Service;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Keywords {
    query: String,
    #[serde(default = "ten")]
    max_results: usize,
}

fn ten() -> usize {
    10
}

impl McpTool for Keywords {
    const NAME: &'static str = names::QUERY_API_ENDPOINTS;
    const DESCRIPTION: &'static str = "Find API operations by keywords in path, summary, tags or field names.";

    fn output() -> Value {
        hits::output()
    }

    async fn run(self, service: &Service, _caller: &dyn Caller) -> Result<CallToolResult, Error> {
        let query = Query {
            text: self.query,
            mode: Mode::Keyword,
            limit: self.max_results.clamp(1, MOST_RESULTS),
            ..Query::default()
        };
        let text = query.text.clone();
        let find = move |service: &Service| hits::shown(service, &service.search(&query)?, Wanted::default());
        Ok(hits::result(&text, &in_turn(service, find).await?))
    }
}
