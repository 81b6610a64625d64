//! JSON Schemas of tool arguments, as small as they can be: every client pays for them in every conversation.

use std::sync::Arc;

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

/// Makes the input schema of a tool: subschemas in place, without titles, formats and `$schema`.
pub(super) fn input<T: JsonSchema>() -> Arc<JsonObject> {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    settings.meta_schema = None;
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    slim(&mut schema);
    match schema {
        Value::Object(mut object) => {
            // Some clients refuse an input schema without it, which an empty struct's lacks.
            object.entry("properties").or_insert_with(|| Value::Object(JsonObject::new()));
            Arc::new(object)
        }
        _ => Arc::default(),
    }
}

/// Makes an output schema from one that names the top-level members and their types.
pub(super) fn output(schema: Value) -> Arc<JsonObject> {
    match schema {
        Value::Object(object) => Arc::new(object),
        _ => Arc::default(),
    }
}

fn slim(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.remove("title");
            object.remove("format");
            // The only descriptions are those of arguments that a name does not explain.
            if object.get("type") == Some(&Value::String("object".to_owned())) && object.contains_key("properties") {
                object.remove("description");
            }
            // An optional argument may be left out; that it may be null too need not be said in every schema.
            if let Some(Value::Array(kinds)) = object.get("type")
                && let [kind, Value::String(null)] = kinds.as_slice()
                && null == "null"
            {
                let kind = kind.clone();
                object.insert("type".to_owned(), kind);
            }
            if object.get("default") == Some(&Value::Null) {
                object.remove("default");
            }
            // Clients with MCP's TypeScript SDK take no list at all with a property whose schema is `true`.
            if let Some(Value::Object(properties)) = object.get_mut("properties") {
                for schema in properties.values_mut().filter(|schema| **schema == Value::Bool(true)) {
                    *schema = Value::Object(JsonObject::new());
                }
            }
            object.values_mut().for_each(slim);
        }
        Value::Array(values) => values.iter_mut().for_each(slim),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(JsonSchema)]
    #[allow(dead_code, reason = "only its schema is asked for")]
    struct Anything {
        data: Option<Value>,
        /// Said
        described: Option<Value>,
        count: Option<usize>,
    }

    #[test]
    fn the_schema_of_every_property_is_an_object() {
        let schema = Value::Object((*input::<Anything>()).clone());
        insta::assert_snapshot!(schema["properties"], @r#"{"data":{},"described":{"description":"Said"},"count":{"type":"integer","minimum":0}}"#);
    }
}
