//! What does an operation answer with, as its manifest says?

use serde_json::Value;

use super::content;
use super::view::{Schemas, View};
use super::{Accept, Habits};
use crate::invoke::envelope::{MOST_STRANGERS, is_around, is_id, may_hold_rows};
use crate::invoke::reading::{Reading, is_text};
use crate::openapi::{Method, Operation, SchemaLookup};

/// Last segments of paths that answer with a file, where the manifest does not say.
const FILES: [&str; 4] = ["download", "pdf", "thumbnail", "image"];

/// What kind of answer is wanted: JSON wherever it is declared; a file where the operation declares neither JSON nor text, or
/// nothing and is named like one.
pub(super) fn accept(operation: &Operation) -> Accept {
    let mut declared = declared(operation).peekable();
    if declared.peek().is_none() {
        let is_file = operation.method == Method::Get && is_named_like_file(&operation.path);
        return if is_file { Accept::Binary } else { Accept::Json };
    }
    let types: Vec<&str> = declared.map(|content| content.0).collect();
    let kind = |is: fn(&str) -> bool| types.iter().any(|media_type| is(media_type));
    match (kind(content::is_json), kind(is_text)) {
        (true, _) => Accept::Json,
        (false, true) => Accept::Text,
        (false, false) => Accept::Binary,
    }
}

/// The `Accept` header, where the operation declares other types than plain JSON and its API's settings do not choose.
pub(super) fn accept_header(operation: &Operation, habits: &dyn Habits) -> Option<String> {
    if habits.own_headers().contains(&"accept") {
        return None;
    }
    let types = |is: fn(&str) -> bool| -> Vec<&str> {
        declared(operation).map(|content| content.0).filter(|media_type| is(media_type)).collect()
    };
    let (wanted, or_else) = match accept(operation) {
        Accept::Json => (types(content::is_json), ", application/json;q=0.9, */*;q=0.8"),
        Accept::Text => (types(is_text), ", */*;q=0.8"),
        Accept::Binary => return None,
    };
    let is_plain = |media_type: &&str| content::is_json(media_type) && !content::is_kind_of_json(media_type);
    (!wanted.is_empty() && !wanted.iter().any(is_plain)).then(|| format!("{}{or_else}", wanted.join(", ")))
}

pub(super) fn is_named_like_file(path: &str) -> bool {
    path.trim_end_matches('/').rsplit('/').next().is_some_and(|last| FILES.contains(&last))
}

/// Whether what an operation answers with is a record or an envelope, as far as its schema tells: a record has an id, or no list, or many
/// fields of which none stands around rows; an envelope has none of these, and a list with something that does. Where it does not tell, a
/// path that ends with a placeholder names a record.
pub(crate) fn reading(operation: &Operation, lookup: &dyn SchemaLookup) -> Reading {
    let is_of_one = operation.path.trim_end_matches('/').rsplit('/').next().is_some_and(|last| last.contains('}'));
    let by_form = if is_of_one { Reading::OfOne } else { Reading::ByForm };
    let Some((_, schema)) = declared(operation).find(|(media_type, _)| content::is_json(media_type)) else {
        return by_form;
    };
    let schemas = Schemas::new(lookup);
    let views = schemas.views(schema);
    if views.iter().all(|view| is_record(view, &schemas)) {
        Reading::Record
    } else if views.iter().all(|view| is_envelope(view, &schemas)) {
        Reading::Envelope
    } else {
        by_form
    }
}

/// The names of the members of what an operation answers with.
pub(crate) fn members_of_answer(operation: &Operation, lookup: &dyn SchemaLookup) -> Vec<String> {
    let schemas = Schemas::new(lookup);
    let json = declared(operation).find(|(media_type, _)| content::is_json(media_type));
    json.map(|(_, schema)| schemas.view(schema).properties.keys().cloned().collect()).unwrap_or_default()
}

fn is_record(view: &View, schemas: &Schemas<'_>) -> bool {
    if !view.is("object") || view.properties.is_empty() {
        return false;
    }
    let may_be_list = |schema: &Value| {
        let views = schemas.views(schema);
        views.iter().any(|view| view.types.is_empty() || view.is("array"))
    };
    let holds_list = |schema: &Value| {
        let views = schemas.views(schema);
        views.iter().any(|view| view.properties.is_empty() || view.properties.values().any(may_be_list))
    };
    let may_have_list =
        |(name, schema): (&String, &Value)| may_be_list(schema) || (may_hold_rows(name) && holds_list(schema));
    view.properties.keys().any(|name| is_id(name))
        || !view.properties.iter().any(may_have_list)
        || (view.properties.len() > MOST_STRANGERS && !view.properties.keys().any(|name| is_around(name)))
}

fn is_envelope(view: &View, schemas: &Schemas<'_>) -> bool {
    let is_list = |schema: &Value| schemas.views(schema).iter().all(|view| view.is("array"));
    !is_record(view, schemas)
        && view.properties.values().any(is_list)
        && view.properties.keys().any(|name| is_around(name))
}

/// Media types and schemas of an operation's answers of success.
fn declared(operation: &Operation) -> impl Iterator<Item = (&str, &Value)> {
    let good = operation.responses.iter().filter(|response| response.status.starts_with('2'));
    good.flat_map(|response| &response.content).map(|content| (content.media_type.as_str(), &content.schema))
}
