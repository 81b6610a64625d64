//! What would a call of this operation look like? The ready argument object that goes with a hit.

use serde_json::{Map, Value, json};

use crate::openapi::media::content_of;
use crate::openapi::{Manifest, Operation, Parameter, ParameterIn, def_name, ready_body};

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
        .map(|parameter| (parameter.name.clone(), placeholder(parameter, manifest)))
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
fn placeholder(parameter: &Parameter, manifest: &Manifest) -> Value {
    if let Some(example) = &parameter.example {
        return example.clone();
    }
    let schema = named(&parameter.schema, manifest);
    let first = |key: &str| schema.get(key).and_then(|values| values.get(0)).cloned();
    if let Some(value) = schema.get("default").cloned().or_else(|| first("examples")).or_else(|| first("enum")) {
        return value;
    }
    let kind = match schema.get("type") {
        Some(Value::String(kind)) => kind.as_str(),
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or("value")
        }
        _ => "value",
    };
    json!(format!("<{}: {kind}>", parameter.name))
}

/// A schema, or the one that it refers to.
fn named<'m>(schema: &'m Value, manifest: &'m Manifest) -> &'m Value {
    /// References that are followed: more lead round in a circle.
    const MOST: usize = 8;
    let mut schema = schema;
    for _ in 0..MOST {
        let name = schema.get("$ref").and_then(Value::as_str).and_then(def_name);
        let Some(target) = name.and_then(|name| manifest.schemas.get(&name)) else { break };
        schema = target;
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi::read;

    #[test]
    fn a_placeholder_names_the_type_that_is_referred_to() {
        let parameter =
            |name: &str, schema: Value| json!({ "name": name, "in": "path", "required": true, "schema": schema });
        let refer = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let manifest = json!({
            "openapi": "3.0.3", "info": { "title": "Acme", "version": "1" },
            "paths": { "/alerts/{number}/{kind}/{id}": { "get": { "responses": {}, "parameters": [
                parameter("number", refer("Number")), parameter("kind", refer("Kind")), parameter("id", json!({ "type": "string" })),
            ] } } },
            "components": { "schemas": {
                "Number": refer("Whole"), "Whole": { "type": "integer" }, "Kind": { "type": "string", "enum": ["open", "done"] },
            } },
        });
        let manifest = read(manifest.to_string().as_bytes()).unwrap();
        let call = ready(&manifest.operations[0], &manifest);
        assert_eq!(call["params"], json!({ "number": "<number: integer>", "kind": "open", "id": "<id: string>" }));
    }
}
