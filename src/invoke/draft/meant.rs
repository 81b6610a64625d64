//! Which member of a schema does a caller's name mean, and which of its members say nothing?

use serde_json::{Map, Value};

use super::view::{Additional, Schemas, View};

/// Members that hold the name and the value of an entry.
pub(super) const PAIRS: [(&str, &str); 3] = [("caption", "value"), ("name", "value"), ("key", "value")];

/// What the first of them is called elsewhere.
const NAMES_OF_ENTRIES: [&str; 7] = ["caption", "name", "key", "label", "field", "fieldName", "title"];

/// The member that a name surely means, though it is spelled otherwise: in other letter case, where one member alone is spelled
/// so, or as the manifest misspells it. `None` where the name is right, means none, or what it means is given beside it.
pub(super) fn member(view: &View, name: &str, given: &Map<String, Value>, schemas: &Schemas<'_>) -> Option<String> {
    let is_open = matches!(view.additional, Additional::Open | Additional::Fitting(_));
    if view.properties.contains_key(name) {
        return None;
    }
    let misprint = schemas.members.misprints.iter().find(|(wrong, _)| *wrong == name);
    let misprint = misprint.map(|(_, right)| (*right).to_owned()).filter(|right| view.properties.contains_key(right));
    // Where any name may be, one in other letter case is another.
    let alike = || in_other_case(view, name).filter(|_| !is_open);
    let entry = || name_of_entry(view, name, given).filter(|_| !is_open);
    misprint.or_else(alike).or_else(entry).filter(|meant| !given.contains_key(meant))
}

/// What names an entry, where it is given beside the entry's value under a name that other lists have for it: `name` of a custom field
/// is its `caption`.
fn name_of_entry(view: &View, name: &str, given: &Map<String, Value>) -> Option<String> {
    let is_name = |name: &str| NAMES_OF_ENTRIES.iter().any(|known| known.eq_ignore_ascii_case(name));
    let has = |name: &str| view.properties.contains_key(name);
    let (own, value) = PAIRS.into_iter().find(|(own, value)| has(own) && has(value))?;
    let names = given.keys().filter(|name| is_name(name) && !has(name)).count();
    let is_meant = is_name(name) && names == 1 && given.keys().any(|name| name.eq_ignore_ascii_case(value));
    is_meant.then(|| own.to_owned())
}

/// The only property that differs from a name by letter case alone.
pub(super) fn in_other_case(view: &View, name: &str) -> Option<String> {
    let mut alike = view.properties.keys().filter(|known| known.eq_ignore_ascii_case(name));
    match (alike.next(), alike.next()) {
        (Some(only), None) => Some(only.clone()),
        _ => None,
    }
}

/// Whether a member of a reference says nothing: `""` where no text can be.
pub(super) fn is_absent(owner: &View, schema: &Value, value: &Value, schemas: &Schemas<'_>) -> bool {
    if !schemas.members.empty_is_absent_in_references || !owner.is_reference() {
        return false;
    }
    let is_empty = value.as_str().is_some_and(|text| text.trim().is_empty());
    is_empty && schemas.views(schema).iter().all(|view| !view.types.is_empty() && !view.is("string"))
}
