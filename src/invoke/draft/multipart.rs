//! What are the parts of a `multipart/form-data` body?
//!
//! A text, or a file from an allowed folder; objects are JSON, and a list is as many parts of one name (OpenAPI 3.1.0 sections
//! 4.8.14.4 and 4.8.15).

use std::borrow::Cow;
use std::path::PathBuf;

use serde_json::{Map, Value};

use super::check::Checker;
use super::content::{OCTETS, Written, content_of, essence, form_of, has_binary_name, is_json, type_of_file};
use super::given::find;
use super::part::{Content, Part};
use super::serialise::{joined_within, text_of};
use super::view::View;
use super::wording::shown;
use super::{Asked, form};
use crate::document::words::split;
use crate::openapi::{Encoding, MediaType, Operation};
use crate::surface::{Given, Place, Said};

const JSON: &str = "application/json";

/// The parts of the body, files last: some servers decide by the fields what they do with a file. `content` is the declared one;
/// without one, `file` is a file and all else is text.
pub(super) fn parts(
    asked: &Asked<'_>,
    content: Option<&MediaType>,
    members: &Map<String, Value>,
    checker: &mut Checker<'_>,
) -> Option<Vec<Part>> {
    let properties = content.map(|content| checker.schemas.view(&content.schema).properties);
    let (mut texts, mut files) = (Vec::new(), Vec::new());
    let mut is_complete = true;
    for (name, value) in members {
        if value.is_null() {
            checker.note_left_out(name);
            continue;
        }
        let encoding = content.and_then(|content| content.encoding.get(name));
        let schema = properties.as_ref().and_then(|properties| properties.get(name));
        let value = schema.map_or(Cow::Borrowed(value), |schema| joined_within(schema, value));
        let value = value.as_ref();
        let view = schema.map(|schema| checker.schemas.view(schema)).unwrap_or_default();
        let items = view.items.as_ref().map(|items| checker.schemas.view(items));
        let place = Place::body().field(name);
        let part_headers = headers(asked, name, encoding, checker);
        let headers = || part_headers.clone();
        let is_named_file = properties.is_none() && name.eq_ignore_ascii_case("file");
        let name = if is_named_file { "file" } else { name };
        let may_be_file = schema.is_some_and(|schema| may_be_file(name, &checker.schemas.views(schema)));
        let is_file_given = may_be_file && value.as_str().is_some_and(|path| asked.uploads.allowed(path).is_ok());
        if may_be_file && !is_file_given && value.is_string() {
            checker.note(Said::new().at(&place).text(" is sent as text: it names no file that may be sent"));
        }
        if is_named_file
            || is_file_given
            || is_file(&view, encoding)
            || items.as_ref().is_some_and(|items| is_file(items, encoding))
        {
            let paths: Vec<(Place, &Value)> = match value {
                Value::Array(items) => {
                    items.iter().enumerate().map(|(index, item)| (place.item(index), item)).collect()
                }
                value => vec![(place, value)],
            };
            if paths.is_empty() {
                checker.note_left_out(name);
            }
            for (place, path) in paths {
                let Some(path) = file(asked, path, &place, checker) else {
                    is_complete = false;
                    continue;
                };
                let declared = encoding.and_then(|encoding| encoding.content_type.as_deref());
                let of_schema = || held(&view).or_else(|| items.as_ref().and_then(held));
                let content_type = Some(type_of_file(&path, declared.or_else(of_schema)));
                files.push(Part {
                    name: name.to_owned(),
                    content_type,
                    headers: headers(),
                    content: Content::File(path),
                });
            }
            continue;
        }
        let coded =
            [Some(&view), items.as_ref()].into_iter().flatten().find(|view| coding(view).or(held(view)).is_some());
        match texts_of(name, value, encoding) {
            Ok(parts) if parts.is_empty() => checker.note_left_out(name),
            Ok(parts) => {
                let parts = parts.into_iter().map(|part| Part { headers: headers(), ..part });
                texts.extend(parts.map(|part| match coded {
                    Some(view) => in_coding(part, view),
                    None => part,
                }));
            }
            Err(NoText { media_type }) => {
                let message = format!("{} is not text, and this part is {media_type}", shown(value));
                checker.problem(&place, message, "Give the whole part as one string.", Vec::new());
                is_complete = false;
            }
        }
    }
    texts.extend(files);
    is_complete.then_some(texts)
}

/// The headers of a part: those with one value only, and those that the call gives.
fn headers(
    asked: &Asked<'_>,
    part: &str,
    encoding: Option<&Encoding>,
    checker: &mut Checker<'_>,
) -> Vec<(String, String)> {
    let Some(encoding) = encoding else { return Vec::new() };
    let mut headers: Vec<(String, String)> = encoding.headers.clone().into_iter().collect();
    for (name, required) in &encoding.open_headers {
        let key = key_of_header(part, name);
        let place = Place::param(key.as_str());
        let given = find(asked.params, &key).map(|(_, value)| text_of(value));
        match given {
            Some(text) if text.chars().any(|c| c != '\t' && (c.is_control() || !c.is_ascii())) => {
                checker.problem(&place, "has characters that no header may have", HEADER_CURE, Vec::new());
            }
            Some(text) => headers.push((name.clone(), text)),
            None if *required && asked.validate => {
                let message = format!("the part `{part}` needs the header `{name}`");
                let cure = Said::from("Give ").given(Given::Param(key.clone())).text(".");
                checker.problem(&place, message, cure, Vec::new());
            }
            None => {}
        }
    }
    headers
}

/// What a caller does about characters that no header may have (RFC 9110 section 5.5).
pub(super) const HEADER_CURE: &str = "Give visible ASCII characters only, no line ends.";

/// The name under which a call gives a header of a part: `photo:X-Rotation`.
fn key_of_header(part: &str, name: &str) -> String {
    format!("{part}:{name}")
}

/// The names under which a call gives the headers of an operation's parts.
pub(crate) fn part_headers(operation: &Operation) -> Vec<String> {
    let Some(content) = content_of(operation).filter(|content| form_of(content) == Written::Multipart) else {
        return Vec::new();
    };
    let of_part = |(part, encoding): (&String, &Encoding)| -> Vec<String> {
        encoding.open_headers.keys().map(|name| key_of_header(part, name)).collect()
    };
    content.encoding.iter().flat_map(of_part).collect()
}

/// Whether a value of this schema is the path of a file.
fn is_file(view: &View, encoding: Option<&Encoding>) -> bool {
    if view.format() == "binary" {
        return true;
    }
    // Text that stands for bytes says how in `contentEncoding` (OpenAPI 3.1.0 section 4.8.14.2).
    if coding(view).is_some() {
        return false;
    }
    let is_untyped = view.types.is_empty() && view.properties.is_empty() && view.values.is_empty();
    let media_type = encoding.filter(|encoding| !encoding.has_style()).and_then(|of| of.content_type.as_deref());
    // Of JSON the text itself is meant.
    held(view).is_some_and(|name| !is_json(name) || !view.is("string"))
        || (is_untyped && media_type.is_some_and(has_binary_name))
}

/// Whether a text may be the path of a file though the manifest does not say that it is one: a value of any kind, by its name or in words
/// a file. A part without a type is bytes by default (OpenAPI 3.1.1, "Encoding Object").
fn may_be_file(name: &str, views: &[View]) -> bool {
    const FILES: [&str; 14] = [
        "file",
        "files",
        "upload",
        "attachment",
        "document",
        "image",
        "photo",
        "picture",
        "avatar",
        "logo",
        "media",
        "audio",
        "video",
        "voice",
    ];
    let is_named = split(name).last().is_some_and(|last| FILES.contains(&last.as_str()));
    let is_untyped = |view: &View| view.types.is_empty() && view.properties.is_empty() && view.values.is_empty();
    let says_file = |view: &View| {
        let text = view.keywords.get("description").and_then(Value::as_str).unwrap_or_default();
        split(text).iter().any(|word| word == "file")
    };
    views.iter().any(|view| is_untyped(view) && coding(view).is_none() && (is_named || says_file(view)))
}

/// The media type of what a schema's text or bytes stand for.
fn held(view: &View) -> Option<&str> {
    view.keywords.get("contentMediaType").and_then(Value::as_str).filter(|name| !name.trim().is_empty())
}

/// How a schema's text stands for bytes: `base64`.
fn coding(view: &View) -> Option<&str> {
    view.keywords.get("contentEncoding").and_then(Value::as_str).filter(|name| !name.trim().is_empty())
}

/// The part of a text that stands for bytes. By default it is `application/octet-stream`, and `contentEncoding` says the same as a
/// header of the part (OpenAPI 3.1.2, "Encoding Object" and "Encoding `multipart` Media Types"; RFC 2045 section 6.1 has these codings
/// alone). A `contentMediaType` is to be ignored beside that default; it is taken, since it says more.
fn in_coding(mut part: Part, view: &View) -> Part {
    const CODINGS: [&str; 5] = ["7bit", "8bit", "base64", "binary", "quoted-printable"];
    const HEADER: &str = "Content-Transfer-Encoding";
    if part.content_type.is_none() {
        part.content_type = held(view).or(coding(view).map(|_| OCTETS)).map(str::to_owned);
    }
    let is_said = part.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(HEADER));
    let coding = coding(view).filter(|name| CODINGS.iter().any(|known| known.eq_ignore_ascii_case(name)));
    part.headers.extend(coding.filter(|_| !is_said).map(|name| (HEADER.to_owned(), name.to_owned())));
    part
}

/// A value has no text of the media type that its part is declared with.
struct NoText {
    media_type: String,
}

/// The parts of a property that is no file.
fn texts_of(name: &str, value: &Value, encoding: Option<&Encoding>) -> Result<Vec<Part>, NoText> {
    if encoding.is_some_and(Encoding::has_style) {
        let fields = form::fields(name, value, encoding);
        return Ok(fields.into_iter().map(|field| Part::text(field.name, field.value)).collect());
    }
    // Text that is JSON already was written for a part of JSON.
    let is_written = |value: &Value| {
        value.as_str().is_some_and(|text| matches!(serde_json::from_str(text), Ok(Value::Object(_) | Value::Array(_))))
    };
    let typed = |value: &Value, content_type: &str| {
        let is_packed = is_json(content_type) && !is_written(value);
        let text = if is_packed { value.to_string() } else { text_of(value) };
        Part { content_type: Some(content_type.to_owned()), ..Part::text(name, text) }
    };
    let declared = encoding.and_then(|encoding| encoding.content_type.as_deref());
    let declared = declared.and_then(|types| types.split(',').map(str::trim).find(|name| !name.contains('*')));
    match (declared, value) {
        (Some(media_type), Value::Object(_) | Value::Array(_)) if !is_json(media_type) => match value {
            Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
                Ok(items.iter().map(|item| typed(item, media_type)).collect())
            }
            _ => Err(NoText { media_type: essence(media_type) }),
        },
        (Some(media_type), value) => Ok(vec![typed(value, media_type)]),
        (None, Value::Array(items)) => Ok(items.iter().map(|item| by_default(name, item)).collect()),
        (None, value) => Ok(vec![by_default(name, value)]),
    }
}

fn by_default(name: &str, value: &Value) -> Part {
    let content_type = (value.is_object() || value.is_array()).then(|| JSON.to_owned());
    Part { content_type, ..Part::text(name, text_of(value)) }
}

/// The real path of a file that may be sent.
pub(super) fn file(asked: &Asked<'_>, value: &Value, place: &Place, checker: &mut Checker<'_>) -> Option<PathBuf> {
    let Some(path) = value.as_str() else {
        // A checked body has said so already.
        if checker.problems.iter().all(|problem| problem.place != *place) {
            let message = format!("{} is not the path of a file", shown(value));
            checker.problem(place, message, "Give the path as text.", Vec::new());
        }
        return None;
    };
    let mut found = asked.uploads.allowed(path);
    // As curl writes it.
    if let (Err(_), Some(bare)) = (&found, path.strip_prefix('@')) {
        match asked.uploads.allowed(bare) {
            Ok(file) => {
                checker.note(Said::new().at(place).text(format!(": `{path}` is taken as the file `{bare}`")));
                found = Ok(file);
            }
            // That there is no file with `@` in its name is not what is wrong.
            Err(error) if error.is_of_file() => found = Err(error),
            Err(_) => {}
        }
    }
    match found {
        Ok(file) => Some(file),
        Err(error) => {
            checker.problem(place, error.to_string(), error.cure(&asked.uploads), Vec::new());
            None
        }
    }
}
