//! Which operations may be meant where none has the path?

use serde_json::{Map, Value};

use super::super::around::{Around, DialectOf, NEAREST};
use super::Asked;
use super::candidate::{Written, pairs};
use crate::error::Error;
use crate::search::Searcher;
use crate::store::OperationRow;

/// The error that there is no such operation, with the nearest.
pub(in crate::service) fn no_operation(searcher: &Searcher, asked: Asked<'_>, dialect_of: &DialectOf<'_>) -> Error {
    let path = Written::of(asked.path, asked.params).whole();
    let apis = searcher.store().apis().unwrap_or_default();
    let place = match (asked.api, apis.as_slice()) {
        (Some(api), _) => api.to_owned(),
        (None, [only]) => format!("the index, which holds {only} alone"),
        (None, _) => "the index".to_owned(),
    };
    let mut nearest: Vec<String> =
        twins(searcher, asked).into_iter().map(|entry| format!("{} {}", entry.method, entry.path)).collect();
    if nearest.is_empty() {
        let (path, data) = (given_in(&path, asked.params), asked.data);
        nearest = Around { searcher, dialect_of, api: asked.api }.nearest(asked.method, &path, data);
    }
    Error::NoOperation { method: asked.method.to_string(), nearest, path, place }
}

/// A path with the values that parameters give for its placeholders.
fn given_in(path: &str, params: &Map<String, Value>) -> String {
    let value_of = |segment: &str| -> Option<String> {
        let name = segment.strip_prefix('{')?.strip_suffix('}')?;
        let text = match params.get(name)? {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        Some(text).filter(|text| !text.is_empty() && !text.contains(['/', '?', '#', '{', '}']))
    };
    let segments = path.split('/').map(|segment| value_of(segment).unwrap_or_else(|| segment.to_owned()));
    segments.collect::<Vec<_>>().join("/")
}

/// Operations of the path that differ by what follows `#` alone, those most like what was asked for first: which of them is meant was
/// not said.
fn twins<'s>(searcher: &'s Searcher, asked: Asked<'_>) -> Vec<&'s OperationRow> {
    let Asked { method, path, params, api, .. } = asked;
    let written = Written::of(path, params);
    let is_of_path = |entry: &&OperationRow| {
        entry.method == method
            && entry.path.contains('#')
            && api.is_none_or(|api| entry.api.eq_ignore_ascii_case(api))
            && written.may_fit(&entry.path)
            && written.candidate((*entry).clone()).is_some()
    };
    let found: Vec<&OperationRow> = searcher.entries().iter().filter(is_of_path).collect();
    let telling = |entry: &OperationRow| entry.path.split_once('#').map(|(_, own)| own.to_owned()).unwrap_or_default();
    let names: Vec<String> =
        found.iter().filter_map(|entry| pairs(&telling(entry))).flatten().map(|(name, _)| name).collect();
    let given = written.given.iter().filter(|(name, _)| names.contains(name));
    let given: Vec<String> = given.map(|(name, value)| format!("{name}={value}")).collect();
    let asked_for = written.fragment.clone().unwrap_or_else(|| given.join("&"));
    let known = found.into_iter().map(|entry| (telling(entry), 0.0, entry));
    crate::spelling::most_alike(&asked_for, known, NEAREST)
}
