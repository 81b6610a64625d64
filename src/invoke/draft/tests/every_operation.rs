//! Is every operation of the embedded manifest callable with the arguments that its schemas suggest?

use super::asked;
use crate::invoke::connectwise::ConnectWise;
use crate::invoke::draft::content::content_of;
use crate::invoke::draft::{Body, draft, example_call};
use crate::openapi::{ResolveLimits, embedded, resolve};

#[test]
fn example_bodies_are_valid_against_their_schemas() {
    let manifest = embedded().unwrap();
    let lookup = |name: &str| manifest.schemas.get(name).cloned();
    let mut seen = std::collections::HashSet::new();
    for operation in &manifest.operations {
        let Some(content) = content_of(operation) else { continue };
        let (_, data) = example_call(&ConnectWise, operation, &lookup);
        if seen.insert((content.schema.to_string(), data.clone().map(|data| data.to_string()))) {
            let schema = resolve(&content.schema, &lookup, ResolveLimits::default()).schema;
            let validator = jsonschema::validator_for(&schema).unwrap();
            let errors: Vec<String> = validator.iter_errors(&data.unwrap()).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{} {}: {errors:?}", operation.method, operation.path);
        }
    }
    assert!(seen.len() > 300, "{}", seen.len());
}

#[test]
fn every_operation_takes_its_example() {
    let manifest = embedded().unwrap();
    let lookup = |name: &str| manifest.schemas.get(name).cloned();
    let mut refused = Vec::new();
    let mut bodies = 0;
    for operation in &manifest.operations {
        let (params, data) = example_call(&ConnectWise, operation, &lookup);
        match draft(&asked(&ConnectWise, operation, (&params, data.as_ref()), &lookup)) {
            Ok(draft) => {
                assert!(!draft.path.contains(['{', '}']), "{}", draft.path);
                // What is generated from the schemas needs no repair.
                let notes: Vec<_> =
                    draft.notes.iter().filter(|note| note.to_string().contains(" is sent as ")).collect();
                assert!(notes.is_empty(), "{} {}: {notes:?}", operation.method, operation.path);
                if let Some(Body::Json(body)) = draft.body {
                    assert_eq!(Some(body), data, "{} {}", operation.method, operation.path);
                    bodies += 1;
                }
            }
            Err(problems) => refused.push((operation.method, operation.path.as_str(), params, data, problems)),
        }
    }
    assert!(refused.is_empty(), "{} refused, the first: {:#?}", refused.len(), refused.first());
    assert_eq!((manifest.operations.len(), bodies), (2812, 934));
}
