//! What is an operation's body, as far as its manifest and its API's habits say?

use std::path::Path;

use serde_json::Value;

use super::view::Schemas;
use super::{Body, Habits};
use crate::openapi::{MediaType, Operation};

/// Header parameters that are no parameters (OpenAPI 3.1.0 section 4.8.12).
const OF_HTTP: [&str; 3] = ["accept", "content-type", "authorization"];

/// The way in which a media type is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    Json,
    Multipart,
    UrlEncoded,
    Text,
    /// Bytes, which only a file holds.
    File,
}

/// What a caller gives as the body of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// JSON, also where it is sent as a form.
    Json,
    /// One text.
    Text,
    /// The path of a file.
    File,
}

impl BodyKind {
    /// The kind of an operation's body; JSON where it declares none. `lookup` gives the named schemas of its API.
    pub fn of(operation: &Operation, lookup: &dyn Fn(&str) -> Option<Value>) -> Self {
        match content_of(operation).map(form_of) {
            Some(Written::Text) => Self::Text,
            Some(Written::File) if !is_record(operation, &Schemas::new(lookup)) => Self::File,
            _ => Self::Json,
        }
    }
}

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
pub(super) fn content_of(operation: &Operation) -> Option<&MediaType> {
    let content = operation.request_body.as_ref()?.content.as_slice();
    [Written::Json, Written::Multipart, Written::UrlEncoded, Written::Text, Written::File]
        .into_iter()
        .find_map(|form| content.iter().find(|content| form_of(content) == form))
}

/// The media type that a body of JSON is sent under, where several are declared and its shape tells: a list of operations is a JSON
/// Patch, and an object is none (RFC 6902 section 3).
pub(super) fn content_for<'o>(operation: &'o Operation, data: &Value) -> Option<&'o MediaType> {
    let first = content_of(operation).filter(|content| form_of(content) == Written::Json);
    let Some(first) = first else { return content_of(operation) };
    let declared = || operation.request_body.iter().flat_map(|body| &body.content);
    let wanted =
        |content: &&MediaType| form_of(content) == Written::Json && is_json_patch(content) == is_patch_list(data);
    if is_json_patch(first) == is_patch_list(data) || !(data.is_object() || is_patch_list(data)) {
        return Some(first);
    }
    // Of several, the merge patch of RFC 7396 has one meaning everywhere.
    let merge =
        declared().filter(wanted).find(|content| essence(&content.media_type) == "application/merge-patch+json");
    merge.or_else(|| declared().find(wanted)).or(Some(first))
}

/// Whether a body of that type is a JSON Patch.
pub(super) fn is_json_patch(content: &MediaType) -> bool {
    essence(&content.media_type) == "application/json-patch+json"
}

fn is_patch_list(data: &Value) -> bool {
    let is_operation = |item: &Value| item.get("op").is_some() && item.get("path").is_some();
    data.as_array().is_some_and(|items| !items.is_empty() && items.iter().all(is_operation))
}

pub(super) fn form_of(content: &MediaType) -> Written {
    match essence(&content.media_type).as_str() {
        "multipart/form-data" => Written::Multipart,
        "application/x-www-form-urlencoded" => Written::UrlEncoded,
        _ if holds_bytes(&content.schema) => Written::File,
        name if is_json(name) => Written::Json,
        name if has_binary_name(name) && !(has_open_name(name) && is_text(&content.schema)) => Written::File,
        _ => Written::Text,
    }
}

/// Whether a body is a record, though bytes are all that is declared for it: converters from Swagger 2.0 and from Google's discovery
/// documents write that where no media type was said. Such APIs take JSON.
pub(super) fn is_record(operation: &Operation, schemas: &Schemas<'_>) -> bool {
    let contents = operation.request_body.as_ref().map_or(&[][..], |body| &body.content);
    let is_one = |content: &MediaType| {
        let view = schemas.view(&content.schema);
        essence(&content.media_type) == OCTETS && view.is("object") && !view.properties.is_empty()
    };
    !contents.is_empty() && contents.iter().all(is_one)
}

/// A media type without its parameters, in lower case.
pub(super) fn essence(media_type: &str) -> String {
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
pub(super) fn has_binary_name(media_type: &str) -> bool {
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

/// The media type that a file is sent under: its own by its ending where that is declared, or nothing else is. `declared` is one
/// type or range, or several with commas between.
pub(super) fn type_of_file(path: &Path, declared: Option<&str>) -> String {
    let own = mime_guess::from_path(path).first_or_octet_stream().essence_str().to_owned();
    let fits = |range: &str| match essence(range).split_once('/') {
        Some(("*", _)) | None => true,
        Some((kind, "*")) => own.split_once('/').is_some_and(|(own, _)| own == kind),
        Some(_) => essence(range) == own,
    };
    let types =
        || declared.into_iter().flat_map(|types| types.split(',')).map(str::trim).filter(|name| !name.is_empty());
    if let Some(exact) = types().find(|name| !name.contains('*') && fits(name)) {
        return exact.to_owned();
    }
    if types().next().is_none() || types().any(fits) {
        return own;
    }
    types().find(|name| !name.contains('*')).map_or_else(|| OCTETS.to_owned(), str::to_owned)
}

/// The media type of bytes of which nothing is known (RFC 2046 section 4.5.1).
pub(super) const OCTETS: &str = "application/octet-stream";

/// Whether JSON is written under that media type.
pub(crate) fn is_json(media_type: &str) -> bool {
    let essence = essence(media_type);
    matches!(essence.as_str(), "" | "*/*" | "application/*" | "application/json" | "text/json")
        || essence.ends_with("+json")
}

/// Whether a body of that media type is lines of which each is JSON.
pub(super) fn is_json_lines(media_type: &str) -> bool {
    let essence = essence(media_type);
    let name = essence.split_once('/').map_or("", |(_, name)| name);
    matches!(name.strip_prefix("x-").unwrap_or(name), "ndjson" | "jsonl" | "jsonlines" | "json-lines")
}

/// Whether a body of that media type is YAML, which has all JSON in it (YAML 1.2.2 section 1.2).
pub(super) fn is_yaml(media_type: &str) -> bool {
    let essence = essence(media_type);
    let name = essence.split_once('/').map_or("", |(_, name)| name);
    name.strip_prefix("x-").unwrap_or(name) == "yaml" || name.ends_with("+yaml")
}

/// Whether a body of that media type is XML, which no JSON is.
pub(super) fn is_xml(media_type: &str) -> bool {
    let essence = essence(media_type);
    matches!(essence.as_str(), "application/xml" | "text/xml") || essence.ends_with("+xml")
}

/// Whether a media type is of JSON with a meaning of its own, such as `application/vnd.api+json`.
pub(super) fn is_kind_of_json(media_type: &str) -> bool {
    essence(media_type).ends_with("+json")
}

/// The media type that a JSON body must be sent under, where the operation names one with a meaning of its own: as plain
/// JSON, a merge patch (RFC 7396) or a JSON Patch is refused or taken for something else. A range (`application/*+json`, as ASP.NET
/// lists it) is no name.
pub(super) fn json_type<'o>(operation: &'o Operation, body: &Body) -> Option<&'o str> {
    let Body::Json(value) = body else { return None };
    let declared = content_for(operation, value)?.media_type.as_str();
    (essence(declared).ends_with("+json") && !declared.contains('*')).then_some(declared)
}

/// The schema of the record that the operation answers with.
pub(super) fn record_schema(operation: &Operation) -> Option<&Value> {
    let good = operation.responses.iter().filter(|response| response.status.starts_with('2'));
    good.flat_map(|response| &response.content).map(|content| &content.schema).next()
}

/// `GET /service/tickets`
pub(super) fn called(operation: &Operation) -> String {
    format!("{} {}", operation.method, operation.path)
}

/// Whether a header comes from elsewhere than from a call.
pub(crate) fn is_set_elsewhere(habits: &dyn Habits, name: &str) -> bool {
    OF_HTTP.iter().chain(habits.own_headers()).any(|known| known.eq_ignore_ascii_case(name))
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

    #[test]
    fn a_file_is_sent_under_a_type_that_is_declared() {
        for (path, declared, wanted) in [
            ("a.png", None, "image/png"),
            ("a.nosuch", None, "application/octet-stream"),
            ("a.png", Some("image/jpeg, image/png"), "image/png"),
            ("a.gif", Some("image/jpeg, image/png"), "image/jpeg"),
            ("a.gif", Some("image/*"), "image/gif"),
            ("a.pdf", Some("image/*"), "application/octet-stream"),
            ("a.pdf", Some("*/*"), "application/pdf"),
            ("a.txt", Some("application/octet-stream"), "application/octet-stream"),
            ("a.csv", Some("text/csv; charset=utf-8"), "text/csv; charset=utf-8"),
        ] {
            assert_eq!(type_of_file(Path::new(path), declared), wanted, "{path} {declared:?}");
        }
    }
}
