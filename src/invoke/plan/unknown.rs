//! Which parameters of a request does the manifest not know?

use serde_json::{Map, Value};

use super::super::doubts;
use super::super::draft::{self, Doubt, Draft};
use crate::openapi::{Operation, Parameter, ParameterIn};
use crate::surface::Place;

/// The parameters of a request that its operation does not declare.
pub(super) fn unknown_parameters(operation: &Operation, params: &Map<String, Value>, draft: &Draft) -> Vec<Doubt> {
    let headers = || draft.headers.iter().map(|(name, _)| name.as_str());
    let queried = || draft.query.iter().map(|(name, _)| name.as_str());
    let is_unknown = |key: &str| {
        let placed = draft::with_its_place(key).filter(|_| !operation.parameters.iter().any(|known| known.name == key));
        let name = placed.as_ref().map_or(key, |placed| placed.name.as_str());
        let is_there = |known: &Parameter| placed.as_ref().is_none_or(|placed| placed.location == known.location);
        let is_declared =
            operation.parameters.iter().any(|known| known.name.eq_ignore_ascii_case(name) && is_there(known));
        let is_sent = match placed.as_ref().map(|placed| placed.location) {
            Some(ParameterIn::Header) => headers().any(|sent| sent.eq_ignore_ascii_case(name)),
            _ => queried().any(|sent| sent == name),
        };
        is_sent && !is_declared
    };
    let unknown = params.keys().filter(|name| is_unknown(name));
    let called = format!("{} {}", operation.method, operation.path);
    unknown.map(|name| doubts::of_parameter(&Place::param(name), name, &called)).collect()
}
