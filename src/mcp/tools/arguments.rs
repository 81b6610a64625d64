//! How are a tool's arguments read, and which values stand for those that are left out?

use rmcp::ErrorData;
use rmcp::model::JsonObject;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::error::Error;
use crate::openapi::{Method, UnknownMethod};
use crate::surface::Argument;

/// Most hits of a search: more than any agent reads, and few enough to answer at once.
pub(super) const MOST_RESULTS: usize = 100;

/// Reads the arguments of a tool.
///
/// # Errors
/// Invalid params, which name the argument.
pub(super) fn read<A: DeserializeOwned>(arguments: JsonObject) -> Result<A, ErrorData> {
    serde_path_to_error::deserialize(Value::Object(arguments)).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        let message = if path == "." { inner.to_string() } else { format!("argument `{path}`: {inner}") };
        ErrorData::invalid_params(message, None)
    })
}

/// Reads the argument `method`.
pub(super) fn method(text: &str) -> Result<Method, Error> {
    text.parse().map_err(|error: UnknownMethod| Error::Argument {
        argument: Argument::METHOD,
        reason: error.to_string().into(),
    })
}

/// Makes the output schema of an object with these members.
pub(super) fn object(members: Value) -> Value {
    json!({ "type": "object", "properties": members })
}

pub(super) fn get() -> String {
    "GET".to_owned()
}

pub(super) fn yes() -> bool {
    true
}
