//! Operations by keyword.

use rmcp::model::{CallToolResult, ContentBlock};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::arguments::{MOST_RESULTS, object};
use super::{McpTool, in_turn, names};
use crate::error::Error;
use crate::invoke::Caller;
use crate::mcp::result;
use crate::search::{Answer, Fit, Mode, Query};
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
        output()
    }

    async fn run(self, service: &Service, _caller: &dyn Caller) -> Result<CallToolResult, Error> {
        let query = Query {
            text: self.query,
            mode: Mode::Keyword,
            limit: self.max_results.clamp(1, MOST_RESULTS),
            ..Query::default()
        };
        Ok(hits(&in_turn(service, move |service| service.search(&query)).await?))
    }
}

/// Makes the output schema of a list of hits.
pub(super) fn output() -> Value {
    let hit = object(json!({
        "rank": { "type": "integer" },
        "method": { "type": "string" },
        "path": { "type": "string" },
        "call": { "type": "object" },
    }));
    object(json!({
        "reduced": { "type": ["string", "null"] },
        "hits": { "type": "array", "items": hit },
    }))
}

/// An answer, and where no hit fits well, that.
#[derive(Serialize)]
struct Judged<'a> {
    #[serde(flatten)]
    answer: &'a Answer,
    #[serde(skip_serializing_if = "Option::is_none")]
    weak: Option<&'static str>,
}

/// Makes a result of hits; where there are none, its text proposes what to try instead.
pub(super) fn hits(answer: &Answer) -> CallToolResult {
    let weak = match answer.fit() {
        Fit::Good => None,
        Fit::Weak => Some("no operation stands out: try other words; the API may have none for this"),
        Fit::Nothing => Some("none of these fits: the API seems to have no such operation"),
    };
    let weak = weak.filter(|_| !answer.hits.is_empty());
    let mut result = result::structured(&Judged { answer, weak });
    if answer.hits.is_empty() {
        result.content = vec![ContentBlock::text(format!(
            "No operation matches {:?}. Use other words, or browse with {} and {}.",
            answer.query,
            names::ENUMERATE_API_DOMAINS,
            names::FETCH_DOMAIN_RESOURCES
        ))];
    }
    result
}
