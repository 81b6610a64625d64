//! When do two JSON values say the same? Where they are equal with their members in order.

use serde_json::{Map, Value};

/// A value with the members of its objects in order of name: who writes it again may have them in another.
pub(crate) fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => sorted_map(members),
        Value::Array(values) => values.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

pub(crate) fn sorted_map(members: &Map<String, Value>) -> Value {
    let mut members: Vec<(&String, &Value)> = members.iter().collect();
    members.sort_unstable_by_key(|(name, _)| *name);
    Value::Object(members.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect())
}
