//! What do the readers of an operation hand each other?

use serde_json::{Map, Value};

use super::parameters::Entry;
use super::{Parameter, RequestBody, Response};

/// What is known of an operation before its dialect matters.
pub(super) struct Context<'a> {
    pub(super) object: &'a Map<String, Value>,
    /// Parameters of path item and operation, merged.
    pub(super) entries: Vec<Entry<'a>>,
}

/// What a dialect's reader makes of it.
pub(super) struct Parts {
    pub(super) parameters: Vec<Parameter>,
    pub(super) request_body: Option<RequestBody>,
    pub(super) responses: Vec<Response>,
}
