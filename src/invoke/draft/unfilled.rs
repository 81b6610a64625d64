//! Which values of a call are still the placeholders that stand in a ready call for its reader to fill in?
//!
//! A placeholder is the name of its own field in angle brackets, alone (`<summary>`) or with what belongs there (`<id: integer>`,
//! `<dateStart: date>`). Any other text in brackets is a value: a note may well be HTML.

use serde_json::{Map, Value};

use super::{Asked, Problem};
use crate::surface::{Argument, Place, Said};

/// Objects and lists within a body that are looked into; bodies of real APIs have five.
const DEEPEST: usize = 12;
/// Placeholders that are told: whoever left more filled in nothing.
const MOST: usize = 20;

/// What stands in a ready call where the value of a field belongs; `what` says what that is, where the name does not.
pub fn placeholder(field: &str, what: &str) -> String {
    if what.is_empty() { format!("<{field}>") } else { format!("<{field}: {what}>") }
}

/// Whether a text is the placeholder of a field.
pub(super) fn is_placeholder_of(text: &str, field: &str) -> bool {
    let inner = text.trim().strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
    let behind = inner.and_then(|inner| inner.strip_prefix(field));
    !field.is_empty() && behind.is_some_and(|rest| rest.is_empty() || rest.starts_with(": "))
}

/// A problem for each placeholder that was left as it is, in the path, the parameters and the body.
pub(super) fn left(asked: &Asked<'_>) -> Vec<Problem> {
    let mut found = Vec::new();
    let named = |values: &Map<String, Value>, place: &dyn Fn(&str) -> Place, found: &mut Vec<Problem>| {
        for (name, value) in values {
            if let Some(text) = value.as_str().filter(|text| is_placeholder_of(text, name)) {
                found.push(problem(&place(name), text));
            }
        }
    };
    named(asked.path_values, &|name| Place::path().field(name), &mut found);
    named(asked.params, &|name| Place::param(name), &mut found);
    if let Some(data) = asked.data {
        within(data, &Place::body(), &mut Vec::new(), &mut found);
    }
    found.truncate(MOST);
    found
}

/// Looks into a value of the body. `names` are the fields around it, by any of which a placeholder may be named: that of `company` stands
/// in its `identifier`.
fn within<'v>(value: &'v Value, place: &Place, names: &mut Vec<&'v str>, found: &mut Vec<Problem>) {
    if names.len() > DEEPEST || found.len() >= MOST {
        return;
    }
    match value {
        Value::String(text) if names.iter().any(|name| is_placeholder_of(text, name)) => {
            found.push(problem(place, text));
        }
        Value::Object(members) => {
            // An operation of a JSON Patch names its field by a path.
            let path = members.get("path").filter(|_| members.contains_key("value")).and_then(Value::as_str);
            let changed: Vec<&str> = path.into_iter().flat_map(|path| path.split('/')).collect();
            let around = names.len();
            names.extend(changed);
            for (name, member) in members {
                names.push(name);
                within(member, &place.field(name), names, found);
                names.pop();
            }
            names.truncate(around);
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                within(item, &place.item(at), names, found);
            }
        }
        _ => {}
    }
}

fn problem(place: &Place, text: &str) -> Problem {
    let message = format!("`{text}` is the placeholder of a ready call, which nobody filled in");
    let cure = Said::from("Write the value in its place, or leave it out where it is not needed; ");
    Problem::new(place, message, cure.argument(Argument::UNCHECKED).text(" sends it as it is."))
}

/// What a dry run says of a placeholder that it shows.
pub(super) fn to_fill_in(place: &Place) -> Said {
    Said::from("to send it: write a value in place of the placeholder at ").at(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_is_the_name_of_its_own_field_in_brackets() {
        for (text, field, wanted) in [
            ("<summary>", "summary", true),
            (" <summary> ", "summary", true),
            ("<id: integer>", "id", true),
            ("<dateStart: date>", "dateStart", true),
            ("<summary>", "text", false),
            ("<summary>printer</summary>", "summary", false),
            ("<p>The printer</p>", "p", false),
            ("<idle>", "id", false),
            ("summary", "summary", false),
            ("<>", "", false),
        ] {
            assert_eq!(is_placeholder_of(text, field), wanted, "{text} of {field}");
        }
        assert!(
            is_placeholder_of(&placeholder("id", "integer"), "id") && is_placeholder_of(&placeholder("id", ""), "id")
        );
    }
}
