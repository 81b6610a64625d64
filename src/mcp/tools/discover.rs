//! The five tools that find operations.

use rmcp::model::{CallToolResult, Tool};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::reading_tool;
use crate::error::Error;
use crate::mcp::{page, result};
use crate::openapi::Method;
use crate::search::{Answer, Filter, Mode, Query};
use crate::service::Service;

pub const KEYWORDS: &str = "query_api_endpoints";
pub const SENTENCE: &str = "semantic_endpoint_locator";
pub const DOMAINS: &str = "enumerate_api_domains";
pub const RESOURCES: &str = "fetch_domain_resources";
pub const METADATA: &str = "resolve_resource_metadata";

/// More hits than any agent reads, and few enough to answer at once.
const MOST_RESULTS: usize = 100;

pub fn tools() -> Vec<Tool> {
    let object = |members: Value| json!({ "type": "object", "properties": members });
    let hits = || {
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
    };
    vec![
        reading_tool::<Keywords>(
            KEYWORDS,
            "Find API operations by keywords in path, summary, tags or field names.",
            hits(),
        ),
        reading_tool::<Sentence>(
            SENTENCE,
            "Find the API operations that do what a sentence asks for, best first, each with a ready `call`.",
            hits(),
        ),
        reading_tool::<Domains>(
            DOMAINS,
            "List the API's domains with how many operations and resources each has.",
            object(json!({ "domains": { "type": "array" } })),
        ),
        reading_tool::<Resources>(
            RESOURCES,
            "List the resources of a domain.",
            object(
                json!({ "resources": { "type": "array" }, "total": { "type": "integer" }, "next_cursor": { "type": "string" } }),
            ),
        ),
        reading_tool::<Metadata>(
            METADATA,
            "Show an operation in full: parameters, resolved schemas, example body, fields for `conditions`.",
            object(json!({
                "method": { "type": "string" },
                "path": { "type": "string" },
                "parameters": { "type": "array" },
                "responses": { "type": "array" },
                "call": { "type": "object" },
            })),
        ),
    ]
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Keywords {
    query: String,
    #[serde(default = "ten")]
    max_results: usize,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sentence {
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

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Domains {
    api: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resources {
    domain: String,
    api: Option<String>,
    #[serde(default = "twenty")]
    max_results: usize,
    /// `next_cursor` of the page before
    cursor: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// Template, or a path with values
    path: String,
    #[serde(default = "get")]
    method: String,
    api: Option<String>,
}

fn yes() -> bool {
    true
}

fn five() -> usize {
    5
}

fn ten() -> usize {
    10
}

fn twenty() -> usize {
    20
}

fn get() -> String {
    "GET".to_owned()
}

fn method(text: &str) -> Result<Method, Error> {
    text.parse().map_err(|error: crate::openapi::UnknownMethod| Error::Argument {
        argument: "method",
        reason: error.to_string(),
    })
}

pub fn query_api_endpoints(service: &Service, arguments: Keywords) -> Result<CallToolResult, Error> {
    let query = Query {
        text: arguments.query,
        mode: Mode::Keyword,
        limit: arguments.max_results.clamp(1, MOST_RESULTS),
        ..Query::default()
    };
    hits(&service.search(&query)?)
}

pub fn semantic_endpoint_locator(service: &Service, arguments: Sentence) -> Result<CallToolResult, Error> {
    let filter = Filter {
        api: arguments.api,
        method: arguments.method.as_deref().map(method).transpose()?,
        domain: arguments.domain,
    };
    let limit = arguments.max_results.clamp(1, MOST_RESULTS);
    let query = Query { text: arguments.query, mode: Mode::Hybrid, limit, filter, ..Query::default() };
    hits(&if arguments.use_memory { service.find(&query)? } else { service.search(&query)? })
}

fn hits(answer: &Answer) -> Result<CallToolResult, Error> {
    if answer.hits.is_empty() {
        let mut result = result::structured(answer);
        result.content = vec![rmcp::model::ContentBlock::text(format!(
            "No operation matches {:?}. Use other words, or browse with {DOMAINS} and {RESOURCES}.",
            answer.query
        ))];
        return Ok(result);
    }
    Ok(result::structured(answer))
}

/// Domains that are listed at once: a folder of manifests has thousands, which would fill an agent's context.
const MOST_DOMAINS: usize = 300;

pub fn enumerate_api_domains(service: &Service, arguments: Domains) -> Result<CallToolResult, Error> {
    let mut domains = service.domains(arguments.api.as_deref())?;
    let total = domains.len();
    let mut shown = json!({ "total": total });
    if total > MOST_DOMAINS {
        shown["notice"] =
            format!("the first {MOST_DOMAINS} of {total} domains; name one `api`, or ask {SENTENCE}").into();
        domains.truncate(MOST_DOMAINS);
    }
    shown["domains"] = json!(domains);
    Ok(result::structured(&shown))
}

pub fn fetch_domain_resources(service: &Service, arguments: Resources) -> Result<CallToolResult, Error> {
    let resources = service.resources(&arguments.domain, arguments.api.as_deref())?;
    let total = resources.len();
    let key = |resource: &crate::store::Group| format!("{} {}", resource.api, resource.name);
    let count = arguments.max_results.clamp(1, MOST_RESULTS);
    let (page, next) = page::cut(resources, key, arguments.cursor.as_deref(), count)
        .map_err(|reason| Error::Argument { argument: "cursor", reason })?;
    let mut shown = json!({ "domain": arguments.domain, "total": total, "resources": page });
    if let Some(next) = next {
        shown["next_cursor"] = next.into();
    }
    Ok(result::structured(&shown))
}

pub fn resolve_resource_metadata(service: &Service, arguments: Metadata) -> Result<CallToolResult, Error> {
    let description = service.describe(method(&arguments.method)?, &arguments.path, arguments.api.as_deref())?;
    Ok(result::structured(&description))
}
