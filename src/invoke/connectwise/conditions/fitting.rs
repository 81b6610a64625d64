//! What does a name say beside the kind of its value, and can a field hold a value of that kind?

use super::source::{FieldSource, Lookup};
use super::syntax::Scalar;
use super::types::is_named_like_date;
use crate::document::words::{split, stem};
use crate::openapi::Field;

/// Words by which names say that they are flags, and dates.
pub(super) const OF_FLAGS: [&str; 3] = ["flag", "is", "has"];
pub(super) const OF_DATES: [&str; 4] = ["date", "time", "on", "at"];

/// The stems of a name's words but for some that tell nothing.
pub(super) fn telling(text: &str, others: &[&str]) -> Vec<String> {
    split(text).into_iter().filter(|word| !others.contains(&word.as_str())).map(|word| stem(&word)).collect()
}

/// Whether a field of that type can be compared with a value at all.
pub(super) fn can_hold(field: &Field, value: &Scalar) -> bool {
    let dated = field.format.as_deref().is_some_and(|format| format.starts_with("date"));
    let type_name = field.type_name.trim_start_matches("array of ");
    match (type_name, value) {
        ("object" | "any", _) | (_, Scalar::Null) => true,
        ("string", Scalar::Date(_)) => dated || is_named_like_date(&field.path),
        ("string", Scalar::Text(text)) => {
            let is_pattern = text.contains(['%', '*']);
            let mut values = field.enum_values.iter().filter_map(serde_json::Value::as_str);
            !dated
                && (field.enum_values.is_empty() || is_pattern || values.any(|known| known.eq_ignore_ascii_case(text)))
        }
        ("integer" | "number", Scalar::Number(_)) | ("boolean", Scalar::Boolean(_)) => true,
        _ => false,
    }
}

/// Whether it can, also where the value is sent in another form: digits as a text.
pub(super) fn takes(field: &Field, value: &Scalar) -> bool {
    let dated = field.format.as_deref().is_some_and(|format| format.starts_with("date"));
    let is_text = field.type_name == "string" && !dated && field.enum_values.is_empty();
    can_hold(field, value) || (is_text && matches!(value, Scalar::Number(_)))
}

/// A filter by a field as it may look, for somebody whose value is none that it holds.
pub(in crate::invoke::connectwise) fn example(name: &str, fields: &dyn FieldSource) -> String {
    let Lookup::Found { field, .. } = fields.field(name) else { return format!("{name} = \"text\"") };
    let mut field = *field;
    if field.type_name == "object" {
        let members = fields.members(&field.path);
        let named = ["name", "identifier", "id"]
            .into_iter()
            .find_map(|name| members.iter().find(|member| leaf(&member.path) == name));
        field = named.cloned().unwrap_or(field);
    }
    let test = match (field.type_name.as_str(), field.enum_values.first()) {
        ("boolean", _) => "= True".to_owned(),
        ("integer" | "number", _) => "= 5".to_owned(),
        ("string", Some(first)) => format!("= {first}"),
        _ if can_hold(&field, &Scalar::Date(String::new())) => ">= [2024-01-31T00:00:00Z]".to_owned(),
        _ => "= \"text\"".to_owned(),
    };
    format!("{} {test}", field.path)
}

/// The last name of a path.
pub(super) fn leaf(path: &str) -> &str {
    path.rsplit(['/', '.']).next().unwrap_or(path)
}
