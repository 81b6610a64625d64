//! How do the properties of a form travel, as each edition of the specification says it?

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::parameters::ParameterObject;
use super::reader::{Found, Reader, flag, text};
use super::reference::At;
use super::{Dialect, Encoding};

/// The `encoding` of a media type object.
pub(super) fn of_media<'a>(
    reader: &mut Reader<'a>,
    media: &'a Map<String, Value>,
    media_type: &str,
    at: At<'_>,
) -> BTreeMap<String, Encoding> {
    let mut encodings = BTreeMap::new();
    let Some(given) = reader.object(media, "encoding", at) else { return encodings };
    let list = at.key("encoding");
    // OpenAPI 3.0.3, "Encoding Object": the styles are for URL-encoded forms alone; 3.1 has them for both.
    let has_styles =
        reader.dialect != Dialect::OpenApi30 || !media_type.trim().to_ascii_lowercase().starts_with("multipart/");
    for (name, value) in given {
        let Some(Found { object, pointer }) = reader.follow(value, list.key(name), "encoding") else { continue };
        let here = At::whole(&pointer);
        let content_type = text(object.get("contentType")).filter(|name| !name.trim().is_empty());
        let (headers, open_headers) = headers(reader, object, here);
        let mut encoding = Encoding { content_type, headers, open_headers, ..Encoding::default() };
        if has_styles {
            encoding.style = text(object.get("style"));
            encoding.explode = flag(object.get("explode"));
            encoding.allow_reserved = flag(object.get("allowReserved"));
        }
        encodings.insert(name.clone(), encoding);
    }
    encodings
}

/// The headers that have one value only, and those whose value callers give. `Content-Type` is said apart.
fn headers<'a>(
    reader: &mut Reader<'a>,
    encoding: &'a Map<String, Value>,
    at: At<'_>,
) -> (BTreeMap<String, String>, BTreeMap<String, bool>) {
    let (mut fixed, mut open) = (BTreeMap::new(), BTreeMap::new());
    let Some(given) = reader.object(encoding, "headers", at) else { return (fixed, open) };
    let list = at.key("headers");
    for (name, value) in given.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("Content-Type")) {
        let Some(Found { object, .. }) = reader.follow(value, list.key(name), "header") else { continue };
        let schema = object.get("schema").and_then(Value::as_object).unwrap_or(object);
        let only = schema.get("enum").and_then(Value::as_array).filter(|values| values.len() == 1);
        let only = schema.get("const").or_else(|| only.and_then(|values| values.first()));
        match text(only.or_else(|| schema.get("default"))) {
            Some(value) => _ = fixed.insert(name.clone(), value),
            None => _ = open.insert(name.clone(), flag(object.get("required")) == Some(true)),
        }
    }
    (fixed, open)
}

/// The `collectionFormat` of one of Swagger's form fields; `None` where the field is no list.
pub(super) fn of_field(reader: &mut Reader<'_>, field: &ParameterObject<'_>) -> Option<Encoding> {
    let written = text(field.object.get("collectionFormat"));
    if field.object.get("type").is_none_or(|name| name != "array") {
        return None;
    }
    let items = field.object.get("items").and_then(|items| items.get("type"));
    let (style, explode) = match written.as_deref() {
        // A list of files has no text to be joined.
        _ if items.is_some_and(|name| name == "file") => return None,
        None | Some("csv") => ("form", false),
        Some("multi") => ("form", true),
        Some("ssv") => ("spaceDelimited", false),
        Some("tsv") => ("tabDelimited", false),
        Some("pipes") => ("pipeDelimited", false),
        Some(other) => {
            let message = format!("no style stands for `collectionFormat: {other}`; values are joined by commas");
            reader.repaired("collection-format-unknown", At::whole(&field.pointer).key("collectionFormat"), message);
            ("form", false)
        }
    };
    Some(Encoding { style: Some(style.to_owned()), explode: Some(explode), ..Encoding::default() })
}
