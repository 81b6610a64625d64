//! How does any dialect describe its responses?
//!
//! Swagger 2.0 and OpenAPI 3 list them alike, by status; what stands inside one is read by the dialect's own reader.

use serde_json::{Map, Value};

use super::reader::{Found, Reader, is_extension, text_or_empty};
use super::reference::At;
use super::{MediaType, Response};

/// Reads the bodies of a response object, as one dialect has them.
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

/// `example`, or the value of the first of `examples`.
pub(super) fn example<'a>(reader: &mut Reader<'a>, object: &'a Map<String, Value>, at: At<'_>) -> Option<Value> {
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
