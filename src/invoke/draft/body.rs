//! Which body is sent, and does it fit?
//!
//! The media type is the operation's: JSON where it takes any, else a form with or without files, else text, else a file.

use serde_json::{Map, Value};
use std::borrow::Cow;

use super::check::{Checker, Need};
use super::content::{self, Written, called, content_of, form_of, is_set_elsewhere, record_schema};
use super::form::{self, Form};
use super::near::listed;
use super::serialise::joined_within;
use super::wording::shown;
use super::{Asked, Body, multipart, patch, takes_no_body};
use crate::document::words::split;
use crate::invoke::rows::exact;
use crate::openapi::{MediaType, Method, Operation, ParameterIn};
use crate::surface::{Argument, Given, Place, Said};

/// Names of fields that a note lists; the count tells the rest.
const LISTED: usize = 12;

/// The body for a call; problems and notes go to `checker`.
pub(super) fn body(asked: &Asked<'_>, checker: &mut Checker<'_>) -> Option<Body> {
    let operation = asked.operation;
    let data = asked.data.filter(|data| !data.is_null());
    let declared = content_of(operation).filter(|_| !takes_no_body(operation.method));
    let Some(content) = declared else {
        return data.and_then(|data| undeclared(asked, data, checker));
    };
    let Some(data) = data else {
        if operation.request_body.as_ref().is_some_and(|body| body.required) && asked.validate {
            let message = format!("{} needs a body", called(operation));
            let first = checker.problems.len();
            let cure = Said::from("Give it as ").argument(Argument::DATA).text(".");
            checker.problem(&Place::body(), message, cure, Vec::new());
            add_example(asked, content, checker, first);
        }
        return None;
    };
    let content = if patch::is_taken(operation, checker.schemas) {
        content
    } else {
        content::content_for(operation, data).unwrap_or(content)
    };
    let others = if data.is_object() { content::other_patches(operation, content) } else { Vec::new() };
    if !others.is_empty() {
        let said = format!(
            "the body is sent as {}; the operation takes {} as well: choose by ",
            content.media_type,
            others.join(", ")
        );
        checker.note(Said::from(said).given(Given::Param("header:Content-Type".to_owned())));
    }
    let body = of_form(asked, content, data, checker);
    if asked.validate {
        checker.problems.extend(asked.habits.lacks(operation, data));
    }
    body
}

/// The body in the form that its media type has.
fn of_form(asked: &Asked<'_>, content: &MediaType, data: &Value, checker: &mut Checker<'_>) -> Option<Body> {
    let operation = asked.operation;
    match form_of(content) {
        Written::Json if asked.habits.is_upload(operation, data) => multipart(asked, None, data, checker),
        Written::Json => Some(Body::Json(json_body(asked, content, data, checker))),
        Written::Multipart if data.is_object() && names_no_parts(content, checker) => {
            checker.note("the manifest names no parts of this form; `file` is a file, and all others are text");
            multipart(asked, None, data, checker)
        }
        Written::Multipart => multipart(asked, Some(content), &unpacked(data, checker), checker),
        Written::UrlEncoded => url_encoded(asked, content, &unpacked(data, checker), checker),
        Written::File if data.is_object() && content::is_record(operation, checker.schemas) => {
            let note =
                format!("the manifest declares {} for a body with fields; it is sent as JSON", content.media_type);
            checker.note(note);
            Some(Body::Json(json_body(asked, content, data, checker)))
        }
        Written::File => whole_file(asked, content, data, checker),
        Written::Text => text(asked, content, data, checker),
    }
}

/// A body that is one text. Text is sent as it was given, whether on a command line, by a tool or from a file; JSON is given for lines
/// of it, and for YAML.
fn text(asked: &Asked<'_>, content: &MediaType, data: &Value, checker: &mut Checker<'_>) -> Option<Body> {
    let name = content.media_type.as_str();
    let packed = data.as_str().and_then(|text| exact(text).ok()).filter(|read| read.is_array() || read.is_object());
    let text = match (packed.as_ref().unwrap_or(data), data) {
        (Value::Array(items), _) if content::is_json_lines(name) => {
            let note = Said::new().argument(Argument::DATA).text(" is a list; each of its items is sent as a line");
            checker.note(note);
            items.iter().map(|item| format!("{item}\n")).collect()
        }
        (Value::Object(_), Value::Object(_)) if content::is_json_lines(name) => format!("{data}\n"),
        (_, Value::Object(_) | Value::Array(_)) if content::is_yaml(name) => {
            let said = " is sent as JSON, which every reader of YAML reads";
            checker.note(Said::new().argument(Argument::DATA).text(said));
            data.to_string()
        }
        (_, Value::Number(_) | Value::Bool(_)) => data.to_string(),
        (_, Value::String(text)) if packed.is_none() || !content::is_xml(name) || !asked.validate => text.clone(),
        (read, _) => {
            let message = format!("{} is not text, and the body is {name}", shown(read));
            let message = if content::is_xml(name) {
                format!("{} is JSON, and the body is {name}", shown(read))
            } else {
                message
            };
            checker.problem(&Place::body(), message, "Give the whole body as one string.", Vec::new());
            return None;
        }
    };
    let media_type = if name.contains('*') { "text/plain" } else { name };
    Some(Body::Text { media_type: media_type.to_owned(), text })
}

/// A body for an operation that declares none.
fn undeclared(asked: &Asked<'_>, data: &Value, checker: &mut Checker<'_>) -> Option<Body> {
    let operation = asked.operation;
    match operation.method {
        Method::Post | Method::Put | Method::Patch => {
            let note = format!("the manifest declares no body for {}; ", called(operation));
            checker.note(Said::from(note).argument(Argument::DATA).text(" is sent as it is"));
            return Some(Body::Json(data.clone()));
        }
        Method::Delete if !asked.validate => return Some(Body::Json(data.clone())),
        _ if data.as_object().is_some_and(Map::is_empty) => return None,
        _ => {}
    }
    let queried = operation.parameters.iter().filter(|parameter| parameter.location == ParameterIn::Query);
    let names: Vec<String> = queried.map(|parameter| parameter.name.clone()).collect();
    let keys = data.as_object().map(|map| map.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    let known: Vec<String> = keys.into_iter().filter(|key| names.contains(key)).collect();
    let cure = match (operation.method, known.as_slice()) {
        (Method::Delete, _) => without_body("the path alone names what is deleted."),
        (_, []) => filters_elsewhere(),
        (_, known) => Said::from(format!("Put {} into ", listed(known, "and"))).argument(Argument::PARAMS).text("."),
    };
    checker.problem(&Place::body(), format!("{} takes no body", called(operation)), cure, Vec::new());
    None
}

fn without_body(since: &'static str) -> Said {
    Said::from("Leave ").argument(Argument::DATA).text(" out; ").text(since)
}

/// The cure where an operation that takes no body was given one.
pub(super) fn filters_elsewhere() -> Said {
    without_body("what filters the answer goes into ").argument(Argument::PARAMS).text(".")
}

/// The body itself where it came as its JSON text, as models write it at times.
fn unpacked<'d>(data: &'d Value, checker: &mut Checker<'_>) -> Cow<'d, Value> {
    match data.as_str().map(exact) {
        Some(Ok(read @ (Value::Object(_) | Value::Array(_)))) => {
            checker.note(Said::new().argument(Argument::DATA).text(" was text; the JSON in it is sent"));
            Cow::Owned(read)
        }
        _ => Cow::Borrowed(data),
    }
}

fn json_body(asked: &Asked<'_>, content: &MediaType, data: &Value, checker: &mut Checker<'_>) -> Value {
    let view = checker.schemas.view(&content.schema);
    let data = if view.is("string") { Cow::Borrowed(data) } else { unpacked(data, checker) };
    if patch::is_taken(asked.operation, checker.schemas) {
        let record = record_schema(asked.operation).map(|schema| checker.schemas.view(schema));
        let record = record.filter(|record| asked.validate && !record.properties.is_empty());
        let before = checker.problems.len();
        let out = patch::operations(&data, record.as_ref(), asked.validate, checker);
        add_example(asked, content, checker, before);
        return out;
    }
    // The schema beside a JSON Patch is at times that of the record.
    let is_patch = content::is_json_patch(content) && data.is_array() && !view.is("array");
    let out = if is_patch { data.into_owned() } else { checked(asked, content, &data, checker) };
    if asked.operation.method == Method::Put && view.is("object") {
        let written = view.properties.iter().filter(|(_, schema)| !checker.schemas.view(schema).says("readOnly"));
        let written: Vec<String> = written.map(|(name, _)| name.clone()).collect();
        let nulled = super::nulled_by_put(&out, &written);
        if !nulled.is_empty() {
            let first = nulled.get(..LISTED.min(nulled.len())).unwrap_or_default();
            let rest = if nulled.len() > LISTED { ", ..." } else { "" };
            let names = first.join(", ");
            let count = nulled.len();
            let s = if count == 1 { "field" } else { "fields" };
            checker.note(format!(
                "PUT replaces the record: {count} {s} left out may become null ({names}{rest}); PATCH changes only \
                 what it names"
            ));
        }
    }
    out
}

fn checked(asked: &Asked<'_>, content: &MediaType, data: &Value, checker: &mut Checker<'_>) -> Value {
    if !asked.validate {
        return data.clone();
    }
    let before = checker.problems.len();
    // Many manifests give a PATCH the schema of the whole record.
    checker.is_partial = asked.operation.method == Method::Patch;
    let out = match data.as_array() {
        Some(items) if is_of_records(asked.operation, content, items, checker) => {
            let said = format!(" is a list, and is sent as one: {} takes several records", called(asked.operation));
            checker.note(Said::new().argument(Argument::DATA).text(said));
            let one = |(at, item)| checker.check(&content.schema, item, &Place::body().item(at), Need::Required);
            items.iter().enumerate().map(one).collect()
        }
        _ => checker.check(&content.schema, data, &Place::body(), Need::Required),
    };
    checker.is_partial = false;
    add_example(asked, content, checker, before);
    out
}

/// Whether a list of records is meant where one record is declared: manifests that are made from code give an operation on many records
/// the schema of one. The operation says itself that it is of many, by its name or by answering that it made a list.
fn is_of_records(operation: &Operation, content: &MediaType, items: &[Value], checker: &Checker<'_>) -> bool {
    const MANY: [&str; 4] = ["bulk", "batch", "many", "multiple"];
    let view = checker.schemas.view(&content.schema);
    if items.is_empty() || view.is("array") || !view.is("object") || !items.iter().all(Value::is_object) {
        return false;
    }
    let name = operation.operation_id.as_deref().unwrap_or_default();
    let is_named = [name, &operation.summary].iter().any(|text| split(text).iter().any(|w| MANY.contains(&w.as_str())));
    let made = || operation.responses.iter().filter(|response| response.status == "201");
    let makes_list = || {
        let mut contents = made().flat_map(|response| &response.content);
        contents.any(|content| checker.schemas.view(&content.schema).is("array"))
    };
    is_named || (operation.method == Method::Post && makes_list())
}

/// Whether a form in parts is declared as bytes or a list of them: which parts it has, the manifest does not say.
fn names_no_parts(content: &MediaType, checker: &Checker<'_>) -> bool {
    let views = checker.schemas.views(&content.schema);
    !views.iter().any(|view| view.types.is_empty() || view.is("object"))
}

fn multipart(asked: &Asked<'_>, content: Option<&MediaType>, data: &Value, checker: &mut Checker<'_>) -> Option<Body> {
    checker.is_form = true;
    let data = match content {
        Some(content) => checked(asked, content, data, checker),
        None => data.clone(),
    };
    checker.is_form = false;
    multipart::parts(asked, content, members(&data, checker)?, checker).map(Body::Multipart)
}

fn url_encoded(asked: &Asked<'_>, content: &MediaType, data: &Value, checker: &mut Checker<'_>) -> Option<Body> {
    checker.is_form = true;
    let data = checked(asked, content, data, checker);
    checker.is_form = false;
    let members = members(&data, checker)?;
    let properties = checker.schemas.view(&content.schema).properties;
    let mut all = Vec::new();
    for (name, value) in members {
        let value = properties.get(name).map_or(Cow::Borrowed(value), |schema| joined_within(schema, value));
        let fields = form::fields(name, &value, content.encoding.get(name));
        if fields.is_empty() {
            checker.note_left_out(name);
        }
        all.extend(fields);
    }
    Some(Body::Form(Form::of(all)))
}

/// Whether a text is base64 (RFC 4648 sections 4 and 5), and the schema of the body is text in it: `format: byte` of 3.0, `contentEncoding`
/// of 3.1, or a `format` of that name. Manifests say that of plain bytes, too, so a file is one all the same.
fn is_base64(text: &str, content: &MediaType) -> bool {
    /// Shorter texts are names.
    const SHORTEST: usize = 16;
    let says = |key: &str, value: &str| content.schema.get(key).and_then(Value::as_str).is_some_and(|own| own == value);
    let for_urls = says("format", "base64url") || says("contentEncoding", "base64url");
    let is_declared =
        for_urls || says("format", "byte") || says("format", "base64") || says("contentEncoding", "base64");
    let bare = text.trim_end_matches('=');
    let others: &[u8] = if for_urls { b"-_" } else { b"+/" };
    let is_coded = bare.bytes().all(|byte| byte.is_ascii_alphanumeric() || others.contains(&byte));
    let padding = text.len() - bare.len();
    is_declared
        && !content.media_type.contains('*')
        && text.len() >= SHORTEST
        // Only base64 for URLs may go without padding (RFC 4648 section 3.2).
        && (text.len().is_multiple_of(4) || (for_urls && padding == 0 && text.len() % 4 != 1))
        && padding <= 2
        && is_coded
}

/// A body that is a file, of which `data` is the path.
fn whole_file(asked: &Asked<'_>, content: &MediaType, data: &Value, checker: &mut Checker<'_>) -> Option<Body> {
    if let Some(text) = data.as_str().filter(|text| is_base64(text, content) && asked.uploads.allowed(text).is_err()) {
        let said = " is no file, and is sent as the base64 that the manifest declares";
        checker.note(Said::new().argument(Argument::DATA).text(said));
        let (media_type, text) = (content.media_type.clone(), text.to_owned());
        return Some(Body::Text { media_type, text });
    }
    let path = multipart::file(asked, data, &Place::body(), checker)?;
    let declared = asked.operation.request_body.iter().flat_map(|body| &body.content);
    let declared = declared.filter(|content| content::form_of(content) == Written::File);
    let mut types: Vec<&str> = declared.map(|content| content.media_type.as_str()).collect();
    // The one that is used counts where none is the file's own.
    types.sort_by_key(|name| *name != content.media_type);
    let media_type = content::type_of_file(&path, Some(&types.join(",")));
    Some(Body::File { media_type, path })
}

/// The members of a form.
fn members<'d>(data: &'d Value, checker: &mut Checker<'_>) -> Option<&'d Map<String, Value>> {
    let members = data.as_object();
    if members.is_none() && checker.problems.iter().all(|problem| problem.place != Place::body()) {
        let message = format!("{} is not an object", shown(data));
        checker.problem(&Place::body(), message, "Give an object of field names and values.", Vec::new());
    }
    members
}

/// Shows with the first problem of the body, where there is one, what would fit.
fn add_example(asked: &Asked<'_>, content: &MediaType, checker: &mut Checker<'_>, first: usize) {
    if checker.problems.len() <= first {
        return;
    }
    let is_patch = patch::is_taken(asked.operation, checker.schemas);
    let record = record_schema(asked.operation).filter(|_| is_patch);
    let Some(text) = checker.example_text(record.unwrap_or(&content.schema)) else { return };
    if let Some(problem) = checker.problems.get_mut(first) {
        problem.cure = std::mem::take(&mut problem.cure).text(format!(" A body that fits: {text}"));
    }
}

/// Whether `name` is a field of the body, so that it was put into the wrong place.
pub(super) fn has_field(asked: &Asked<'_>, checker: &Checker<'_>, name: &str) -> bool {
    let Some(content) = content_of(asked.operation).filter(|_| !is_set_elsewhere(asked.habits, name)) else {
        return false;
    };
    let is_patch = patch::is_taken(asked.operation, checker.schemas);
    let record = record_schema(asked.operation).filter(|_| is_patch);
    checker.schemas.view(record.unwrap_or(&content.schema)).properties.contains_key(name)
}
