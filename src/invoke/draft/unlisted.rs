//! What is sent for an operation that the manifest lacks?
//!
//! The path as it is written, checked only so far that it stays a path below the base URL.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::wording::{scalar_text, shortened};
use super::{Accept, Body, Draft, Habits, Problem, Query, body, given, is_named_like_file, serialise, takes_no_body};
use crate::canonical::text_of;
use crate::invoke::risk::Risk;
use crate::openapi::{Method, Parameter, ParameterIn, PathTemplate};
use crate::surface::{Place, Said};

/// A request to an operation that the manifest lacks: sent as it is, with a note that says so. Placeholders take their
/// values from `params`; a query in the path, as it is written, and the rest of `params` are the query, but for those with another
/// place before their name (`header:X-Tenant`).
///
/// # Errors
/// A [`Problem`] for a path that is none or would lead elsewhere, for each placeholder without a value, and for a body
/// of a GET, HEAD, OPTIONS or TRACE.
pub fn unlisted(
    habits: &dyn Habits,
    method: Method,
    path: &str,
    params: &Map<String, Value>,
    data: Option<&Value>,
) -> Result<Draft, Vec<Problem>> {
    let data = data.filter(|data| !data.is_null());
    let mut problems = Vec::new();
    let mut report = |place: &Place, message: String, cure: Said| {
        problems.push(Problem::new(place, message, cure));
    };
    let (before, written) = path.split_once('?').unwrap_or((path, ""));
    if let Some(fault) = fault_of(before) {
        report(
            &Place::path(),
            format!("`{}` {fault}", shortened(path)),
            "Give a path below the base URL, such as `/service/tickets`.".into(),
        );
    }
    if (method == Method::Get || takes_no_body(method)) && data.is_some() {
        report(&Place::body(), format!("{method} takes no body"), body::filters_elsewhere());
    }
    let mut values = BTreeMap::new();
    let mut expanded = String::new();
    match PathTemplate::parse(before) {
        Ok(template) => {
            for name in template.parameters() {
                if let Some(value) = params.get(name).and_then(scalar_text) {
                    values.insert(name.to_owned(), value);
                } else {
                    let message = format!("the path `{}` needs a value for `{name}`", shortened(before));
                    report(&Place::param(name), message, "Write the value into the path.".into());
                }
            }
            if template.parameters().all(|name| values.contains_key(name)) {
                match template.expand(&values) {
                    Ok(path) => expanded = path,
                    Err(error) => {
                        report(&Place::path(), error.to_string(), "Give the value that names the record.".into())
                    }
                }
            }
        }
        Err(_) if !before.starts_with('/') => {}
        Err(error) => report(&Place::path(), error.to_string(), "Write the path with values instead of braces.".into()),
    }
    let rest = || params.iter().filter(|(name, _)| !values.contains_key(*name));
    let placed = |name: &str| given::with_its_place(name).filter(|parameter| parameter.location == ParameterIn::Header);
    let headers: Vec<(&String, &Value, Parameter)> =
        rest().filter_map(|(name, value)| Some((name, value, placed(name)?))).collect();
    for (name, _, parameter) in headers.iter().filter(|(_, _, parameter)| given::is_not_given(habits, parameter)) {
        problems.push(given::not_given(&Place::param(*name), &parameter.name));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut query = Query::written(written);
    let is_written = |name: &String| query.iter().any(|(written, _)| written == name);
    let rest: Vec<_> = rest().filter(|(name, _)| placed(name).is_none() && !is_written(name)).collect();
    rest.into_iter().for_each(|(name, value)| serialise::undeclared(name, value, &mut query));
    // A file by its name, as for a listed operation that says nothing of its answer.
    let is_file = method == Method::Get && is_named_like_file(&expanded);
    let note = format!("the manifest has no {method} {}; the request is sent as it is, unchecked", shortened(before));
    let risk = Risk::of_unlisted(method, &expanded).asking(method, None, &expanded, query.texts());
    let draft = Draft {
        method,
        path: expanded,
        query,
        headers: headers.into_iter().map(|(_, value, parameter)| (parameter.name, text_of(value))).collect(),
        body: data.cloned().map(Body::Json),
        accept: if is_file { Accept::Binary } else { Accept::Json },
        notes: vec![note.into()],
        doubts: Vec::new(),
        risk,
    };
    Ok(draft.with_its_risk(habits))
}

/// Why the text is no path below a base URL.
pub(super) fn fault_of(path: &str) -> Option<&'static str> {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    if !path.starts_with('/') {
        return Some("does not begin with `/`");
    }
    if decoded.chars().any(char::is_control) {
        return Some("has control characters");
    }
    if decoded.starts_with("//") || decoded.contains('\\') {
        return Some("begins with `//` or has a backslash, which lead to other hosts");
    }
    decoded.split('/').any(|segment| matches!(segment, "." | "..")).then_some("has `.` or `..`, which lead elsewhere")
}
