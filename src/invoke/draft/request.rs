//! A request, complete but for base URL and credentials: what is in it, and what can it do?

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::doubt::Doubt;
use super::form::Form;
use super::part::Part;
use super::query::Query;
use super::serialise::text_of;
use crate::invoke::risk::{self, Reads, Risk};
use crate::openapi::Method;
use crate::surface::Said;

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
    /// Values that the manifest does not allow and the API may take.
    pub doubts: Vec<Doubt>,
    /// What the request can do: decides on consent, the audit file and repetition.
    pub risk: Risk,
}

impl Draft {
    /// A GET of a path that is known to read.
    pub(crate) fn reading(path: String) -> Self {
        Self {
            method: Method::Get,
            path,
            query: Query::default(),
            headers: Vec::new(),
            body: None,
            accept: Accept::Json,
            notes: Vec::new(),
            doubts: Vec::new(),
            risk: Risk::Read,
        }
    }

    /// The draft with the risk of all that is in it; `risk` is that of its operation alone.
    pub(in crate::invoke) fn with_its_risk(self, dialect: &(impl Reads + ?Sized)) -> Self {
        let risk = self.risk.at(dialect, self.method, &self.path).as_any_of(self.overriding());
        // What a file holds is not looked at.
        let risk = if matches!(self.body, Some(Body::File { .. })) { risk.max(Risk::Write) } else { risk };
        Self { risk, ..self }
    }

    /// Whether sending it twice may create two records: by its method, or by one that overrides it.
    pub(crate) fn may_create(&self) -> bool {
        let creates = |method: Option<Method>| method.is_none_or(|method| method == Method::Post);
        !self.risk.is_read() && (self.method == Method::Post || self.overriding().into_iter().any(creates))
    }

    /// The methods for which something in the request overrides its own; `None` for one that nobody knows.
    fn overriding(&self) -> Vec<Option<Method>> {
        let read;
        let json = match &self.body {
            Some(Body::Json(value)) => Some(value),
            Some(Body::Text { text, .. }) => {
                read = serde_json::from_str::<Value>(text).ok();
                read.as_ref()
            }
            _ => None,
        };
        let json = json.and_then(Value::as_object).into_iter().flatten();
        let json: Vec<(&str, String)> = json.map(|(name, value)| (name.as_str(), text_of(value))).collect();
        let form: Vec<(&str, &str)> = match &self.body {
            Some(Body::Form(form)) => {
                form.fields().iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
            }
            Some(Body::Multipart(parts)) => parts.iter().map(|part| (part.name.as_str(), part.as_text())).collect(),
            _ => Vec::new(),
        };
        let pairs = self.query.iter().chain(&self.headers).map(|(name, value)| (name.as_str(), value.as_str()));
        let fields = json.iter().map(|(name, value)| (*name, value.as_str()));
        let mut methods = risk::overriding(pairs.chain(form).chain(fields));
        methods.extend(risk::overriding_in_url(&self.query.encoded()));
        methods.extend(risk::overriding_in_url(&self.path));
        let cookies = self.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("cookie"));
        methods.extend(cookies.flat_map(|(_, cookies)| risk::overriding_in_url(cookies)));
        if let Some(Body::Text { text, .. } | Body::Json(Value::String(text))) = &self.body {
            methods.extend(risk::overriding_in_text(text));
        }
        methods
    }

    /// The files that are sent, in order.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        let (parts, whole): (&[Part], _) = match &self.body {
            Some(Body::Multipart(parts)) => (parts, None),
            Some(Body::File { path, .. }) => (&[], Some(path)),
            _ => (&[], None),
        };
        parts.iter().filter_map(Part::file).chain(whole).map(PathBuf::as_path)
    }

    /// The request that reads what this one wrote to; `None` where it would not only read.
    pub fn reading_back(&self, dialect: &(impl Reads + ?Sized)) -> Option<Self> {
        let risk = Risk::of_method(Method::Get);
        let read = Self { method: Method::Get, body: None, query: Query::default(), risk, ..self.clone() };
        Some(read.with_its_risk(dialect)).filter(|read| read.risk.is_read())
    }
}

/// A request body.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// JSON of any kind.
    Json(Value),
    /// `application/x-www-form-urlencoded`.
    Form(Form),
    /// `multipart/form-data`, in order.
    Multipart(Vec<Part>),
    /// Text of another media type, sent as it is.
    Text {
        /// Its media type.
        media_type: String,
        /// What is sent.
        text: String,
    },
    /// What a file holds when it is sent, as it is.
    File {
        /// Its media type.
        media_type: String,
        /// The real path of the file.
        path: PathBuf,
    },
}

/// What kind of answer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accept {
    /// JSON, in the edition that the API is asked for.
    Json,
    /// Text of the types that the operation declares, such as CSV, XML or lines of JSON.
    Text,
    /// A file.
    Binary,
}
