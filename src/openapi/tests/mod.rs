//! Whole manifests in, whole manifests out.

mod crosscheck;
mod faults;
mod read;
mod resolving;

use super::{Manifest, Operation, read as read_manifest};

pub(super) const SWAGGER_20: &[u8] = include_bytes!("../../../tests/data/manifests/swagger-2.0.json");
pub(super) const OPENAPI_30: &[u8] = include_bytes!("../../../tests/data/manifests/openapi-3.0.yaml");
pub(super) const OPENAPI_31: &[u8] = include_bytes!("../../../tests/data/manifests/openapi-3.1.json");
pub(super) const VENDOR_FAULTS: &[u8] = include_bytes!("../../../tests/data/manifests/vendor-faults.json");
pub(super) const CYCLIC: &[u8] = include_bytes!("../../../tests/data/manifests/cyclic.json");

pub(super) fn manifest(bytes: &[u8]) -> Manifest {
    read_manifest(bytes).expect("a manifest that can be read")
}

/// The operation of a key such as `GET /books`.
pub(super) fn operation<'m>(manifest: &'m Manifest, key: &str) -> &'m Operation {
    let found = manifest.operations.iter().find(|operation| format!("{} {}", operation.method, operation.path) == key);
    found.unwrap_or_else(|| panic!("no {key} among {:?}", keys(manifest)))
}

pub(super) fn keys(manifest: &Manifest) -> Vec<String> {
    manifest.operations.iter().map(|operation| format!("{} {}", operation.method, operation.path)).collect()
}

/// Every `$ref` where a schema can stand; data such as `enum` and `examples` is none.
pub(super) fn references(schema: &serde_json::Value, found: &mut Vec<String>) {
    visit(schema, "", &mut |schema, _| {
        if let Some(reference) = schema.get("$ref").and_then(serde_json::Value::as_str) {
            found.push(reference.to_owned());
        }
    });
}

/// Visits a schema and all schemas in it, with their pointers.
pub(super) fn visit(schema: &serde_json::Value, pointer: &str, each: &mut dyn FnMut(&serde_json::Value, &str)) {
    use super::reference::escape;
    use super::resolve::MAPS;
    use super::schema::{LISTS, SINGLES};
    let Some(map) = schema.as_object() else { return };
    each(schema, pointer);
    for (key, value) in map {
        match value {
            serde_json::Value::Object(inner) if MAPS.contains(&key.as_str()) || key == "$defs" => {
                for (name, schema) in inner {
                    visit(schema, &format!("{pointer}/{}/{}", escape(key), escape(name)), each);
                }
            }
            serde_json::Value::Array(items) if LISTS.contains(&key.as_str()) => {
                for (index, schema) in items.iter().enumerate() {
                    visit(schema, &format!("{pointer}/{key}/{index}"), each);
                }
            }
            value if SINGLES.contains(&key.as_str()) => visit(value, &format!("{pointer}/{key}"), each),
            _ => {}
        }
    }
}
