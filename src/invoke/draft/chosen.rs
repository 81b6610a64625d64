//! Under which media type does a call want its body sent?
//!
//! Where an operation declares several of one shape, only the caller knows: Kubernetes takes an object as a merge patch, as a strategic
//! one and to be applied. `header:Content-Type` says it.

use serde_json::{Map, Value};

use super::check::Checker;
use super::content::{TakenBody, called, covers};
use super::given::find;
use super::near::{listed, nearest};
use super::wording::shown;
use super::{Asked, takes_no_body};
use crate::openapi::{MediaType, Method, Operation, ParameterIn, RequestBody, SchemaLookup};
use crate::surface::{Place, Said};

const HEADER: &str = "Content-Type";

/// The media type that a call gives, and under which name. Without its place it is the header where nothing else has that name.
pub(super) fn given<'a>(operation: &Operation, params: &'a Map<String, Value>) -> Option<(&'a String, &'a Value)> {
    let is_other = |place: ParameterIn| place != ParameterIn::Header;
    let mut declared = operation.parameters.iter();
    let is_taken = declared.any(|known| is_other(known.location) && known.name.eq_ignore_ascii_case(HEADER));
    let plain = || find(params, HEADER).filter(|_| !is_taken);
    find(params, "header:Content-Type").or_else(plain)
}

/// What a call with these parameters gives as its body.
pub fn taken_body(operation: &Operation, params: &Map<String, Value>, lookup: &dyn SchemaLookup) -> TakenBody {
    let media_type = given(operation, params).and_then(|(_, value)| value.as_str());
    TakenBody::of(operation, media_type.map(str::trim), lookup)
}

/// What a call says of the media type of its body.
pub(super) enum Chosen {
    /// Nothing, or the call has no body.
    Unsaid,
    /// This one, which is the operation's only one then.
    One {
        /// The operation with that media type alone.
        operation: Box<Operation>,
        /// As the call writes it.
        media_type: String,
    },
    /// One that cannot be right: whether the body fits cannot be told.
    Wrong,
}

/// Reads what the call says; problems and notes go to `checker`.
pub(super) fn chosen(asked: &Asked<'_>, checker: &mut Checker<'_>) -> Chosen {
    let Some((key, value)) = given(asked.operation, asked.params) else { return Chosen::Unsaid };
    let (operation, place) = (asked.operation, Place::param(key));
    let declared = operation.request_body.as_ref().filter(|body| !body.content.is_empty());
    let may_have_one = declared.is_some()
        || matches!(operation.method, Method::Post | Method::Put | Method::Patch)
        || (operation.method == Method::Delete && !asked.validate);
    if takes_no_body(operation.method) || !may_have_one || asked.data.is_none_or(Value::is_null) {
        checker.note(Said::new().at(&place).text(" is not sent: there is no body"));
        return Chosen::Unsaid;
    }
    let text = value.as_str().map(str::trim).unwrap_or_default();
    let is_one = text.parse::<mime_guess::mime::Mime>().is_ok_and(|_| !text.contains('*'));
    if !is_one {
        let message = format!("{} is no media type", shown(value));
        checker.problem(&place, message, "Give one, such as `application/json`.", Vec::new());
        return Chosen::Wrong;
    }
    let contents = declared.map_or(&[][..], |body| &body.content);
    let exact = contents.iter().find(|content| content.media_type.eq_ignore_ascii_case(text));
    let found = exact.or_else(|| contents.iter().find(|content| covers(&content.media_type, text)));
    if found.is_none() && asked.validate && declared.is_some() {
        let names: Vec<String> = contents.iter().map(|content| content.media_type.clone()).collect();
        let offers = nearest(text, names.iter().map(String::as_str), 3);
        let message = format!("{} declares no body of {}", called(operation), shown(value));
        checker.problem(&place, message, format!("Give one of {}, or leave it out.", listed(&names, "or")), offers);
        return Chosen::Wrong;
    }
    let content = match found {
        Some(content) => MediaType { media_type: text.to_owned(), ..content.clone() },
        None => MediaType {
            media_type: text.to_owned(),
            schema: Value::Object(Map::new()),
            example: None,
            encoding: Default::default(),
        },
    };
    let body = declared.map_or_else(
        || RequestBody { required: false, description: String::new(), content: Vec::new() },
        RequestBody::clone,
    );
    let body = RequestBody { content: vec![content], ..body };
    let operation = Box::new(Operation { request_body: Some(body), ..operation.clone() });
    Chosen::One { operation, media_type: text.to_owned() }
}
