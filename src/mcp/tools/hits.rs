//! How is a list of hits written? Each in a line or two, the first with what its operation takes, so that mostly no second look is needed.

use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::{Map, Value, json};

use super::arguments::object;
use super::names;
use crate::error::Error;
use crate::escape::{QUOTED, shortened};
use crate::mcp::result;
use crate::search::{Answer, Fit, Hit};
use crate::service::Service;

/// What is shown of hits.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wanted {
    /// Why each stands where it does.
    pub(super) explain: bool,
    /// What the first hit's operation takes.
    pub(super) form: bool,
}

/// Makes the output schema of a list of hits.
pub(super) fn output() -> Value {
    let hit = object(json!({
        "method": { "type": "string" },
        "path": { "type": "string" },
        "call": { "type": "object" },
    }));
    object(json!({ "hits": { "type": "array", "items": hit } }))
}

/// What an answer shows; it reads the catalogue.
pub(super) fn shown(service: &Service, answer: &Answer, wanted: Wanted) -> Result<Value, Error> {
    let several_apis = service.searcher()?.store().apis()?.len() > 1;
    let mut hits = Vec::new();
    for (at, hit) in answer.hits.iter().enumerate() {
        let mut shown = line(hit, several_apis || wanted.explain);
        if let Some(count) = service.count_of(hit)? {
            shown.insert("count".to_owned(), count.into());
        }
        if at > 0 && wanted.form {
            match service.call_of(hit, &answer.query) {
                Ok(call) => _ = shown.insert("call".to_owned(), call),
                Err(error) => tracing::warn!(error = error.name(), "a hit is shown with the call of the catalogue"),
            }
        } else if wanted.form {
            match service.form_of(hit, &answer.query, answer.fit() != Fit::Nothing) {
                Ok((form, call)) => {
                    shown.insert("call".to_owned(), call);
                    shown.insert("takes".to_owned(), form.into());
                }
                // The hit is found all the same.
                Err(error) => tracing::warn!(error = error.name(), "a hit is shown without what its operation takes"),
            }
        }
        if wanted.explain {
            shown.insert("rank".to_owned(), hit.rank.into());
            shown.insert("score".to_owned(), json!(hit)["score"].clone());
            shown.insert("domain".to_owned(), hit.domain.clone().into());
            shown.insert("resource".to_owned(), hit.resource.clone().into());
            shown.insert("operation_id".to_owned(), json!(hit.operation_id));
            shown.insert("why".to_owned(), json!(hit.why));
        }
        hits.push(Value::Object(shown));
    }
    let mut out = Map::new();
    if wanted.explain {
        out.insert("query".to_owned(), answer.query.clone().into());
        out.insert("took_ms".to_owned(), json!(answer.took_ms));
    }
    // How it was ranked is said where it is not what was asked for.
    if wanted.explain || answer.reduced.is_some() {
        out.insert("mode".to_owned(), json!(answer.mode));
    }
    out.insert("reduced".to_owned(), json!(answer.reduced));
    if let Some(missing) = &answer.missing {
        out.insert("missing".to_owned(), json!(missing));
    }
    let weak = match answer.fit() {
        Fit::Good => None,
        Fit::Weak => Some("no operation stands out: try other words; the API may have none for this"),
        Fit::Nothing => Some("none of these fits: the API seems to have no such operation"),
    };
    if let Some(weak) = weak.filter(|_| !answer.hits.is_empty()) {
        out.insert("weak".to_owned(), weak.into());
    }
    out.insert("hits".to_owned(), hits.into());
    Ok(out.into())
}

fn line(hit: &Hit, with_api: bool) -> Map<String, Value> {
    let mut shown = Map::new();
    shown.insert("method".to_owned(), json!(hit.method));
    shown.insert("path".to_owned(), hit.path.clone().into());
    if with_api {
        shown.insert("api".to_owned(), hit.api.clone().into());
    }
    if !hit.summary.is_empty() {
        shown.insert("summary".to_owned(), hit.summary.clone().into());
    }
    shown.insert("call".to_owned(), hit.call.clone());
    if let Some(remembered) = &hit.remembered {
        shown.insert("remembered".to_owned(), json!(remembered));
    }
    shown
}

/// Makes a result of what is shown; where there are no hits, its text proposes what to try instead.
pub(super) fn result(query: &str, shown: &Value) -> CallToolResult {
    let mut result = result::structured(shown);
    if shown["hits"].as_array().is_some_and(Vec::is_empty) {
        let query = shortened(query, QUOTED);
        result.content = vec![ContentBlock::text(format!(
            "No operation matches {query:?}. Use other words, or browse with {} and {}.",
            names::ENUMERATE_API_DOMAINS,
            names::FETCH_DOMAIN_RESOURCES
        ))];
    }
    result
}
