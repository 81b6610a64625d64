//! Why does a route not answer, and with which status?

use serde::de::DeserializeOwned;

use super::WebRequest;
use crate::error::Error;
use crate::search::SearchError;

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
