//! Which request does a call ask for, and what is wrong with it?
//!
//! Pure, but for looking whether a file to upload is where the user allows it. All problems come in one answer, each
//! with what to do next; whatever was changed on the way is a note.
//!
//! # Layout
//! - `habits`: what no manifest says; `request`, `problem`: what comes out
//! - `parameters`: into path, query and headers; `given`: under which names; `reading`: what text stands for;
//!   `serialise`: the bytes of a value by its style; `encode`: the characters that are percent-encoded where they travel
//! - `body`, `upload`: the body; `patch`: JSON Patch from plain wishes
//! - `content`: what the body is; `chosen`: the media type that a call gives for it; `form`, `multipart`, `part`: its fields and parts; `answers`: what comes back, as the manifest says
//! - `commas`: a text that is a list; `view`, `check`, `wording`, `near`, `dates`: a value against its schema, and how to say what is wrong
//! - `query`: pairs as they were written, up to the URL
//! - `doubt`: what the manifest does not know, and the API may
//! - `named`: how is the record found that a text names where its id belongs? `names`: where in a call do such texts stand?
//! - `pages`: by which parameter a list names its pages; `integers`: which ones hold an integer
//! - `outcome`: what a write will empty, and what it did not change
//! - `meant`, `discriminator`: which member and which alternative does a body mean? `unknown`, `kinds`, `flags`: where does one belong
//!   that the schema lacks?
//! - `set`: a body from single values
//! - `unlisted`: operations that the manifest lacks; `written`: requests that were written out; `sample`: arguments for any
//!   operation, `small`: a value for one schema

mod answers;
mod body;
mod check;
mod chosen;
mod commas;
mod content;
mod dates;
mod discriminator;
mod doubt;
mod encode;
mod flags;
mod form;
mod given;
mod habits;
mod integers;
mod kinds;
mod meant;
mod multipart;
mod named;
mod names;
mod near;
mod outcome;
mod pages;
mod parameters;
mod part;
mod patch;
mod problem;
mod query;
mod reading;
mod request;
mod sample;
mod serialise;
mod set;
mod small;
mod unfilled;
mod unknown;
mod unlisted;
mod upload;
mod view;
mod wording;
mod written;

#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use answers::{accept, is_named_like_file};
pub(crate) use answers::{members_of_answer, reading};
pub use chosen::taken_body;
pub use content::{BodyKind, TakenBody};
pub(crate) use content::{is_json, is_set_elsewhere};
pub(crate) use dates::seconds as moment;
pub use doubt::{Doubt, DoubtKind};
pub use form::Form;
pub use given::name_for_callers;
pub(crate) use given::{not_given, with_its_place};
pub use habits::{
    Entry, Giver, Habits, Home, Homeless, IdOf, MeantParameter, Members, PageSizes, ReadDate, Referred, Sending,
    Unknown,
};
pub(crate) use integers::Integers;
pub(crate) use multipart::part_headers;
pub use named::{Finding, Named};
pub(crate) use names::is_called_id;
pub use names::{At, CallParts, NameAt, Takes, names_in};
pub(super) use near::nearest;
pub use outcome::{
    Compared, NotTaken, answered_for_another, compared, expected_after_patch, expected_after_put, nulled_by_put,
};
pub use pages::PageParameter;
pub(crate) use parameters::styled_in_path;
pub use part::{Content, Part};
pub use problem::Problem;
pub use query::Query;
pub(crate) use query::encode;
pub use request::{Accept, Body, Draft};
pub use sample::example_call;
pub use set::body_of;
pub(crate) use set::settable;
pub use small::is_end;
pub use unfilled::placeholder;
pub use unlisted::unlisted;
pub use upload::Uploads;
pub use written::{Written, as_written};

use crate::invoke::risk::Risk;
use crate::openapi::{Method, Operation, ParameterIn, SchemaLookup};
use crate::surface::{Given, Place, Said};
use check::Checker;
use chosen::{Chosen, chosen};
pub(crate) use serialise::written_in_path;
use view::Schemas;

/// Problems of one answer: whoever made more made one of them many times.
const MAX_PROBLEMS: usize = 40;
/// The cure where problems are left out, since there are more than are shown.
pub(crate) const MEND_THESE_FIRST: &str = "Mend these first; the others show then.";

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
    pub lookup: &'a dyn SchemaLookup,
    /// Gives the GET of the operation's API at a template.
    pub list_at: &'a dyn Fn(&str) -> Option<Operation>,
    /// Where files that it sends may be.
    pub uploads: Uploads<'a>,
    /// Whether parameters and body are checked; `false` sends them as they are, since a manifest may be older than its
    /// server. Paths and uploads are checked always.
    pub validate: bool,
    /// Whether the request is shown and not sent: a placeholder that may stand where it does is then told of, and refuses nothing.
    pub dry_run: bool,
}

/// The request for a call.
///
/// # Errors
/// Everything that is wrong with it: at least one [`Problem`], parameters before the body.
pub fn draft(asked: &Asked<'_>) -> Result<Draft, Vec<Problem>> {
    let of_operation = Risk::of_operation(asked.habits, asked.operation);
    let schemas = Schemas::of(asked.habits, asked.lookup).for_operation(asked.operation);
    let mut checker = Checker::new(&schemas);
    let chosen = chosen(asked, &mut checker);
    let (operation, media_type) = match &chosen {
        Chosen::One { operation, media_type } => (operation.as_ref(), Some(media_type.as_str())),
        Chosen::Unsaid | Chosen::Wrong => (asked.operation, None),
    };
    let asked = &Asked { operation, ..*asked };
    let bodies = Checker::new(&schemas);
    let placed =
        parameters::place(asked, of_operation.is_read(), &mut checker, &|name| body::has_field(asked, &bodies, name));
    let body = if matches!(chosen, Chosen::Wrong) { None } else { body::body(asked, &mut checker) };
    redirect(asked, &mut checker.problems);
    if let (Some(Body::Json(sent)), Some(given), true) = (&body, asked.data, asked.validate) {
        let sending = Sending { operation: asked.operation, path: &placed.path, given, sent };
        checker.problems.extend(asked.habits.objections(&sending));
    }
    let left_out = checker.notes_left_out();
    let Checker { mut problems, mut notes, .. } = checker;
    if asked.validate {
        let unfilled = unfilled::left(asked);
        if asked.dry_run && problems.is_empty() {
            notes.extend(unfilled.iter().map(|left| unfilled::to_fill_in(&left.place)));
        } else {
            // What else is wrong with a placeholder, as that it is no date, says less.
            problems.retain(|problem| unfilled.iter().all(|left| left.place != problem.place));
            problems.splice(0..0, unfilled);
        }
    }
    notes.extend(left_out);
    if problems.is_empty() {
        let parameters::Placed { path, query, mut headers, doubts } = placed;
        let is_set = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("Content-Type"));
        let given = media_type.filter(|_| matches!(body, Some(Body::Json(_))));
        let declared = || body.as_ref().and_then(|body| content::json_type(asked.operation, body));
        if let Some(media_type) = given.or_else(declared)
            && !is_set
        {
            headers.push(("Content-Type".to_owned(), media_type.to_owned()));
        }
        let accept = accept(asked.operation);
        headers.extend(answers::accept_header(asked.operation, asked.habits).map(|types| ("Accept".to_owned(), types)));
        let mut risk = of_operation;
        if written::is_unfit(asked.operation, &path) {
            risk = risk.max(Risk::of_unlisted(asked.operation.method, &path));
        }
        let risk = risk.with_values(asked.operation, &path);
        let risk = risk.asking(asked.operation.method, Some(asked.operation), &path, query.texts());
        let draft = Draft { method: asked.operation.method, path, query, headers, body, accept, notes, doubts, risk };
        return Ok(draft.with_its_risk(asked.habits));
    }
    // What is refused anyway is told all that is wrong at once.
    problems.extend(placed.doubts.into_iter().map(|doubt| doubt.problem));
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

/// Whether a request of this method carries a body at all (RFC 9110 sections 9.3.2, 9.3.7 and 9.3.8: one of HEAD or OPTIONS
/// means nothing, TRACE must have none).
fn takes_no_body(method: Method) -> bool {
    matches!(method, Method::Head | Method::Options | Method::Trace)
}
