//! Is an object meant as a list of entries, each with a name and a value?
//!
//! `{"Region": "East"}` is shorter than `[{"caption": "Region", "value": "East"}]`, and nothing else can be meant where the schema
//! has such a list.

use serde_json::{Map, Value, json};

use super::super::meant::PAIRS;
use super::super::view::{Schemas, View};
use super::super::wording::{shortened, shown};
use super::{Checker, Need, sent_as};
use crate::openapi::Method;
use crate::surface::Place;

/// The list that an object of names and values is, or a list of such objects; `None` where the schema has no entries of names and
/// values, or where an object has a member of the entries' own.
pub(super) fn meant(view: &View, value: &Value, schemas: &Schemas<'_>) -> Option<Value> {
    if !view.is("array") {
        return None;
    }
    let objects: Vec<&Map<String, Value>> = match value {
        Value::Object(map) => vec![map],
        Value::Array(items) => items.iter().map(Value::as_object).collect::<Option<_>>()?,
        _ => return None,
    };
    if objects.is_empty() || objects.iter().any(|map| map.is_empty()) {
        return None;
    }
    let entry = schemas.view(view.items.as_ref()?);
    let is_own = |name: &String| entry.properties.keys().any(|known| known.eq_ignore_ascii_case(name));
    if objects.iter().flat_map(|map| map.keys()).any(is_own) {
        return None;
    }
    let has = |name: &str| entry.properties.contains_key(name);
    let (name, holds) = PAIRS.into_iter().find(|(name, holds)| has(name) && has(holds))?;
    let entries = objects.into_iter().flatten().map(|(named, value)| json!({ name: named, holds: value }));
    Some(entries.collect())
}

impl Checker<'_> {
    /// Takes a value as the list that it is meant to be. Where a record is changed that has such a list, which of its entries are to
    /// stay is for the caller to say.
    pub(super) fn entries(
        &mut self,
        view: &View,
        value: &Value,
        meant: &Value,
        place: &Place,
        need: Need,
        depth: usize,
    ) -> Value {
        let written = meant.to_string();
        let is_change =
            self.schemas.operation.is_some_and(|operation| matches!(operation.method, Method::Patch | Method::Put));
        if !is_change {
            self.note(sent_as(place, &shown(value), &format!("`{}`", shortened(&written))));
            return self.fit(view, meant, place, need, depth);
        }
        let message = format!("{} is not a list", shown(value));
        let cure = format!(
            "Write {}. A change replaces the whole list, and entries that are left out are lost: read the record first, and give \
             every entry that is to stay beside it.",
            shortened(&written)
        );
        self.problem(place, message, cure, vec![written]);
        value.clone()
    }
}
