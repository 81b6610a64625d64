//! How does OpenAPI 3 describe parameters, bodies and responses?
//!
//! 3.0 and 3.1 differ in their schemas, which [`super::schema`] evens out, and hardly here.

use serde_json::{Map, Value, json};

use super::parameters::{self, Place};
use super::paths::{Context, Parts};
use super::reader::{Found, Reader, flag, is_extension, text, text_or_empty};
use super::reference::At;
use super::{MediaType, Parameter, RequestBody, Response};

/// What the dialect says about one operation.
pub(super) fn parts<'a>(reader: &mut Reader<'a>, context: Context<'a>, at: At<'_>) -> Parts {
    let mut parameters = Vec::with_capacity(context.entries.len());
    for entry in &context.entries {
        let Some(location) = entry.place.location() else {
            parameters::nowhere(reader, entry);
            continue;
        };
        let here = At::whole(&entry.pointer);
        // OpenAPI 3.0.3, "Fixed Fields" of the Parameter Object: these definitions shall be ignored.
        let reserved = ["accept", "content-type", "authorization"];
        if entry.place == Place::Header && reserved.contains(&entry.name.to_ascii_lowercase().as_str()) {
            let message = format!("the header `{}` is no parameter by the specification; it was ignored", entry.name);
            reader.repaired("parameter-header-reserved", here, message);
            continue;
        }
        let (mut schema, mut example) = (json!({}), example(reader, entry.object, here));
        if let Some(value) = entry.object.get("schema") {
            schema = reader.schema(value, here.key("schema"));
        } else if let Some(content) = reader.object(entry.object, "content", here) {
            let media = content_of(reader, content, here.key("content")).into_iter().next();
            if let Some(media) = media {
                schema = media.schema;
                example = example.or(media.example);
            }
        }
        parameters.push(Parameter {
            name: entry.name.clone(),
            location,
            required: parameters::required(reader, entry),
            description: text_or_empty(entry.object.get("description")),
            schema,
            style: text(entry.object.get("style")),
            explode: flag(entry.object.get("explode")),
            example,
        });
    }
    let request_body = context.object.get("requestBody").filter(|body| !body.is_null());
    let request_body = request_body.and_then(|body| request_body_of(reader, body, at.key("requestBody")));
    Parts { parameters, request_body, responses: responses(reader, context.object, at, &mut response) }
}

fn request_body_of<'a>(reader: &mut Reader<'a>, value: &'a Value, at: At<'_>) -> Option<RequestBody> {
    let Found { object, pointer } = reader.follow(value, at, "request body")?;
    let at = At::whole(&pointer);
    let content = reader.object(object, "content", at);
    Some(RequestBody {
        required: flag(object.get("required")).unwrap_or(false),
        description: text_or_empty(object.get("description")),
        content: content.map(|content| content_of(reader, content, at.key("content"))).unwrap_or_default(),
    })
}

fn response<'a>(reader: &mut Reader<'a>, object: &'a Map<String, Value>, at: At<'_>) -> Vec<MediaType> {
    let content = reader.object(object, "content", at);
    content.map(|content| content_of(reader, content, at.key("content"))).unwrap_or_default()
}

/// How a dialect reads the bodies of a response object.
pub(super) type ReadContent<'a, 'f> =
    &'f mut dyn FnMut(&mut Reader<'a>, &'a Map<String, Value>, At<'_>) -> Vec<MediaType>;

/// The responses of an operation, whose bodies are read by `content`.
pub(super) fn responses<'a>(
    reader: &mut Reader<'a>,
    operation: &'a Map<String, Value>,
    at: At<'_>,
    content: ReadContent<'a, '_>,
) -> Vec<Response> {
    let list = at.key("responses");
    let mut responses = Vec::new();
    for (status, value) in reader.object(operation, "responses", at).into_iter().flatten() {
        if is_extension(status) {
            continue;
        }
        let here = list.key(status);
        let Some(status) = status_of(status) else {
            reader.skipped(
                "response-status-malformed",
                here,
                format!("`{status}` is no status; the response was left out"),
            );
            continue;
        };
        if let Some(Found { object, pointer }) = reader.follow(value, here, "response") {
            let description = text_or_empty(object.get("description"));
            let content = content(reader, object, At::whole(&pointer));
            responses.push(Response { status, description, content });
        }
    }
    responses
}

/// `200`, `4XX` or `default`, as the specification spells them.
fn status_of(written: &str) -> Option<String> {
    let status = written.trim();
    if status.eq_ignore_ascii_case("default") {
        return Some("default".to_owned());
    }
    match status.as_bytes() {
        [b'1'..=b'9', a, b] if a.is_ascii_digit() && b.is_ascii_digit() => Some(status.to_owned()),
        [class @ b'1'..=b'5', b'x' | b'X', b'x' | b'X'] => Some(format!("{}XX", char::from(*class))),
        _ => None,
    }
}

fn content_of<'a>(reader: &mut Reader<'a>, content: &'a Map<String, Value>, at: At<'_>) -> Vec<MediaType> {
    let mut alternatives = Vec::with_capacity(content.len());
    for (media_type, value) in content {
        if is_extension(media_type) {
            continue;
        }
        let Some(Found { object, pointer }) = reader.follow(value, at.key(media_type), "media type") else { continue };
        let here = At::whole(&pointer);
        // 3.2 describes items of a stream by `itemSchema`.
        let key = if object.contains_key("schema") { "schema" } else { "itemSchema" };
        let schema = object.get(key).map(|schema| reader.schema(schema, here.key(key)));
        let example = example(reader, object, here);
        let schema = schema.unwrap_or_else(|| json!({}));
        alternatives.push(MediaType { media_type: media_type.clone(), schema, example });
    }
    alternatives
}

/// `example`, or the value of the first of `examples`.
fn example<'a>(reader: &mut Reader<'a>, object: &'a Map<String, Value>, at: At<'_>) -> Option<Value> {
    if let Some(example) = object.get("example") {
        return Some(example.clone());
    }
    match object.get("examples")? {
        Value::Object(named) => {
            let (name, example) = named.iter().next()?;
            if !example.is_object() {
                return Some(example.clone());
            }
            let found = reader.follow(example, at.key("examples").key(name), "example")?;
            found.object.get("value").or_else(|| found.object.get("dataValue")).cloned()
        }
        Value::Array(values) => values.first().cloned(),
        _ => None,
    }
}
