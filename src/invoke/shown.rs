//! How is a request shown: in an answer, in a question, in the audit file?

use serde_json::{Map, Value, json};

use super::client::{ApiAccess, preview};
use super::draft::{Body, Draft};
use super::invoker::Order;
use crate::canonical::sorted;
use crate::escape::{escape_controls, escape_controls_but_lines};

/// The request as it is sent, with secrets hidden; `access` is what is known of how to reach the API.
pub(super) fn shown(order: &Order, access: Option<&ApiAccess>) -> Value {
    let draft = &order.draft;
    let body = match &draft.body {
        None => Value::Null,
        Some(Body::Json(value)) => value.clone(),
        Some(Body::Form(fields)) => json!({ "form": pairs(fields) }),
        Some(Body::Multipart { fields, file }) => {
            let file = file.as_ref().map(|(name, path)| json!({ "field": name, "path": path }));
            json!({ "multipart": pairs(fields), "file": file })
        }
        Some(Body::Text { media_type, text }) => json!({ "media_type": media_type, "text": text }),
    };
    let mut shown = Map::new();
    shown.insert("method".to_owned(), draft.method.as_str().into());
    let preview = access.and_then(|access| preview(access, draft).ok());
    match &preview {
        Some(preview) if access.is_some_and(|access| access.site().is_none()) => {
            shown.insert("url".to_owned(), preview.url.clone().into());
        }
        _ => {
            shown.insert("path".to_owned(), draft.path.clone().into());
            shown.insert("query".to_owned(), pairs(&draft.query));
        }
    }
    if let Some(preview) = preview.filter(|_| order.dry_run) {
        shown.insert("headers".to_owned(), pairs(&preview.headers));
    }
    if !body.is_null() {
        shown.insert("body".to_owned(), body);
    }
    shown.into()
}

fn pairs(list: &[(String, String)]) -> Value {
    list.iter().map(|(name, value)| (name.clone(), Value::String(value.clone()))).collect::<Map<_, _>>().into()
}

/// What the user is asked.
pub(super) fn question(order: &Order, access: Option<&ApiAccess>, reason: &str) -> String {
    let Draft { method, path, .. } = &order.draft;
    let request = shown(order, access);
    let body = request.get("body").map(|body| serde_json::to_string_pretty(body).unwrap_or_default());
    let mut text = format!("{reason} Send it to {}?\n\n{method} {}", order.api, escape_controls(path));
    if !order.draft.query.is_empty() {
        text.push_str(&format!("\nquery: {}", escape_controls(&pairs(&order.draft.query).to_string())));
    }
    if let Some(body) = body {
        text.push_str(&format!("\n{}", escape_controls_but_lines(&body)));
    }
    text
}

/// Equal for equal requests, whatever the order of a JSON body's members.
pub(super) fn fingerprint(order: &Order) -> String {
    let Draft { method, path, query, headers, body, .. } = &order.draft;
    let body = match body {
        Some(Body::Json(value)) => format!("Json({})", sorted(value)),
        other => format!("{other:?}"),
    };
    let host = order.access.as_ref().map(|access| access.base_url().host()).unwrap_or_default();
    blake3::hash(format!("{host} {method} {path} {query:?} {headers:?} {body}").as_bytes()).to_hex().to_string()
}

/// What the audit file says of a body.
pub(super) struct Written {
    /// Names of the top-level fields, or of those a PATCH changes.
    pub(super) fields: Vec<String>,
    /// Its hash; empty where there is no body.
    pub(super) blake3: String,
}

impl Written {
    pub(super) fn of(draft: &Draft) -> Self {
        let hash = |text: String| blake3::hash(text.as_bytes()).to_hex().to_string();
        match &draft.body {
            None => Self { fields: Vec::new(), blake3: String::new() },
            Some(Body::Json(value)) => {
                let fields = match value {
                    Value::Object(object) => object.keys().cloned().collect(),
                    Value::Array(items) => {
                        items.iter().filter_map(|item| item.get("path")?.as_str().map(str::to_owned)).collect()
                    }
                    _ => Vec::new(),
                };
                Self { fields, blake3: hash(value.to_string()) }
            }
            Some(Body::Form(fields) | Body::Multipart { fields, .. }) => Self {
                fields: fields.iter().map(|(name, _)| name.clone()).collect(),
                blake3: hash(format!("{fields:?}")),
            },
            Some(Body::Text { text, .. }) => Self { fields: Vec::new(), blake3: hash(text.clone()) },
        }
    }
}
