//! How does a template read with values in it?

use serde_json::{Map, Value};

use crate::memory::slots;
use crate::openapi::{Part, PathTemplate};

/// Text, a number or a flag as it stands in a path; `None` for what has parts.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A template with the values there are, percent-encoded; what has none stays in braces.
pub(super) fn path_in_form(template: &str, values: &Map<String, Value>) -> String {
    path_with(template, values, &|_, text| slots::encoded(text))
}

/// The same, each value as it is encoded.
pub(super) fn path_with(template: &str, values: &Map<String, Value>, encode: &dyn Fn(&str, &str) -> String) -> String {
    let Ok(parsed) = PathTemplate::parse(template) else { return template.to_owned() };
    let mut path = String::new();
    for segment in parsed.segments() {
        path.push('/');
        for part in &segment.parts {
            match part {
                Part::Literal(text) => path.push_str(text),
                Part::Parameter(name) => match values.get(name).and_then(scalar) {
                    Some(value) => path.push_str(&encode(name, &value)),
                    None => path.extend(["{", name, "}"]),
                },
            }
        }
    }
    path.extend(parsed.fragment().map(|fragment| format!("#{fragment}")));
    path
}
