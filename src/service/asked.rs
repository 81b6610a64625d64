//! What may a call say?

use std::path::PathBuf;

use serde_json::map::Entry;
use serde_json::{Map, Value};

use super::matching::known_api;
use crate::canonical::texts_of;
use crate::error::Error;
use crate::invoke::InvokeError;
use crate::invoke::draft::{Problem, Query};
use crate::invoke::rows;
use crate::invoke::sums::Sums;
use crate::openapi::Method;
use crate::search::Searcher;
use crate::surface::{Argument, Place};

/// A call as it was asked for.
#[derive(Clone, Debug)]
pub struct Call {
    /// Request method.
    pub method: Method,
    /// Template, or a path with values; may have a query.
    pub path: String,
    /// Send path, query and body as they are written.
    pub as_written: bool,
    /// The body as text, where it is to be sent as it is written.
    pub written_body: Option<String>,
    /// The API, where several have the operation.
    pub api: Option<String>,
    /// Parameters by name.
    pub params: Map<String, Value>,
    /// The body.
    pub data: Option<Value>,
    /// The argument by which the body was given, as messages name it.
    pub given_by: Argument,
    /// Whether a person at a terminal named the files that `data` names: they may be anywhere.
    pub is_typed: bool,
    /// The records that it is made for, one after another: ids, names or rows, the handle of a stored result, or a list.
    pub for_each: Option<Value>,
    /// Failures in a row after which the rest of them is left.
    pub stop_after: Option<usize>,
    /// Begin a new plan, though one of the same call was not finished.
    pub is_anew: bool,
    /// Fetch all pages.
    pub all_pages: bool,
    /// Rows after which to stop.
    pub max_items: Option<usize>,
    /// What is made of the rows, in place of showing them; it implies all pages.
    pub sums: Sums,
    /// Show the request and send nothing.
    pub dry_run: bool,
    /// The file that the answer is written to as it comes, or the folder for it.
    pub output: Option<PathBuf>,
    /// The fields of the answer that are wanted, by their paths; none where all are.
    pub fields: Vec<String>,
    /// Show all that the API answers; else what was written of a write, and no links.
    pub is_full: bool,
    /// Check parameters, body and filters before sending.
    pub validate: bool,
    /// The confirmation of a preview.
    pub confirmation: Option<String>,
    /// Let fast memory take part: fill in what `question` or `fill_in` ask for, and name entries that could help.
    pub use_memory: bool,
    /// The user's own words. A read that gives nothing takes an entry of which they say everything that it holds.
    pub question: Option<String>,
    /// Let a read that gives nothing take the best entry, whatever it holds.
    pub fill_in: bool,
    /// The entry of fast memory that fills in what the call leaves out.
    pub record: Option<i64>,
    /// Values of the entry's slots.
    pub slots: Map<String, Value>,
}

impl Call {
    /// A call with nothing but method and path.
    pub fn new(method: Method, path: &str) -> Self {
        Self {
            method,
            path: path.to_owned(),
            as_written: false,
            written_body: None,
            api: None,
            params: Map::new(),
            data: None,
            given_by: Argument::DATA,
            is_typed: false,
            for_each: None,
            stop_after: None,
            is_anew: false,
            all_pages: false,
            max_items: None,
            sums: Sums::default(),
            dry_run: false,
            output: None,
            fields: Vec::new(),
            is_full: true,
            validate: true,
            confirmation: None,
            use_memory: true,
            question: None,
            fill_in: false,
            record: None,
            slots: Map::new(),
        }
    }

    /// Reads `METHOD /path?query [JSON]`: a call that is neither checked nor filled in.
    ///
    /// # Errors
    /// [`Error::Argument`] with the form it must have.
    pub fn parse(raw: &str) -> Result<Self, Error> {
        const FORM: &str = "write `METHOD /path?query [JSON body]`, such as `GET /service/tickets?pageSize=5`";
        let wrong = |reason: String| Error::Argument { argument: Argument::RAW, reason: reason.into() };
        let raw = raw.trim();
        let (method, rest) = raw.split_once(char::is_whitespace).unwrap_or((raw, ""));
        // Nobody writes a slash into a method.
        if method.contains('/') {
            return Err(wrong(format!("the method is missing before `{method}`; {FORM}")));
        }
        if rest.is_empty() {
            return Err(wrong(format!("there is no path; {FORM}")));
        }
        let method: Method =
            method.parse().map_err(|error: crate::openapi::UnknownMethod| wrong(format!("{error}; {FORM}")))?;
        let rest = rest.trim_start();
        // A query may hold blanks (`conditions=name = "x"`), so the body begins at the first blank before a JSON value.
        let begins_body = |at: usize| {
            rest[at..].starts_with(char::is_whitespace)
                && matches!(rest[at..].trim_start().chars().next(), Some('{' | '['))
                && serde_json::from_str::<Value>(rest[at..].trim()).is_ok()
        };
        let body_at = rest.char_indices().map(|(at, _)| at).find(|at| begins_body(*at));
        let (path, body) = match body_at {
            Some(at) => (&rest[..at], Some(rest[at..].trim())),
            None => (rest, None),
        };
        let (line, more) = path.split_once(['\r', '\n']).unwrap_or((path, ""));
        let path = match without_version(line) {
            Some(_) if !more.trim().is_empty() => {
                return Err(wrong(format!("what stands between the first line and the body is not sent; {FORM}")));
            }
            Some(path) => path,
            None => path,
        };
        let data = body.and_then(|body| rows::exact(body).ok());
        let has_broken_body = data.is_none()
            && path
                .split_once(char::is_whitespace)
                .is_some_and(|(before, after)| !before.contains('?') || after.trim_start().starts_with(['{', '[']));
        if has_broken_body {
            let at = path.find(char::is_whitespace).unwrap_or(path.len());
            let reason = serde_json::from_str::<Value>(path[at..].trim()).err();
            let reason = reason.map_or_else(String::new, |error| format!(": {error}"));
            return Err(wrong(format!("what follows the path is no JSON{reason}; {FORM}")));
        }
        let call = Self::new(method, path.trim_end());
        let written_body = body.map(str::to_owned);
        Ok(Self { data, written_body, as_written: true, validate: false, use_memory: false, ..call })
    }

    /// The path, and the query behind it as it is written.
    pub(super) fn parts(&self) -> (&str, &str) {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        (path.trim(), query)
    }

    /// A path with the slash before it that was left out.
    pub(super) fn slashed(path: &str) -> String {
        let lacks_slash = path.starts_with(|first: char| first.is_ascii_alphanumeric());
        if lacks_slash { format!("/{path}") } else { path.to_owned() }
    }
}

/// The first line of a request without the version of HTTP, where it was copied with that (RFC 9112 section 3).
fn without_version(line: &str) -> Option<&str> {
    let (path, last) = line.trim_end().rsplit_once(char::is_whitespace)?;
    let version = last.strip_prefix("HTTP/")?;
    let is_number = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    is_number.then(|| path.trim_end())
}

/// The path without its query, and the parameters with it; a name that is repeated in the query has a list of its values.
///
/// # Errors
/// [`InvokeError::Problems`] where the query and the parameters give a name different values.
pub(super) fn with_query(call: &Call) -> Result<(String, Map<String, Value>), Error> {
    let (path, query) = call.parts();
    let mut written: Map<String, Value> = Map::new();
    for (name, value) in &Query::written(query) {
        match written.entry(name) {
            Entry::Vacant(entry) => _ = entry.insert(value.as_str().into()),
            Entry::Occupied(mut entry) => match entry.get_mut() {
                Value::Array(values) => values.push(value.as_str().into()),
                first => *first = vec![first.take(), value.as_str().into()].into(),
            },
        }
    }
    let mut params = call.params.clone();
    let mut problems = Vec::new();
    for (name, value) in written {
        match params.get(&name).filter(|given| !given.is_null()) {
            None => _ = params.insert(name, value),
            Some(given) if texts_of(given) == texts_of(&value) => {}
            Some(given) => problems.push(Problem::new(
                &Place::param(&*name),
                format!("`{name}` is {value} in the query of the path and {given} among the parameters"),
                "Give it once: in the query, or as a parameter.",
            )),
        }
    }
    if problems.is_empty() { Ok((path.to_owned(), params)) } else { Err(InvokeError::Problems(problems).into()) }
}

/// The API of an operation that no manifest has.
pub(super) fn only_api(searcher: &Searcher, call: &Call) -> Result<String, Error> {
    if let Some(name) = &call.api {
        return known_api(searcher.store(), name);
    }
    let apis = searcher.store().apis()?;
    match apis.as_slice() {
        [only] => Ok(only.clone()),
        _ => Err(Error::SeveralApis { method: call.method.to_string(), path: call.path.clone(), apis }),
    }
}
