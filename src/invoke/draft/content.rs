//! What is an operation's body, as far as its manifest and its API's habits say?

use std::path::Path;

use serde_json::Value;

use super::view::Schemas;
use super::{Body, Habits};
pub(crate) use crate::openapi::media::is_json;
pub(super) use crate::openapi::media::{
    OCTETS, Written, content_of, covers, essence, form_of, has_binary_name, is_json_lines, is_kind_of_json, is_xml,
    is_yaml,
};
use crate::openapi::{MediaType, Operation, SchemaLookup};

/// Header parameters that are no parameters (OpenAPI 3.1.0 section 4.8.12).
const OF_HTTP: [&str; 3] = ["accept", "content-type", "authorization"];

/// What a caller gives as the body of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// JSON.
    Json,
    /// Fields, given as JSON and sent as a form.
    Form,
    /// One text.
    Text,
    /// The path of a file.
    File,
}

/// What a caller gives as the body of a call, and what else the operation takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenBody {
    /// The kind of the media type that is used.
    pub kind: BodyKind,
    /// Other media types that are text or a file, which the call may choose.
    pub others: Vec<String>,
}

impl Default for TakenBody {
    fn default() -> Self {
        Self { kind: BodyKind::Json, others: Vec::new() }
    }
}

impl TakenBody {
    /// What an operation takes; JSON where it declares nothing. `media_type` is the one that the call chooses, `lookup` gives the
    /// named schemas of its API.
    pub fn of(operation: &Operation, media_type: Option<&str>, lookup: &dyn SchemaLookup) -> Self {
        let declared = operation.request_body.as_ref().map_or(&[][..], |body| &body.content);
        let chosen = media_type.and_then(|name| declared.iter().find(|content| covers(&content.media_type, name)));
        let used = chosen.or_else(|| content_of(operation));
        let kind = match used.map(form_of) {
            Some(Written::Text) => BodyKind::Text,
            Some(Written::File) if chosen.is_some() || !is_record(operation, &Schemas::new(lookup)) => BodyKind::File,
            Some(Written::Multipart | Written::UrlEncoded) => BodyKind::Form,
            _ => BodyKind::Json,
        };
        let is_other = |content: &&MediaType| {
            used.is_some_and(|used| used.media_type != content.media_type)
                && matches!(form_of(content), Written::Text | Written::File)
        };
        let others = declared.iter().filter(is_other).map(|content| content.media_type.clone()).collect();
        Self { kind, others }
    }
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

/// Other patches that the operation declares for an object, each of which does something else with it; none where the body is no
/// patch of that kind.
pub(super) fn other_patches<'o>(operation: &'o Operation, used: &MediaType) -> Vec<&'o str> {
    let is_one = |content: &MediaType| {
        let essence = essence(&content.media_type);
        essence.contains("patch") && is_kind_of_json(&essence) && !is_json_patch(content)
    };
    let declared = operation.request_body.iter().flat_map(|body| &body.content);
    let others = declared.filter(|content| content.media_type != used.media_type && is_one(content));
    if is_one(used) { others.map(|content| content.media_type.as_str()).collect() } else { Vec::new() }
}

/// Whether a body of that type is a JSON Patch.
pub(super) fn is_json_patch(content: &MediaType) -> bool {
    essence(&content.media_type) == "application/json-patch+json"
}

fn is_patch_list(data: &Value) -> bool {
    let is_operation = |item: &Value| item.get("op").is_some() && item.get("path").is_some();
    data.as_array().is_some_and(|items| !items.is_empty() && items.iter().all(is_operation))
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
    use super::*;

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
