//! Are the arguments that are made from schemas such as the operation takes, whatever the manifest gives for examples?

use serde_json::{Value, json};

use super::asked;
use crate::invoke::draft::{draft, example_call};
use crate::invoke::generic::Generic;
use crate::openapi::read;

#[test]
fn examples_that_the_manifest_itself_refuses_are_not_given() {
    let ok = json!({ "200": { "description": "", "content": { "application/json": { "schema": {
        "type": "object", "properties": {
            "title": { "type": "string" },
        },
    } } } } });
    let body = |schema: Value| json!({ "required": true, "content": { "application/json": { "schema": schema } } });
    let manifest = json!({
        "openapi": "3.0.3", "info": { "title": "Acme", "version": "1" },
        "paths": { "/models/{modelId}": {
            "get": { "responses": ok, "parameters": [
                { "name": "modelId", "in": "path", "required": true, "example": "{modelId}",
                  "schema": { "type": "string", "format": "uuid" } },
                { "name": "since", "in": "query", "example": "2025-10-15T13:51:07.245Z",
                  "schema": { "type": "string", "format": "date" } },
                { "name": "kind", "in": "query", "example": "a", "schema": { "type": "string", "enum": ["a", "b"] } },
            ] },
            "post": { "responses": ok, "requestBody": body(json!({
                "type": "object", "required": ["callback"], "properties": {
                    "tags": { "type": "object", "minProperties": 1, "additionalProperties": { "type": "string" } },
                    "call": { "type": "object", "example": { "renamed": 1 }, "properties": { "name": { "type": "string" } } },
                },
            })) },
        } },
    });
    let manifest = read(manifest.to_string().as_bytes()).unwrap();
    let lookup = |name: &str| manifest.schemas.get(name).cloned();
    let calls: Vec<(String, Value, Option<Value>)> = manifest
        .operations
        .iter()
        .map(|operation| {
            let (params, data) = example_call(&Generic, operation, &lookup);
            draft(&asked(&Generic, operation, (&params, data.as_ref()), &lookup)).unwrap();
            (operation.method.to_string(), params.into(), data)
        })
        .collect();
    let id = json!("00000000-0000-4000-8000-000000000000");
    let params =
        |method: &str| calls.iter().find(|call| call.0 == method).map(|call| (&call.1, call.2.as_ref())).unwrap();
    assert_eq!(params("GET"), (&json!({ "modelId": id, "since": "2025-01-31", "kind": "a" }), None));
    let body = json!({ "tags": { "name": "string" }, "call": { "name": "string" }, "callback": "string" });
    assert_eq!(params("POST").1, Some(&body));
}
