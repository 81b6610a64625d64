//! How are lists within lists written?
//!
//! Swagger 2.0 gives each list its own `collectionFormat`, "csv" where it says none ("Items Object"). OpenAPI 3 has no form for
//! them.

use std::borrow::Cow;

use serde_json::Value;

use super::text_of;

/// A list whose items are lists with a `collectionFormat`, each of these joined to one text.
pub(in crate::invoke::draft) fn joined_within<'v>(schema: &Value, value: &'v Value) -> Cow<'v, Value> {
    let format = schema.get("items").and_then(|items| Some((items, items.get("collectionFormat")?.as_str()?)));
    let (Some((schema, format)), Value::Array(items)) = (format, value) else { return Cow::Borrowed(value) };
    let joined = items.iter().map(|item| match joined_within(schema, item).as_ref() {
        Value::Array(inner) => {
            let inner: Vec<String> = inner.iter().filter(|item| !item.is_null()).map(text_of).collect();
            Value::String(inner.join(between(format)))
        }
        item => item.clone(),
    });
    Cow::Owned(joined.collect())
}

/// What a `collectionFormat` puts between items.
fn between(format: &str) -> &'static str {
    match format {
        "ssv" => " ",
        "tsv" => "\t",
        "pipes" => "|",
        _ => ",",
    }
}

/// Whether a list or an object is within the value that no style has a form for: it is sent as JSON. Exploded, a list that is a
/// member has one.
pub(in crate::invoke::draft) fn has_parts_within(value: &Value, explodes: bool) -> bool {
    let has_parts = |value: &Value| value.is_array() || value.is_object();
    match value {
        Value::Array(items) => items.iter().any(has_parts),
        Value::Object(members) => members.values().any(|value| match value {
            Value::Array(items) if explodes => items.iter().any(has_parts),
            value => has_parts(value),
        }),
        _ => false,
    }
}
