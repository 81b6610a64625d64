//! What would a call of this operation look like? The ready argument object that goes with a hit.

use serde_json::{Map, Value, json};

use crate::openapi::media::content_of;
use crate::openapi::{Manifest, Operation, Parameter, ParameterIn, ready_body};

/// How many objects deep an example body goes: a record, its references, and what they require.
pub const EXAMPLE_DEPTH: usize = 4;

/// An argument object for `dispatch_api_operation`: path and method as they stand, every required path and query parameter
/// with an example or a placeholder that names its type, and a small example body where one is sent.
pub(super) fn ready(operation: &Operation, manifest: &Manifest) -> Value {
    let mut call = Map::new();
    call.insert("path".to_owned(), json!(operation.path));
    call.insert("method".to_owned(), json!(operation.method.as_str()));
    let params: Map<String, Value> = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.required && matches!(parameter.location, ParameterIn::Path | ParameterIn::Query))
        .map(|parameter| (parameter.name.clone(), placeholder(parameter)))
        .collect();
    if !params.is_empty() {
        call.insert("params".to_owned(), Value::Object(params));
    }
    if let Some(content) = content_of(operation) {
        let lookup = |name: &str| manifest.schemas.get(name).cloned();
        call.insert("data".to_owned(), ready_body(content, &lookup, EXAMPLE_DEPTH));
    }
    Value::Object(call)
}

/// A value nobody sends by mistake: `<id: integer>` says what belongs there.
fn placeholder(parameter: &Parameter) -> Value {
    if let Some(example) = &parameter.example {
        return example.clone();
    }
    let first = |key: &str| parameter.schema.get(key).and_then(|values| values.get(0)).cloned();
    if let Some(value) =
        parameter.schema.get("default").cloned().or_else(|| first("examples")).or_else(|| first("enum"))
    {
        return value;
    }
    let kind = match parameter.schema.get("type") {
        Some(Value::String(kind)) => kind.as_str(),
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or("value")
        }
        _ => "value",
    };
    json!(format!("<{}: {kind}>", parameter.name))
}
