//! Which body is sent, and does it fit?
//!
//! The media type is the operation's: JSON where it takes any, else a form with or without a file, else text.

use std::path::PathBuf;

use serde_json::{Map, Value};

use super::check::{Checker, Need};
use super::content::{Form, called, content_of, form_of, is_set_elsewhere, record_schema};
use super::near::listed;
use super::wording::{scalar_text, shown};
use super::{Asked, Body, patch, takes_no_body, upload};
use crate::openapi::{MediaType, Method, ParameterIn};
use crate::surface::{Argument, Place, Said};

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
    match form_of(content) {
        Form::Json if asked.habits.is_upload(operation, data) => multipart(asked, None, data, checker),
        Form::Json => Some(Body::Json(json_body(asked, content, data, checker))),
        Form::Multipart => multipart(asked, Some(content), data, checker),
        Form::UrlEncoded => {
            let data = checked(asked, content, data, checker);
            fields(&data, checker).map(Body::Form)
        }
        Form::Text => match data {
            Value::String(text) => Some(Body::Text { media_type: content.media_type.clone(), text: text.clone() }),
            _ => {
                let message = format!("{} is not text, and the body is {}", shown(data), content.media_type);
                checker.problem(&Place::body(), message, "Give the whole body as one string.", Vec::new());
                None
            }
        },
    }
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

fn json_body(asked: &Asked<'_>, content: &MediaType, data: &Value, checker: &mut Checker<'_>) -> Value {
    let view = checker.schemas.view(&content.schema);
    let mut data = data.clone();
    // Models write the body as text of JSON at times.
    if !view.is("string")
        && let Some(text) = data.as_str()
        && let Ok(read @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text)
    {
        checker.note(Said::new().argument(Argument::DATA).text(" was text; the JSON in it is sent"));
        data = read;
    }
    if patch::is_taken(asked.operation, checker.schemas) {
        let record = record_schema(asked.operation).map(|schema| checker.schemas.view(schema));
        let record = record.filter(|record| asked.validate && !record.properties.is_empty());
        let before = checker.problems.len();
        let out = patch::operations(&data, record.as_ref(), asked.validate, checker);
        add_example(asked, content, checker, before);
        return out;
    }
    let out = checked(asked, content, &data, checker);
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
    let out = checker.check(&content.schema, data, &Place::body(), Need::Required);
    add_example(asked, content, checker, before);
    out
}

fn multipart(asked: &Asked<'_>, content: Option<&MediaType>, data: &Value, checker: &mut Checker<'_>) -> Option<Body> {
    let view = content.map(|content| checker.schemas.view(&content.schema));
    let is_file = |schema: &Value| {
        let view = checker.schemas.view(schema);
        view.format() == "binary" || view.keywords.contains_key("contentMediaType")
    };
    let declared =
        view.and_then(|view| view.properties.iter().find(|(_, schema)| is_file(schema)).map(|(n, _)| n.clone()));
    let file_field = declared.unwrap_or_else(|| "file".to_owned());
    let mut data = match content {
        Some(content) => checked(asked, content, data, checker),
        None => data.clone(),
    };
    let file = match data.as_object_mut().and_then(|map| map.shift_remove(&file_field)) {
        None | Some(Value::Null) => None,
        Some(value) => Some((file_field.clone(), file(asked, &value, &Place::body().field(&file_field), checker)?)),
    };
    fields(&data, checker).map(|fields| Body::Multipart { fields, file })
}

fn file(asked: &Asked<'_>, value: &Value, place: &Place, checker: &mut Checker<'_>) -> Option<PathBuf> {
    let Some(path) = value.as_str() else {
        // A checked body has said so already.
        if checker.problems.iter().all(|problem| problem.place != *place) {
            let message = format!("{} is not the path of a file", shown(value));
            checker.problem(place, message, "Give the path as text.", Vec::new());
        }
        return None;
    };
    match upload::allowed(path, asked.upload_folders) {
        Ok(file) => Some(file),
        Err(error) => {
            checker.problem(place, error.to_string(), error.cure(asked.upload_folders), Vec::new());
            None
        }
    }
}

/// The members of an object as fields of a form; arrays repeat their field.
fn fields(data: &Value, checker: &mut Checker<'_>) -> Option<Vec<(String, String)>> {
    let Some(map) = data.as_object() else {
        if checker.problems.iter().all(|problem| problem.place != Place::body()) {
            let message = format!("{} is not an object", shown(data));
            checker.problem(&Place::body(), message, "Give an object of field names and values.", Vec::new());
        }
        return None;
    };
    let text = |value: &Value| scalar_text(value).unwrap_or_else(|| value.to_string());
    let mut fields = Vec::new();
    for (name, value) in map {
        match value {
            Value::Null => {}
            Value::Array(items) => fields.extend(items.iter().map(|item| (name.clone(), text(item)))),
            value => fields.push((name.clone(), text(value))),
        }
    }
    Some(fields)
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
