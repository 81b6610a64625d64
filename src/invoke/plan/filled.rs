//! Which parameters of a call does a configured credential take the place of?

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::invoke::InvokeError;
use crate::invoke::client::ApiAccess;
use crate::invoke::draft::{self, Draft, Problem};
use crate::openapi::Operation;
use crate::surface::{Place, Said};

/// The parameters of a call without those that a credential takes the place of, and what is said of each.
///
/// # Errors
/// [`InvokeError::Problems`] for each that names a credential by its place: who writes that means no other.
pub(super) fn without_filled(
    access: Option<&ApiAccess>,
    operation: Option<&Operation>,
    params: &Map<String, Value>,
) -> Result<(Map<String, Value>, Vec<Said>), InvokeError> {
    let named = params.keys().filter_map(|name| Some((name, draft::with_its_place(name)?)));
    let typed = named.filter(|(_, parameter)| access.is_some_and(|access| access.fills(parameter)));
    let problems: Vec<Problem> =
        typed.map(|(name, parameter)| draft::not_given(&Place::param(name), &parameter.name)).collect();
    if !problems.is_empty() {
        return Err(InvokeError::Problems(problems));
    }
    let is_filled = |name: &str| {
        let Some(access) = access else { return false };
        let mut declared = operation.into_iter().flat_map(|operation| &operation.parameters);
        let mut declared = declared.by_ref().filter(|parameter| parameter.name.eq_ignore_ascii_case(name)).peekable();
        // Of several of one name, the caller may mean another.
        if declared.peek().is_some() {
            declared.all(|parameter| access.fills(parameter))
        } else {
            access.is_credential(name)
        }
    };
    let (taken, kept): (Vec<_>, Vec<_>) = params.iter().partition(|(name, value)| !value.is_null() && is_filled(name));
    let notes = taken.iter().map(|(name, _)| filled(&Place::param(name.as_str()))).collect();
    Ok((kept.into_iter().map(|(name, value)| (name.clone(), value.clone())).collect(), notes))
}

/// What is said of each parameter in a query that was written out and that a credential takes the place of.
pub(super) fn filled_in_query(access: Option<&ApiAccess>, draft: &Draft) -> Vec<Said> {
    let Some(access) = access else { return Vec::new() };
    let names: BTreeSet<&str> = draft.query.iter().map(|(name, _)| name.as_str()).collect();
    let replaced = names.into_iter().filter(|name| access.is_credential(name));
    replaced.map(|name| filled(&Place::param(name))).collect()
}

/// The note that a value is not sent, since a credential stands in its place.
fn filled(place: &Place) -> Said {
    Said::new().at(place).text(" is not sent: the configured credential stands in its place")
}
