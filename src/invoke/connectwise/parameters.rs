//! Which parameter was a name to be that an operation lacks?

use serde_json::Value;

use crate::invoke::draft::{FieldOfRecords, MeantParameter, Unknown};

/// What other APIs call these parameters, so that callers try it: no spelling leads from one to the other.
const OTHER_NAMES: [(&str, &[&str]); 4] = [
    ("conditions", &["filter", "where", "query", "q", "search"]),
    ("pageSize", &["limit", "top", "perpage", "count", "maxresults"]),
    ("orderBy", &["sort", "sortby"]),
    ("fields", &["select", "columns", "properties"]),
];

/// Characters of a value up to which a condition with it is written out.
const LONGEST_VALUE: usize = 80;

/// A condition where the name is a field of the list's records, or else the parameter that other APIs call so.
pub(super) fn meant(unknown: &Unknown<'_>) -> Option<MeantParameter> {
    let takes = |name: &str| unknown.known.contains(&name);
    if takes("conditions")
        && let Some(value) = condition(unknown)
    {
        return Some(MeantParameter::Filter { parameter: "conditions", value });
    }
    let plain: String = unknown.name.to_lowercase().chars().filter(char::is_ascii_alphabetic).collect();
    let known = OTHER_NAMES.iter().find(|(name, others)| others.contains(&plain.as_str()) && takes(name));
    known.map(|(name, _)| MeantParameter::Parameter(name))
}

/// The condition that asks for this value of the field; a reference is compared by what names its record.
fn condition(unknown: &Unknown<'_>) -> Option<String> {
    let FieldOfRecords { name: field, members } = unknown.field.as_ref()?;
    let below = |name: &str| members.iter().any(|member| member == name).then(|| format!("{field}/{name}"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match unknown.value {
        Value::String(text) if members.iter().eq(["id"]) => {
            is_number(text).then(|| below("id").map(|path| format!("{path} = {text}")))?
        }
        // What needs escapes, or is no name, is no ready condition.
        Value::String(text) if text.contains(['"', '\\']) || text.len() > LONGEST_VALUE => None,
        Value::String(text) => {
            let path = if members.is_empty() { Some(field.clone()) } else { None };
            let path = path.or_else(|| below("identifier")).or_else(|| below("name"))?;
            Some(format!("{path} = \"{text}\""))
        }
        value => {
            let path = if members.is_empty() { field.clone() } else { below("id")? };
            match value {
                Value::Number(number) => Some(format!("{path} = {number}")),
                Value::Bool(flag) => Some(format!("{path} = {}", if *flag { "True" } else { "False" })),
                _ => None,
            }
        }
    }
}
