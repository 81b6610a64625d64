//! How does OpenAPI 3 describe parameters, bodies and responses?
//!
//! 3.0 and 3.1 differ in their schemas, which [`super::schema`] evens out, and hardly here.

use serde_json::{Map, Value, json};

use super::parameters::{self, Place};
use super::parts::{Context, Parts};
use super::reader::{Found, Reader, flag, is_extension, text, text_or_empty};
use super::reference::At;
use super::responses::{example, responses};
use super::{MediaType, Parameter, RequestBody, encodings};

/// Reads the parameters, the body and the responses of one operation.
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
        let (mut schema, mut example, mut written) = (json!({}), example(reader, entry.object, here), None);
        if let Some(value) = entry.object.get("schema") {
            schema = reader.schema(value, here.key("schema"));
        } else if let Some(content) = reader.object(entry.object, "content", here) {
            let media = content_of(reader, content, here.key("content")).into_iter().next();
            if let Some(media) = media {
                (schema, written) = (media.schema, Some(media.media_type));
                example = example.or(media.example);
            }
        }
        // OpenAPI 3.1.0 section 4.8.12.2: both are for query parameters alone.
        // GitHub's word for `{+path}`.
        let takes_slashes =
            location == super::ParameterIn::Path && flag(entry.object.get("x-multi-segment")) == Some(true);
        let of_query = |key: &str| entry.place == Place::Query && flag(entry.object.get(key)) == Some(true);
        parameters.push(Parameter {
            name: entry.name.clone(),
            location,
            required: parameters::required(reader, entry),
            description: text_or_empty(entry.object.get("description")),
            schema,
            style: text(entry.object.get("style")),
            explode: flag(entry.object.get("explode")),
            content: written,
            allow_reserved: of_query("allowReserved") || takes_slashes,
            allow_empty_value: of_query("allowEmptyValue"),
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
        let encoding = encodings::of_media(reader, object, media_type, here);
        alternatives.push(MediaType { media_type: media_type.clone(), schema, example, encoding });
    }
    alternatives
}
