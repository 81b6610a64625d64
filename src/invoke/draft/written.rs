//! What is sent for a request that was written out, method, path, query and body?
//!
//! What was written: of path and query only that is encoded which cannot stand in a URL, with a note, and the body is sent byte for byte. An
//! operation of the manifest says no more than what the request can do, what answers it in which form, and under which media type JSON
//! is sent.

use serde_json::Value;

use super::content::{called, content_of, is_json};
use super::encode::{encoded_of_written, sendable_path};
use super::unlisted::fault_of;
use super::wording::shortened;
use super::{Accept, Body, Draft, Habits, Problem, Query, accept, answers, is_named_like_file, takes_no_body};
use crate::invoke::risk::Risk;
use crate::openapi::{Method, Operation, ParameterIn, PathTemplate};
use crate::surface::{Argument, Said};

/// A request as it was written.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    /// Request method.
    pub method: Method,
    /// Path as it is written, without the query.
    pub path: &'a str,
    /// What follows `?`.
    pub query: &'a str,
    /// Body as it is written: JSON, sent byte for byte.
    pub body: Option<&'a str>,
}

/// The request, as it is written. `operation` is the one that it means, and whether its template fits the path to the letter;
/// `is_credential` tells names in the query that a configured credential takes the place of.
///
/// # Errors
/// A [`Problem`] for a path that is none or would lead elsewhere, for a placeholder in it, and for a body of a request that has none.
pub fn as_written(
    habits: &dyn Habits,
    written: &Written<'_>,
    operation: Option<(&Operation, bool)>,
    is_credential: &dyn Fn(&str) -> bool,
) -> Result<Draft, Vec<Problem>> {
    let Written { method, body, .. } = *written;
    let path = written.path.split('#').next().unwrap_or_default();
    let mut problems = Vec::new();
    let mut report = |message: String, cure: Said| problems.push(Problem::new(&Argument::RAW.into(), message, cure));
    // Some manifests tell operations of one path apart by a fragment, which no request has.
    let is_of_template = operation.is_some_and(|(operation, _)| operation.path.contains('#'));
    if !is_of_template && (written.path.contains('#') || written.query.contains('#')) {
        report(
            "what follows `#` is never sent".to_owned(),
            "Write `%23` for a `#` of a value, or leave the rest out.".into(),
        );
    }
    if let Some(fault) = fault_of(path) {
        let cure = "Write a path below the base URL, such as `GET /service/tickets`.";
        report(format!("the path `{}` {fault}", shortened(path)), cure.into());
    }
    if path.contains(['{', '}']) {
        let cure = "Write the value in place of the placeholder; a brace itself is `%7B` or `%7D`.";
        report(format!("the path `{}` has a placeholder", shortened(path)), cure.into());
    }
    let takes_body = operation.is_some_and(|(operation, _)| content_of(operation).is_some());
    if body.is_some() && !takes_body && (method == Method::Get || takes_no_body(method)) {
        let cure = "Leave out what follows the path; what filters the answer goes into the query.";
        report(format!("{method} takes no body"), cure.into());
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let query = Query::written(written.query);
    let mut notes: Vec<Said> = Vec::new();
    // A fragment is no part of the query, and is never sent.
    let sent_query = written.query.split('#').next().unwrap_or_default();
    if let Some(encoded) = encoded_of_written(path, sent_query) {
        notes.push(format!("no URL holds what is written as it is; sent are {encoded}").into());
    }
    let (answer, risk) = match operation {
        Some((operation, exact)) => {
            notes.extend(undeclared(operation, &query, is_credential));
            // An operation that the path only resembles makes a request no harmless one. In another case it is the same to servers
            // that do not heed case, and to all others nothing.
            let risk = Risk::of_operation(habits, operation);
            let is_same = exact || operation.path.eq_ignore_ascii_case(path);
            let is_proven = is_same && !is_unfit(operation, path);
            let risk = if is_proven { risk } else { risk.max(Risk::of_unlisted(method, path)) };
            (accept(operation), risk.with_values(operation, path))
        }
        None => {
            notes.push(
                format!("the manifest has no {method} {}; the request is sent as it is, unchecked", shortened(path))
                    .into(),
            );
            let is_file = method == Method::Get && is_named_like_file(path);
            (if is_file { Accept::Binary } else { Accept::Json }, Risk::of_unlisted(method, path))
        }
    };
    let risk = risk.asking(method, operation.map(|(operation, _)| operation), path, query.texts());
    let media_type =
        operation.and_then(|(operation, _)| content_of(operation)).map(|content| content.media_type.as_str());
    let media_type = media_type.filter(|media_type| is_json(media_type) && !media_type.contains('*'));
    let body = body.map(|text| body_of(text, media_type.unwrap_or("application/json")));
    let mut headers = match (&body, media_type) {
        (Some(Body::Json(_)), Some(media_type)) => vec![("Content-Type".to_owned(), media_type.to_owned())],
        _ => Vec::new(),
    };
    let types = operation.and_then(|(operation, _)| answers::accept_header(operation, habits));
    headers.extend(types.map(|types| ("Accept".to_owned(), types)));
    let draft = Draft {
        method,
        path: sendable_path(path),
        query,
        headers,
        body,
        accept: answer,
        notes,
        doubts: Vec::new(),
        risk,
    };
    Ok(draft.with_its_risk(habits))
}

/// Whether a path has another text where the operation's template has a number: then the server may have an operation of that name.
pub(super) fn is_unfit(operation: &Operation, path: &str) -> bool {
    let Ok(template) = PathTemplate::parse(&operation.path) else { return true };
    let is_number = |name: &str| {
        let mut placed = operation.parameters.iter().filter(|parameter| parameter.location == ParameterIn::Path);
        placed.any(|parameter| parameter.name == name && parameter.schema["type"] == "integer")
    };
    let values = template.matches(path).unwrap_or_default();
    values.into_iter().any(|(name, value)| is_number(name) && value.parse::<i128>().is_err())
}

/// The body as a value, where that is sent with the same bytes; else the text.
fn body_of(text: &str, media_type: &str) -> Body {
    let read = serde_json::from_str::<Value>(text).ok().map(|value| (value.to_string(), value));
    match read {
        Some((written, value)) if written == text => Body::Json(value),
        _ => Body::Text { media_type: media_type.to_owned(), text: text.to_owned() },
    }
}

/// A note on each name in the query that the operation does not declare.
fn undeclared(operation: &Operation, query: &Query, is_credential: &dyn Fn(&str) -> bool) -> Vec<Said> {
    let is_declared = |name: &str| {
        let mut queried = operation.parameters.iter().filter(|parameter| parameter.location == ParameterIn::Query);
        queried.any(|parameter| {
            // Of `ids[]` and `filter[name]` the name is what is before the bracket.
            let bare = |name: &str| name.split('[').next().unwrap_or_default().to_ascii_lowercase();
            bare(&parameter.name) == bare(name)
        })
    };
    let is_sent_so = |name: &&str| !is_declared(name) && !is_credential(name);
    let mut names: Vec<&str> = query.iter().map(|(name, _)| name.as_str()).filter(is_sent_so).collect();
    names.sort_unstable();
    names.dedup();
    let note =
        |name| format!("`{}` is sent as it is: {} knows no such parameter", shortened(name), called(operation)).into();
    names.into_iter().map(note).collect()
}
