//! Which custom field does a parameter filter by?
//!
//! `customFields={"Region": "East"}`, `customFields=Region:East` and `customFields[Region]=East` name it by its caption.

use serde_json::Value;

use super::literal;
use crate::invoke::connectwise::conditions::{self, FieldSource, Kind, SchemaFields};
use crate::invoke::draft::Unknown;

/// The field of a record that holds its custom fields, and what callers write for it, in small letters.
const FIELD: &str = "customFields";
const NAMES: [&str; 2] = ["customfields", "customfield"];

/// What stands between a caption and its value in one text.
const BETWEEN: [char; 2] = ['=', ':'];

/// The filter by a custom field that a parameter names by its caption, in its own name or in its value.
pub(super) fn named(unknown: &Unknown<'_>, fields: &SchemaFields<'_>) -> Option<String> {
    let Unknown { name, value, known, .. } = *unknown;
    let lower = name.to_ascii_lowercase();
    let rest = NAMES.iter().find_map(|own| lower.strip_prefix(own))?;
    let behind = name.get(name.len() - rest.len()..)?;
    if let Some(caption) = behind.strip_prefix(['[', '.', '/', ':']) {
        let caption = caption.trim_end_matches(']').trim_end_matches("/value");
        return filter(caption, value, fields, known);
    }
    if !behind.is_empty() {
        return None;
    }
    let read = value.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let value = read.as_ref().filter(|read| read.is_object() || read.is_array()).unwrap_or(value);
    let (caption, value) = pair(value)?;
    filter(&caption, &value, fields, known)
}

/// The filter by the custom field of a caption, where the records have custom fields.
pub(super) fn filter(caption: &str, value: &Value, fields: &SchemaFields<'_>, known: &[&str]) -> Option<String> {
    let takes = known.contains(&Kind::CustomFieldConditions.parameter());
    if !takes || caption.trim().is_empty() || fields.field(FIELD).path().is_none() {
        return None;
    }
    let caption = conditions::of_text(caption.trim());
    Some(format!("caption = {caption} AND value = {}", literal(value)?))
}

/// A caption and its value, where there is one of each.
fn pair(value: &Value) -> Option<(String, Value)> {
    match value {
        Value::Array(items) => match items.as_slice() {
            [only] => pair(only),
            _ => None,
        },
        Value::Object(members) => {
            let member = |names: [&str; 2]| names.into_iter().find_map(|name| members.get(name));
            if let (Some(Value::String(caption)), Some(value)) =
                (member(["caption", "name"]), member(["value", "Value"]))
            {
                return Some((caption.clone(), value.clone()));
            }
            let mut all = members.iter();
            let (caption, value) = all.next()?;
            all.next().is_none().then(|| (caption.clone(), value.clone()))
        }
        Value::String(text) => {
            let (caption, value) = text.split_once(BETWEEN)?;
            let value = value.trim().trim_matches(['"', '\'']);
            (!value.is_empty()).then(|| (caption.trim().to_owned(), value.into()))
        }
        _ => None,
    }
}
