//! Why does a route not answer, and with which status?

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::WebRequest;
use crate::error::Error;
use crate::invoke::InvokeError;
use crate::invoke::client::CallError;
use crate::invoke::draft::Problem;
use crate::search::SearchError;
use crate::surface::Surface;

/// Why a route does not answer.
pub(super) enum Refusal {
    /// What was asked cannot be read.
    Asked(String),
    /// The service said so.
    Service(Error),
}

impl From<String> for Refusal {
    fn from(why: String) -> Self {
        Self::Asked(why)
    }
}

impl<E: Into<Error>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Service(error.into())
    }
}

/// The status of an error: whose it is to do something.
pub(super) fn status(error: &Error) -> u16 {
    match error {
        Error::NoOperation { .. } | Error::NoEntry { .. } | Error::Stored(_) => 404,
        Error::Search(SearchError::UnknownApi { .. } | SearchError::UnknownDomain { .. }) => 404,
        Error::SeveralApis { .. } => 409,
        Error::NoIndex { .. } => 503,
        Error::Argument { .. } => 400,
        Error::Invoke(_) | Error::Stale { .. } | Error::Slots(_) | Error::Secrets { .. } => 422,
        _ => 500,
    }
}

/// What was wrong with a call, each with the field it is about: which part of the call, and the name there.
pub(super) fn problems(error: &Error) -> Vec<Value> {
    let shown = |problem: &Problem| {
        let (part, field) = problem.place.part();
        json!({
            "in": part, "field": field, "message": problem.message.on(Surface::Page), "cure": problem.cure.on(Surface::Page),
            "offers": problem.offers, "lacks": problem.lacks,
        })
    };
    error.problems().iter().map(shown).collect()
}

/// What an API said of fields when it refused a call that was sent to it.
pub(super) fn refused_fields(error: &Error) -> Vec<Value> {
    let refused = match error {
        Error::Invoke(InvokeError::Call(CallError::Status(failure))) => failure,
        Error::Stale { source, .. } => match &**source {
            InvokeError::Call(CallError::Status(failure)) => failure,
            _ => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    let named = refused.errors.iter().filter_map(|one| {
        let field = one.field.as_deref().filter(|field| !field.is_empty())?;
        let message = one.message.as_deref().unwrap_or("it is refused");
        Some(json!({ "in": "body", "field": field.replace('.', "/"), "message": message, "cure": "" }))
    });
    named.collect()
}

/// The body of a request. A form of another site's page cannot say that it is JSON.
pub(super) fn body<T: DeserializeOwned>(request: &WebRequest<'_>) -> Result<T, String> {
    if !request.is_json {
        return Err("send JSON, and say so: `Content-Type: application/json`".to_owned());
    }
    let mut reader = serde_json::Deserializer::from_slice(request.body);
    let read =
        serde_path_to_error::deserialize(&mut reader).map_err(|error| format!("the body cannot be read: {error}"))?;
    reader.end().map_err(|error| format!("the body goes on behind its JSON: {error}"))?;
    Ok(read)
}
