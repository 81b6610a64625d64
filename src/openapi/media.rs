//! How is a body written under a media type, and which of several is used?

use serde_json::Value;

use super::operation::{MediaType, Operation};

/// The way in which a media type is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    Json,
    Multipart,
    UrlEncoded,
    Text,
    /// Bytes, which only a file holds.
    File,
}

/// The media type of bytes of which nothing is known (RFC 2046 section 4.5.1).
pub(crate) const OCTETS: &str = "application/octet-stream";

/// Types of `application` that are text, beside those of JSON and XML and what a schema says.
const TEXTS: [&str; 12] = [
    "ecmascript",
    "graphql",
    "javascript",
    "jsonl",
    "ld-json",
    "sparql-query",
    "sparql-update",
    "sql",
    "toml",
    "x-ndjson",
    "x-yaml",
    "yaml",
];

/// The media type that is used: JSON before forms before text before bytes.
pub(crate) fn content_of(operation: &Operation) -> Option<&MediaType> {
    let content = operation.request_body.as_ref()?.content.as_slice();
    [Written::Json, Written::Multipart, Written::UrlEncoded, Written::Text, Written::File]
        .into_iter()
        .find_map(|form| content.iter().find(|content| form_of(content) == form))
}

/// How a body of this media type and schema is written.
pub(crate) fn form_of(content: &MediaType) -> Written {
    match essence(&content.media_type).as_str() {
        "multipart/form-data" => Written::Multipart,
        "application/x-www-form-urlencoded" => Written::UrlEncoded,
        _ if holds_bytes(&content.schema) => Written::File,
        name if is_json(name) => Written::Json,
        name if has_binary_name(name) && !(has_open_name(name) && is_text(&content.schema)) => Written::File,
        _ => Written::Text,
    }
}

/// Whether a declared media type or range has this one in it, whatever their parameters.
pub(crate) fn covers(declared: &str, given: &str) -> bool {
    let (declared, given) = (essence(declared), essence(given));
    match declared.split_once('*') {
        None => declared == given,
        Some((before, "/*")) => given.starts_with(before),
        Some((before, after)) => {
            given.len() >= before.len() + after.len() && given.starts_with(before) && given.ends_with(after)
        }
    }
}

/// A media type without its parameters, in lower case.
pub(crate) fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether a schema is one of bytes: `format: binary`, as generators of Swagger 2.0 write it also `file`, or the
/// `contentMediaType` of 3.1 without a `contentEncoding` that makes text of it.
fn holds_bytes(schema: &Value) -> bool {
    let has = |key: &str| schema.get(key).is_some();
    let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
    matches!(format, "binary" | "file") || (has("contentMediaType") && !has("contentEncoding"))
}

fn is_text(schema: &Value) -> bool {
    schema.get("type").is_some_and(|name| name == "string")
}

/// Whether a media type is one of bytes, as far as its name says.
pub(crate) fn has_binary_name(media_type: &str) -> bool {
    let essence = essence(media_type);
    let (kind, name) = essence.split_once('/').unwrap_or((&essence, ""));
    match kind {
        "image" => name != "svg+xml",
        "audio" | "video" | "font" | "model" => true,
        "application" => {
            let is_text = TEXTS.contains(&name) || name == "xml" || name.ends_with("+xml") || name.ends_with("+yaml");
            !is_text && !is_json(&essence)
        }
        _ => false,
    }
}

/// Whether a media type may hold text just as well, so that the schema decides: some `application` of its own.
fn has_open_name(essence: &str) -> bool {
    essence.starts_with("application/") && essence != "application/octet-stream"
}

/// Whether JSON is written under that media type.
pub(crate) fn is_json(media_type: &str) -> bool {
    let essence = essence(media_type);
    matches!(essence.as_str(), "" | "*/*" | "application/*" | "application/json" | "text/json")
        || essence.ends_with("+json")
}

/// Whether a body of that media type is lines of which each is JSON.
pub(crate) fn is_json_lines(media_type: &str) -> bool {
    let essence = essence(media_type);
    let name = essence.split_once('/').map_or("", |(_, name)| name);
    matches!(name.strip_prefix("x-").unwrap_or(name), "ndjson" | "jsonl" | "jsonlines" | "json-lines")
}

/// Whether a body of that media type is YAML, which has all JSON in it (YAML 1.2.2 section 1.2).
pub(crate) fn is_yaml(media_type: &str) -> bool {
    let essence = essence(media_type);
    let name = essence.split_once('/').map_or("", |(_, name)| name);
    name.strip_prefix("x-").unwrap_or(name) == "yaml" || name.ends_with("+yaml")
}

/// Whether a body of that media type is XML, which no JSON is.
pub(crate) fn is_xml(media_type: &str) -> bool {
    let essence = essence(media_type);
    matches!(essence.as_str(), "application/xml" | "text/xml") || essence.ends_with("+xml")
}

/// Whether a media type is of JSON with a meaning of its own, such as `application/vnd.api+json`.
pub(crate) fn is_kind_of_json(media_type: &str) -> bool {
    essence(media_type).ends_with("+json")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_body_is_written_as_its_media_type_and_schema_say() {
        let text = json!({ "type": "string" });
        let bytes = json!({ "type": "string", "format": "binary" });
        for (media_type, schema, wanted) in [
            ("application/json; charset=utf-8", json!({}), "json"),
            ("application/vnd.acme+json", json!({}), "json"),
            ("application/json", bytes.clone(), "file"),
            ("application/octet-stream", json!({}), "file"),
            ("application/octet-stream", text.clone(), "file"),
            ("application/octet-stream", json!({ "type": "string", "contentEncoding": "base64" }), "file"),
            ("image/png", json!({}), "file"),
            ("image/*", text.clone(), "file"),
            ("image/svg+xml", text.clone(), "text"),
            ("application/pdf", bytes.clone(), "file"),
            ("application/zip", json!({}), "file"),
            ("application/x-acme", text.clone(), "text"),
            ("application/x-acme", json!({}), "file"),
            ("application/xml", json!({ "type": "object" }), "text"),
            ("application/x-ndjson", json!({}), "text"),
            ("text/csv", text, "text"),
            ("text/csv", bytes, "file"),
            ("text/plain", json!({ "contentMediaType": "image/png" }), "file"),
            ("text/plain", json!({ "contentMediaType": "image/png", "contentEncoding": "base64" }), "text"),
            ("multipart/form-data", json!({ "format": "binary" }), "multipart"),
        ] {
            let content =
                MediaType { media_type: media_type.to_owned(), schema, example: None, encoding: Default::default() };
            let form = match form_of(&content) {
                Written::Json => "json",
                Written::Multipart => "multipart",
                Written::UrlEncoded => "form",
                Written::Text => "text",
                Written::File => "file",
            };
            assert_eq!(form, wanted, "{media_type} {}", content.schema);
        }
    }
}
