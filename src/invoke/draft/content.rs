//! What is an operation's body, as far as its manifest and its API's habits say?

use serde_json::Value;

use super::{Body, Habits};
use crate::openapi::{MediaType, Operation};

/// Header parameters that are no parameters (OpenAPI 3.1.0 section 4.8.12).
const OF_HTTP: [&str; 3] = ["accept", "content-type", "authorization"];

/// The way in which a media type is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Multipart,
    UrlEncoded,
    Text,
}

/// The media type that is used: JSON before forms before text.
pub(super) fn content_of(operation: &Operation) -> Option<&MediaType> {
    let content = operation.request_body.as_ref()?.content.as_slice();
    [Form::Json, Form::Multipart, Form::UrlEncoded, Form::Text]
        .into_iter()
        .find_map(|form| content.iter().find(|content| form_of(content) == form))
}

pub(super) fn form_of(content: &MediaType) -> Form {
    let essence = content.media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "multipart/form-data" => Form::Multipart,
        "application/x-www-form-urlencoded" => Form::UrlEncoded,
        name if is_json(name) => Form::Json,
        _ => Form::Text,
    }
}

/// Whether JSON is written under that media type.
pub(super) fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    matches!(essence.as_str(), "" | "*/*" | "application/*" | "application/json" | "text/json")
        || essence.ends_with("+json")
}

/// The media type that a JSON body must be sent under, where the operation names one with a meaning of its own: as plain
/// JSON, a merge patch (RFC 7396) or a JSON Patch is refused or taken for something else.
pub(super) fn json_type<'o>(operation: &'o Operation, body: &Body) -> Option<&'o str> {
    let declared = content_of(operation)?.media_type.as_str();
    let essence = declared.split(';').next().unwrap_or_default().trim();
    (matches!(body, Body::Json(_)) && essence.to_ascii_lowercase().ends_with("+json")).then_some(declared)
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
pub(super) fn is_set_elsewhere(habits: &dyn Habits, name: &str) -> bool {
    OF_HTTP.iter().chain(habits.own_headers()).any(|known| known.eq_ignore_ascii_case(name))
}
