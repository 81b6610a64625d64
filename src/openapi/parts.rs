//! What do the readers of an operation hand each other?

use serde_json::{Map, Value};

use super::parameters::ParameterObject;
use super::{Parameter, RequestBody, Response};

/// An operation as far as it reads the same in every dialect.
pub(super) struct Context<'a> {
    pub(super) object: &'a Map<String, Value>,
    /// Parameters of path item and operation, merged.
    pub(super) entries: Vec<ParameterObject<'a>>,
    /// Whether a request of the method is there to carry a body: POST, PUT and PATCH.
    pub(super) takes_body: bool,
}

/// The parts of an operation that each dialect reads in its own way.
pub(super) struct Parts {
    pub(super) parameters: Vec<Parameter>,
    pub(super) request_body: Option<RequestBody>,
    pub(super) responses: Vec<Response>,
}
