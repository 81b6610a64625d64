//! When do two JSON values say the same, and as which text? They do where they are equal with their members in order.

use serde_json::{Map, Value};

/// A value with the members of its objects in order of name: who writes it again may have them in another.
pub(crate) fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => sorted_map(members),
        Value::Array(values) => values.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

/// A value as text: text as it is, anything else as JSON.
pub(crate) fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The values of a list, or the one value that is none, each as text.
pub(crate) fn texts_of(value: &Value) -> Vec<String> {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter().map(text_of).collect()
}

pub(crate) fn sorted_map(members: &Map<String, Value>) -> Value {
    let mut members: Vec<(&String, &Value)> = members.iter().collect();
    members.sort_unstable_by_key(|(name, _)| *name);
    Value::Object(members.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_text_as_they_stand_in_a_query() {
        let texts = texts_of(&json!(["a", 1, null, { "b": "c" }]));
        assert_eq!(texts, ["a", "1", "null", r#"{"b":"c"}"#]);
        assert_eq!((texts_of(&json!("a")), texts_of(&json!([]))), (vec!["a".to_owned()], Vec::new()));
    }
}
