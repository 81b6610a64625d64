//! Which request does a call ask for, and what is wrong with it?
//!
//! Pure, but for looking whether a file to upload is where the user allows it. All problems come in one answer, each
//! with what to do next; whatever was changed on the way is a note.
//!
//! # Layout
//! - `parameters`: into path, query and headers; `body`, `upload`: the body; `patch`: JSON Patch from plain wishes
//! - `content`: what the body is
//! - `view`, `check`, `wording`, `near`, `dates`: a value against its schema, and how to say what is wrong
//! - `query`: pairs as they were written, up to the URL
//! - `outcome`: what a write will empty, and what it did not change
//! - `unlisted`: operations that the manifest lacks; `sample`: arguments for any operation

mod body;
mod check;
mod content;
mod dates;
mod near;
mod outcome;
mod parameters;
mod patch;
mod query;
mod sample;
mod unlisted;
mod upload;
mod view;
mod wording;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use serde::Serialize;
use serde_json::{Map, Value};

pub use outcome::{NotTaken, expected_after_patch, fields_not_taken, nulled_by_put};
pub use query::Query;
pub(crate) use query::encode;
pub use sample::example_call;
pub use unlisted::unlisted;

use crate::invoke::risk::{Reads, Risk};
use crate::openapi::{Method, Operation};
use crate::surface::{Place, Said};
use check::Checker;
use parameters::text_of;
use view::Schemas;

/// Problems of one answer: whoever made more made one of them many times.
const MAX_PROBLEMS: usize = 40;
/// The cure where problems are left out, since there are more than are shown.
pub(crate) const MEND_THESE_FIRST: &str = "Mend these first; the others show then.";
/// Last segments of paths that answer with a file, where the manifest does not say.
const FILES: [&str; 4] = ["download", "pdf", "thumbnail", "image"];

/// What an API does with a request that its manifest does not say.
pub trait Habits: Reads {
    /// Headers that the credentials set and no call does, in lower case.
    fn own_headers(&self) -> &'static [&'static str];

    /// Parameters whose value is a list of names: an array is joined with commas, whatever their schema says.
    fn lists_of_names(&self) -> &'static [&'static str];

    /// The sizes of a list's pages.
    fn page_sizes(&self) -> PageSizes;

    /// Whether a parameter or field of this name holds a filter or an order in a grammar of the API's own.
    fn is_filter(&self, name: &str) -> bool;

    /// Whether a body is sent as a form with a file, though the manifest declares JSON.
    fn is_upload(&self, operation: &Operation, data: &Value) -> bool;
}

/// Rows of a list's page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageSizes {
    /// Where the request does not say; `None` where that is not known.
    pub default: Option<usize>,
    /// The most that a request can ask for with `pageSize`, where pages are counted from 1; `None` where neither is known.
    pub largest: Option<usize>,
}

/// A call to an operation of the manifest.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// What its API does that its manifest does not say.
    pub habits: &'a dyn Habits,
    /// The operation.
    pub operation: &'a Operation,
    /// Values of placeholders that were written into the path, by name.
    pub path_values: &'a Map<String, Value>,
    /// Parameters by name, wherever they travel.
    pub params: &'a Map<String, Value>,
    /// The query as it is to be sent, byte for byte, where it was written out and not given by name.
    pub query: Option<&'a Query>,
    /// The body; `null` is none.
    pub data: Option<&'a Value>,
    /// Gives the named schemas of the operation's API.
    pub lookup: &'a dyn Fn(&str) -> Option<Value>,
    /// Folders that files may be uploaded from.
    pub upload_folders: &'a [PathBuf],
    /// Whether parameters and body are checked; `false` sends them as they are, since a manifest may be older than its
    /// server. Paths and uploads are checked always.
    pub validate: bool,
}

/// The request for a call.
///
/// # Errors
/// Everything that is wrong with it: at least one [`Problem`], parameters before the body.
pub fn draft(asked: &Asked<'_>) -> Result<Draft, Vec<Problem>> {
    let schemas = Schemas::new(asked.lookup);
    let mut checker = Checker::new(&schemas);
    let bodies = Checker::new(&schemas);
    let placed = parameters::place(asked, &mut checker, &|name| body::has_field(asked, &bodies, name));
    let body = body::body(asked, &mut checker);
    let left_out = checker.notes_left_out();
    let Checker { mut problems, mut notes, .. } = checker;
    notes.extend(left_out);
    if problems.is_empty() {
        let parameters::Placed { path, query, mut headers } = placed;
        let is_set = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("Content-Type"));
        if let Some(media_type) = body.as_ref().and_then(|body| content::json_type(asked.operation, body))
            && !is_set
        {
            headers.push(("Content-Type".to_owned(), media_type.to_owned()));
        }
        let accept = accept(asked.operation);
        let query = asked.query.map_or_else(|| query.into(), |written| written.clone());
        let risk = Risk::of_operation(asked.habits, asked.operation);
        let draft = Draft { method: asked.operation.method, path, query, headers, body, accept, notes, risk };
        return Ok(draft.with_its_risk(asked.habits));
    }
    if problems.len() > MAX_PROBLEMS {
        let message = format!("{} more problems", problems.len() - MAX_PROBLEMS);
        problems.truncate(MAX_PROBLEMS);
        problems.push(Problem::new(&Place::body(), message, MEND_THESE_FIRST));
    }
    Err(problems)
}

/// A file where the operation answers with other content than JSON, or says nothing and is named like one.
fn accept(operation: &Operation) -> Accept {
    let good = operation.responses.iter().filter(|response| response.status.starts_with('2'));
    let mut content = good.flat_map(|response| &response.content).peekable();
    let is_file = match content.peek() {
        Some(_) => !content.any(|content| content::is_json(&content.media_type)),
        None if operation.method != Method::Get => false,
        None => is_named_like_file(&operation.path),
    };
    if is_file { Accept::Binary } else { Accept::Json }
}

fn is_named_like_file(path: &str) -> bool {
    path.trim_end_matches('/').rsplit('/').next().is_some_and(|last| FILES.contains(&last))
}

/// A request, complete but for base URL and credentials.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Request method.
    pub method: Method,
    /// The path below the base URL, expanded and percent-encoded; begins with `/`.
    pub path: String,
    /// Query parameters in order.
    pub query: Query,
    /// Header parameters of the operation; never credentials.
    pub headers: Vec<(String, String)>,
    /// The body, where there is one.
    pub body: Option<Body>,
    /// What kind of answer is wanted.
    pub accept: Accept,
    /// What was changed or guessed on the way, for whoever asked.
    pub notes: Vec<Said>,
    /// What the request can do: decides on consent, the audit file and repetition.
    pub risk: Risk,
}

impl Draft {
    /// The draft with the risk of all that is in it; `risk` is that of its operation alone.
    pub(super) fn with_its_risk(self, dialect: &(impl Reads + ?Sized)) -> Self {
        let json: Vec<(&str, String)> = match &self.body {
            Some(Body::Json(Value::Object(fields))) => {
                fields.iter().map(|(name, value)| (name.as_str(), text_of(value))).collect()
            }
            _ => Vec::new(),
        };
        let form = match &self.body {
            Some(Body::Form(fields) | Body::Multipart { fields, .. }) => fields.as_slice(),
            _ => &[],
        };
        let pairs =
            self.query.iter().chain(&self.headers).chain(form).map(|(name, value)| (name.as_str(), value.as_str()));
        let fields = json.iter().map(|(name, value)| (*name, value.as_str()));
        let risk = self.risk.at(dialect, self.method, &self.path).with(pairs.chain(fields));
        let risk = match &self.body {
            Some(Body::Text { text, .. } | Body::Json(Value::String(text))) => risk.with_text(text),
            _ => risk,
        };
        Self { risk, ..self }
    }

    /// The request that reads what this one wrote to; `None` where it would not only read.
    pub fn reading_back(&self, dialect: &(impl Reads + ?Sized)) -> Option<Self> {
        let risk = Risk::of_method(Method::Get);
        let read = Self { method: Method::Get, body: None, query: Query::default(), risk, ..self.clone() };
        Some(read.with_its_risk(dialect)).filter(|read| read.risk.is_read())
    }
}

/// Whether a request of this method carries a body at all (RFC 9110 sections 9.3.2, 9.3.7 and 9.3.8: one of HEAD or OPTIONS
/// means nothing, TRACE must have none).
fn takes_no_body(method: Method) -> bool {
    matches!(method, Method::Head | Method::Options | Method::Trace)
}

/// A request body.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// JSON of any kind.
    Json(Value),
    /// `application/x-www-form-urlencoded`.
    Form(Vec<(String, String)>),
    /// `multipart/form-data`.
    Multipart {
        /// Text fields, in order.
        fields: Vec<(String, String)>,
        /// The file's field name and where it is.
        file: Option<(String, PathBuf)>,
    },
    /// Text of another media type, sent as it is.
    Text {
        /// Its media type.
        media_type: String,
        /// What is sent.
        text: String,
    },
}

/// What kind of answer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accept {
    /// JSON, in the edition that the API is asked for.
    Json,
    /// A file.
    Binary,
}

/// One thing that is wrong with a call, found before anything was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where in what the caller gave.
    pub place: Place,
    /// What is wrong.
    pub message: Said,
    /// What to do next.
    pub cure: Said,
    /// The nearest names, or a repaired value; may be empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<String>,
}

impl Problem {
    /// A problem with nothing to offer.
    pub(crate) fn new(place: &Place, message: impl Into<Said>, cure: impl Into<Said>) -> Self {
        Self { place: place.clone(), message: message.into(), cure: cure.into(), offers: Vec::new() }
    }
}
