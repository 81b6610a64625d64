//! Operations by a sentence.

use rmcp::model::CallToolResult;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::arguments::{MOST_RESULTS, yes};
use super::hits::{self, Wanted};
use super::{McpTool, in_turn, names};
use crate::error::Error;
use crate::invoke::Caller;
use crate::search::{Filter, Mode, Query};
use crate::service::{Service, read_method};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Sentence {
    query: String,
    #[serde(default = "three")]
    max_results: usize,
    method: Option<String>,
    domain: Option<String>,
    api: Option<String>,
    /// Remembered calls first
    #[serde(default = "yes")]
    use_memory: bool,
    /// Scores and why
    #[serde(default)]
    explain: bool,
}

fn three() -> usize {
    3
}

impl McpTool for Sentence {
    const NAME: &'static str = names::SEMANTIC_ENDPOINT_LOCATOR;
    const DESCRIPTION: &'static str = "Find the API operations that do what a sentence asks for, best first, with ready `call`s and what the first takes.";

    fn output() -> Value {
        hits::output()
    }

    async fn run(self, service: &Service, _caller: &dyn Caller) -> Result<CallToolResult, Error> {
        let filter = Filter {
            api: self.api,
            method: self.method.as_deref().map(read_method).transpose()?,
            domain: self.domain,
            ..Filter::default()
        };
        let limit = self.max_results.clamp(1, MOST_RESULTS);
        let query = Query { text: self.query, mode: Mode::Hybrid, limit, filter, ..Query::default() };
        let (with_memory, text) = (self.use_memory, query.text.clone());
        let wanted = Wanted { explain: self.explain, form: true };
        let find = move |service: &Service| {
            let answer = if with_memory { service.find(&query)? } else { service.search(&query)? };
            hits::shown(service, &answer, wanted)
        };
        Ok(hits::result(&text, &in_turn(service, find).await?))
    }
}
