//! Which request does a call ask for, and what is wrong with it?
//!
//! Pure, but for looking whether a file to upload is where the user allows it. All problems come in one answer, each
//! with what to do next; whatever was changed on the way is a note.
//!
//! # Layout
//! - `parameters`: into path, query and headers; `given`: under which names; `reading`: what text stands for;
//!   `serialise`: the bytes of a value by its style; `encode`: the characters that are percent-encoded where they travel
//! - `body`, `upload`: the body; `patch`: JSON Patch from plain wishes
//! - `content`: what the body is; `chosen`: the media type that a call gives for it; `form`, `multipart`: its fields and parts; `answers`: what comes back, as the manifest says
//! - `view`, `check`, `wording`, `near`, `dates`: a value against its schema, and how to say what is wrong
//! - `query`: pairs as they were written, up to the URL
//! - `doubt`: what the manifest does not know, and the API may
//! - `pages`: by which parameter a list names its pages
//! - `outcome`: what a write will empty, and what it did not change
//! - `meant`, `discriminator`: which member, and which alternative, does a body mean? `unknown`, `kinds`: where does one belong
//!   that the schema lacks?
//! - `set`: a body from single values
//! - `unlisted`: operations that the manifest lacks; `written`: requests that were written out; `sample`: arguments for any
//!   operation

mod answers;
mod body;
mod check;
mod chosen;
mod content;
mod dates;
mod discriminator;
mod doubt;
mod encode;
mod form;
mod given;
mod kinds;
mod meant;
mod multipart;
mod near;
mod outcome;
mod pages;
mod parameters;
mod patch;
mod query;
mod reading;
mod sample;
mod serialise;
mod set;
mod unknown;
mod unlisted;
mod upload;
mod view;
mod wording;
mod written;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::{Map, Value};

use answers::{accept, is_named_like_file};
pub(crate) use answers::{members_of_answer, reading};
pub use content::BodyKind;
pub(crate) use content::{is_json, is_set_elsewhere};
pub(crate) use dates::seconds as moment;
pub use doubt::{Doubt, DoubtKind};
pub use form::Form;
pub use given::name_for_callers;
pub(crate) use given::{not_given, with_its_place};
pub(crate) use multipart::part_headers;
pub use multipart::{Content, Part};
pub use outcome::{Compared, NotTaken, compared, expected_after_patch, expected_after_put, nulled_by_put};
pub use pages::PageParameter;
pub(crate) use parameters::styled_in_path;
pub use query::Query;
pub(crate) use query::encode;
pub use sample::example_call;
pub use set::body_of;
pub(crate) use set::settable;
pub use unlisted::unlisted;
pub use upload::Uploads;
pub use written::{Written, as_written};

use crate::invoke::risk::{self, Reads, Risk};
use crate::openapi::{Method, Operation, ParameterIn};
use crate::surface::{Given, Place, Said};
use check::Checker;
use serialise::text_of;
pub(crate) use serialise::written_in_path;
use view::Schemas;

/// Problems of one answer: whoever made more made one of them many times.
const MAX_PROBLEMS: usize = 40;
/// The cure where problems are left out, since there are more than are shown.
pub(crate) const MEND_THESE_FIRST: &str = "Mend these first; the others show then.";

/// What an API does with a request that its manifest does not say.
pub trait Habits: Reads {
    /// Headers that the credentials set and no call does, in lower case.
    fn own_headers(&self) -> &'static [&'static str];

    /// Parameters whose value is a list of names: an array is joined with commas, whatever their schema says.
    fn lists_of_names(&self) -> &'static [&'static str];

    /// What a name that the operation lacks was to be.
    fn meant(&self, unknown: &Unknown<'_>) -> Option<MeantParameter>;

    /// One filter that asks for all of several, in their order, where a parameter takes one.
    fn joined(&self, filters: &[&str]) -> String {
        filters.join(" AND ")
    }

    /// The sizes of a list's pages.
    fn page_sizes(&self) -> PageSizes;

    /// Whether a parameter or field of this name holds a filter or an order in a grammar of the API's own.
    fn is_filter(&self, name: &str) -> bool;

    /// Whether a body is sent as a form with a file, though the manifest declares JSON.
    fn is_upload(&self, operation: &Operation, data: &Value) -> bool;

    /// What the members of bodies are taken as.
    fn members(&self) -> Members {
        Members::default()
    }

    /// What is wrong with a body as it would be sent, though it fits its schema.
    fn objections(&self, _sending: &Sending<'_>) -> Vec<Problem> {
        Vec::new()
    }

    /// What a body lacks that the schema does not require.
    fn lacks(&self, _operation: &Operation, _data: &Value) -> Option<Problem> {
        None
    }

    /// Fields without which the API refuses a body, though its schema does not require them.
    fn demanded(&self, _operation: &Operation) -> &'static [&'static str] {
        &[]
    }

    /// Whether a read may have parameters that the manifest does not know, since servers are newer than it.
    fn may_know_more(&self) -> bool;

    /// Where the value of a field belongs that a body's schema does not have; `None` where nothing is known of it.
    fn home(&self, homeless: &Homeless<'_>) -> Option<Home>;

    /// Whether half a moment is sent as a whole one, `2024-01-31` as `2024-01-31T00:00:00Z`: servers whose manifests are wrong read
    /// a date where they ask for a moment.
    fn completes_dates(&self) -> bool {
        false
    }

    /// The date that a text names, where the API's own parser reads more forms than RFC 3339's.
    fn read_date(&self, text: &str) -> Option<ReadDate>;
}

/// A write whose body fits its schema.
#[derive(Clone, Copy)]
pub struct Sending<'a> {
    /// The operation that takes it.
    pub operation: &'a Operation,
    /// Where it is sent, below the base URL.
    pub path: &'a str,
    /// The body as the caller gave it.
    pub given: &'a Value,
    /// The body as it would be sent.
    pub sent: &'a Value,
}

/// What the members of bodies are taken as, beyond their schemas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Members {
    /// Names that the manifest misspells, each with the one that the API takes.
    pub misprints: &'static [(&'static str, &'static str)],
    /// Whether `""` stands for no value in a reference to another record, where the member is no text.
    pub empty_is_absent_in_references: bool,
}

/// A parameter that the operation lacks.
#[derive(Clone, Copy)]
pub struct Unknown<'a> {
    /// Name, as the caller gave it.
    pub name: &'a str,
    /// Value, as the caller gave it.
    pub value: &'a Value,
    /// All parameters of the call, this one too.
    pub beside: &'a Map<String, Value>,
    /// The names of those that the operation has, and of the filters that its body takes.
    pub known: &'a [&'a str],
    /// The schema of the records that the operation answers with or counts, where it is known.
    pub records: Option<&'a Value>,
    /// Gives the named schemas of the operation's API.
    pub lookup: &'a dyn Fn(&str) -> Option<Value>,
}

/// What the name of a parameter that the operation lacks stands for.
pub enum MeantParameter {
    /// Another name of this parameter.
    Parameter(&'static str),
    /// A field, by which this value of a parameter filters.
    Filter {
        /// Name of the parameter that filters.
        parameter: &'static str,
        /// The filter, such as `status/name = 'New'`.
        value: String,
        /// Filters by other fields that may be meant; the API has none of the name.
        others: Vec<String>,
    },
    /// Another parameter with another value.
    Value {
        /// Name of the parameter.
        parameter: &'static str,
        /// Its value.
        value: String,
        /// What makes that the value.
        why: String,
    },
}

/// A value of a body under a name that its schema does not have.
#[derive(Clone, Copy)]
pub struct Homeless<'a> {
    /// Name of the schema, where it has one.
    pub record: Option<&'a str>,
    /// Properties of the schema, by name.
    pub schema: &'a Map<String, Value>,
    /// Gives the named schemas of the operation's API.
    pub lookup: &'a dyn Fn(&str) -> Option<Value>,
    /// Name, as the body has it.
    pub name: &'a str,
    /// Value, as the body has it.
    pub value: &'a Value,
    /// The operation that takes the body, where it is known.
    pub operation: Option<&'a Operation>,
}

/// Where a value belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    /// A sentence without its full stop.
    pub cure: Said,
    /// What to write in its place; empty where nothing is.
    pub offers: Vec<String>,
    /// The entry of a list that it belongs into, which several values may share.
    pub entry: Option<Entry>,
}

impl Home {
    /// A home that is no entry of a list.
    pub fn of(cure: impl Into<Said>, offers: Vec<String>) -> Self {
        Self { cure: cure.into(), offers, entry: None }
    }
}

/// A value as an entry of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The field that holds the list.
    pub list: String,
    /// The entry.
    pub entry: Value,
    /// How else it is added, as the rest of a sentence; may be empty.
    pub route: String,
}

/// A date that was read in a form of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadDate {
    /// In the form of RFC 3339 as far as it was given: `2024-01-31`, `2024-01-31T09:00:00Z`.
    pub text: String,
    /// The same with day and month exchanged, where that is a date too and nothing tells which was meant.
    pub other: Option<String>,
}

impl ReadDate {
    /// How it is sent, as a clause; `written` puts a date into the form of the place.
    pub(crate) fn as_sent(&self, written: impl Fn(&str) -> String) -> String {
        let sent = written(&self.text);
        match &self.other {
            None => format!("it is sent as `{sent}`"),
            Some(other) => format!(
                "it is sent as `{sent}`, since the API reads the month first; write `{}` if that was meant",
                written(other)
            ),
        }
    }
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
    /// The body; `null` is none.
    pub data: Option<&'a Value>,
    /// The schema of the records that its filters are about, where it answers with others, as a count does.
    pub records: Option<&'a Value>,
    /// Gives the named schemas of the operation's API.
    pub lookup: &'a dyn Fn(&str) -> Option<Value>,
    /// Where files that it sends may be.
    pub uploads: Uploads<'a>,
    /// Whether parameters and body are checked; `false` sends them as they are, since a manifest may be older than its
    /// server. Paths and uploads are checked always.
    pub validate: bool,
}

/// The request for a call.
///
/// # Errors
/// Everything that is wrong with it: at least one [`Problem`], parameters before the body.
pub fn draft(asked: &Asked<'_>) -> Result<Draft, Vec<Problem>> {
    let schemas = Schemas::of(asked.habits, asked.lookup).for_operation(asked.operation);
    let mut checker = Checker::new(&schemas);
    let chosen = chosen::narrowed(asked, &mut checker);
    let asked = &Asked { operation: chosen.as_ref().map_or(asked.operation, |(narrowed, _)| narrowed), ..*asked };
    let bodies = Checker::new(&schemas);
    let placed = parameters::place(asked, &mut checker, &|name| body::has_field(asked, &bodies, name));
    let body = body::body(asked, &mut checker);
    redirect(asked, &mut checker.problems);
    if let (Some(Body::Json(sent)), Some(given), true) = (&body, asked.data, asked.validate) {
        let sending = Sending { operation: asked.operation, path: &placed.path, given, sent };
        checker.problems.extend(asked.habits.objections(&sending));
    }
    let left_out = checker.notes_left_out();
    let Checker { mut problems, mut notes, .. } = checker;
    notes.extend(left_out);
    if problems.is_empty() {
        let parameters::Placed { path, query, mut headers } = placed;
        let is_set = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("Content-Type"));
        let given = chosen.as_ref().map(|(_, media_type)| media_type.as_str());
        let given = given.filter(|_| matches!(body, Some(Body::Json(_))));
        let declared = || body.as_ref().and_then(|body| content::json_type(asked.operation, body));
        if let Some(media_type) = given.or_else(declared)
            && !is_set
        {
            headers.push(("Content-Type".to_owned(), media_type.to_owned()));
        }
        let accept = accept(asked.operation);
        headers.extend(answers::accept_header(asked.operation, asked.habits).map(|types| ("Accept".to_owned(), types)));
        let mut risk = Risk::of_operation(asked.habits, asked.operation);
        if written::is_unfit(asked.operation, &path) {
            risk = risk.max(Risk::of_unlisted(asked.operation.method, &path));
        }
        let risk = risk.with_values(asked.operation, &path);
        let risk = risk.asking(asked.operation.method, Some(asked.operation), &path, query.texts());
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

/// Says of a body's unknown field that it is a parameter, where it is one.
fn redirect(asked: &Asked<'_>, problems: &mut [Problem]) {
    let fields = asked.data.and_then(Value::as_object);
    for name in fields.into_iter().flat_map(Map::keys) {
        let mut parameters =
            asked.operation.parameters.iter().filter(|parameter| parameter.location == ParameterIn::Query);
        let parameter = parameters.find(|parameter| parameter.name.eq_ignore_ascii_case(name));
        let place = Place::body().field(name);
        if let Some(parameter) = parameter
            && let Some(problem) = problems.iter_mut().find(|problem| problem.place == place)
        {
            let cure = Said::from("It is a parameter: give ").given(Given::Param(parameter.name.clone()));
            problem.cure = cure.text(", and leave it out of the body.");
            problem.offers.clear();
        }
    }
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
            risk: Risk::Read,
        }
    }

    /// The draft with the risk of all that is in it; `risk` is that of its operation alone.
    pub(super) fn with_its_risk(self, dialect: &(impl Reads + ?Sized)) -> Self {
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
