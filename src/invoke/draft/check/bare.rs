//! Is a bare list meant as the one member of a record, or a bare item as a list?
//!
//! `["bug"]` can only be the labels where a body is an object of labels alone. Several APIs take both forms and declare one.

use serde_json::{Map, Value, json};

use super::super::view::{Schemas, View};
use super::{Checker, Need};
use crate::invoke::rows::exact;
use crate::openapi::Method;
use crate::surface::Place;

/// The record that a list is the only member of, or the only one that is required; `None` where the schema takes a list, or has more
/// that a list could be.
pub(super) fn record_of(view: &View, value: &Value, schemas: &Schemas<'_>) -> Option<Value> {
    if !value.is_array() || view.is("array") || !view.is("object") {
        return None;
    }
    let name = match (view.required.as_slice(), view.properties.len()) {
        ([only], _) => only,
        ([], 1) => view.properties.keys().next()?,
        _ => return None,
    };
    let member = schemas.view(view.properties.get(name)?);
    member.is("array").then(|| json!({ name: value }))
}

/// Whether a text is a list written as JSON.
pub(super) fn is_json_list(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.trim_start().starts_with('['))
}

impl Checker<'_> {
    /// Checks what stands for a list in a request's text: one item, or several with commas between where no item can have one.
    pub(super) fn bare_item(&mut self, view: &View, value: &Value, place: &Place, depth: usize) {
        let Some(schema) = &view.items else { return };
        let items = self.schemas.view(schema);
        let is_plain = items.is("string") && items.values.is_empty();
        // What an item would become is not what is sent.
        let notes = self.notes.len();
        match value.as_str().filter(|_| !is_plain) {
            Some(text) => text.split(',').map(str::trim).for_each(|part| {
                self.value(schema, &Value::from(part), place, Need::Optional, depth + 1);
            }),
            None => {
                self.value(schema, value, place, Need::Optional, depth + 1);
            }
        }
        self.notes.truncate(notes);
    }

    /// Whether an object is one of the records that a list holds: it has a member of theirs. A change of a list may replace it, so
    /// that which records are to stay is for the caller to say.
    pub(super) fn is_item(&self, view: &View, record: &Map<String, Value>) -> bool {
        let is_change =
            self.schemas.operation.is_some_and(|operation| matches!(operation.method, Method::Patch | Method::Put));
        if is_change {
            return false;
        }
        let items = view.items.as_ref().map(|items| self.schemas.view(items)).unwrap_or_default();
        items.is("object") && record.keys().any(|name| items.properties.contains_key(name))
    }
}

/// The object that a text is as JSON, where any object will do and no text is declared. A text that is declared stays one: a prompt may
/// look like a list.
pub(super) fn within_text(views: &[View], value: &Value) -> Option<Value> {
    let text = value.as_str().filter(|text| text.trim_start().starts_with('{'))?;
    let is_meant = views.iter().all(|view| view.is("object") && view.is_anything());
    exact(text).ok().filter(|_| is_meant)
}
