//! What does an operation answer with, as its manifest says?

use serde_json::Value;

use super::content;
use super::view::{Schemas, View};
use super::{Accept, Habits};
use crate::invoke::reading::{MOST_MEMBERS_AROUND, Reading, is_text};
use crate::openapi::{Method, Operation};

/// Last segments of paths that answer with a file, where the manifest does not say.
const FILES: [&str; 4] = ["download", "pdf", "thumbnail", "image"];

/// Fields by which a record is told from others of its kind; an envelope around rows has none.
const IDS: [&str; 5] = ["id", "_id", "uuid", "guid", "uid"];

/// Beginnings of names that an envelope has beside its rows, in lower case without other characters.
const OF_PAGES: [&str; 10] =
    ["count", "cursor", "first", "hasmore", "last", "limit", "next", "offset", "page", "total"];

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

/// Whether what an operation answers with is a record, as far as its schema tells one from an envelope: a record has an id, or no
/// list, or many fields of which none speaks of pages.
pub(crate) fn reading(operation: &Operation, lookup: &dyn Fn(&str) -> Option<Value>) -> Reading {
    let Some((_, schema)) = declared(operation).find(|(media_type, _)| content::is_json(media_type)) else {
        return Reading::ByForm;
    };
    let schemas = Schemas::new(lookup);
    if schemas.views(schema).iter().all(|view| is_record(view, &schemas)) { Reading::Record } else { Reading::ByForm }
}

/// The names of the members of what an operation answers with.
pub(crate) fn members_of_answer(operation: &Operation, lookup: &dyn Fn(&str) -> Option<Value>) -> Vec<String> {
    let schemas = Schemas::new(lookup);
    let json = declared(operation).find(|(media_type, _)| content::is_json(media_type));
    json.map(|(_, schema)| schemas.view(schema).properties.keys().cloned().collect()).unwrap_or_default()
}

fn is_record(view: &View, schemas: &Schemas<'_>) -> bool {
    if !view.is("object") || view.properties.is_empty() {
        return false;
    }
    let has_id = view.properties.keys().any(|name| IDS.iter().any(|id| id.eq_ignore_ascii_case(name)));
    let may_be_list = |schema: &Value| {
        let views = schemas.views(schema);
        views.iter().any(|view| view.types.is_empty() || view.is("array"))
    };
    has_id
        || !view.properties.values().any(may_be_list)
        || (view.properties.len() > MOST_MEMBERS_AROUND && !view.properties.keys().any(|name| speaks_of_pages(name)))
}

fn speaks_of_pages(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    OF_PAGES.iter().any(|word| plain.starts_with(word))
}

/// Media types and schemas of an operation's answers of success.
fn declared(operation: &Operation) -> impl Iterator<Item = (&str, &Value)> {
    let good = operation.responses.iter().filter(|response| response.status.starts_with('2'));
    good.flat_map(|response| &response.content).map(|content| (content.media_type.as_str(), &content.schema))
}
