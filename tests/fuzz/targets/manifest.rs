//! Bytes that are said to be a manifest: read, composed into documents, and every schema resolved as a caller would see it.

use cw_orchestrator::document::compose;
use cw_orchestrator::document::glossary::Glossaries;
use cw_orchestrator::openapi::{self, Operation, ResolveLimits};
use serde_json::Value;

/// Operations of one manifest whose schemas are resolved: the others take the same way.
const RESOLVED: usize = 8;
/// As `resolve_resource_metadata` lists them.
const FIELD_DEPTH: usize = 2;
const FIELDS: usize = 400;

pub fn run(input: &[u8]) {
    let Ok(manifest) = openapi::read(input) else { return };
    let glossaries = Glossaries::load(None).expect("the program's own glossary");
    let documents = compose(&manifest, &glossaries.of_api(&manifest.title));
    assert_eq!(documents.len(), manifest.operations.len(), "a document an operation");
    let lookup = |name: &str| manifest.schemas.get(name).cloned();
    for operation in manifest.operations.iter().take(RESOLVED) {
        // The catalogue keeps operations as JSON.
        let json = serde_json::to_string(operation).expect("an operation is JSON");
        assert_eq!(&serde_json::from_str::<Operation>(&json).expect("and is read back"), operation);
        let bodies = operation.request_body.iter().flat_map(|body| &body.content);
        let answers = operation.responses.iter().flat_map(|response| &response.content);
        let schemas = bodies.chain(answers).map(|media_type| &media_type.schema);
        for schema in schemas.chain(operation.parameters.iter().map(|parameter| &parameter.schema)) {
            let resolved = openapi::resolve(schema, &lookup, ResolveLimits::default());
            assert!(nodes(&resolved.schema) <= ResolveLimits::default().max_nodes, "a resolved schema is bounded");
            openapi::example(schema, &lookup, cw_orchestrator::build::EXAMPLE_DEPTH);
            assert!(openapi::fields(schema, &lookup, FIELD_DEPTH, FIELDS).len() <= FIELDS);
        }
    }
}

fn nodes(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(nodes).sum(),
        Value::Object(members) => members.values().map(nodes).sum(),
        _ => 0,
    }
}
