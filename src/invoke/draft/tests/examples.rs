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
                { "name": "keyword", "in": "query", "required": true, "example": "", "schema": { "type": "string" } },
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
    let wanted = json!({ "modelId": id, "since": "2025-01-31", "kind": "a", "keyword": "string" });
    assert_eq!(params("GET"), (&wanted, None));
    let body = json!({ "tags": { "name": "string" }, "call": { "name": "string" }, "callback": "string" });
    assert_eq!(params("POST").1, Some(&body));
}

/// The body that is made for a schema among named ones, which the draft must take.
fn body_of(schema: &str, schemas: &Value) -> Value {
    let manifest = json!({
        "openapi": "3.0.3", "info": { "title": "Acme", "version": "1" },
        "paths": { "/things": { "post": { "responses": {}, "requestBody": { "required": true, "content": {
            "application/json": { "schema": { "$ref": format!("#/components/schemas/{schema}") } } } } } } },
        "components": { "schemas": schemas },
    });
    let manifest = read(manifest.to_string().as_bytes()).unwrap();
    let lookup = |name: &str| manifest.schemas.get(name).cloned();
    let operation = &manifest.operations[0];
    let (params, data) = example_call(&Generic, operation, &lookup);
    if let Err(problems) = draft(&asked(&Generic, operation, (&params, data.as_ref()), &lookup)) {
        panic!("{data:?}: {problems:?}");
    }
    data.unwrap()
}

#[test]
fn of_alternatives_that_shut_each_other_out_an_example_has_one() {
    let text = json!({ "type": "string" });
    let page = |alternatives: Value| {
        let properties = json!({ "url": text, "html": text, "width": { "type": "integer" } });
        json!({ "Page": { "type": "object", "properties": properties, "oneOf": alternatives } })
    };
    let schemas = page(json!([{ "required": ["url"] }, { "required": ["html"] }]));
    assert_eq!(body_of("Page", &schemas), json!({ "url": "string", "width": 1 }));
    // What both require stays, and so does what neither does.
    let schemas = page(json!([{ "required": ["width", "url"] }, { "required": ["width", "html"] }]));
    assert_eq!(body_of("Page", &schemas), json!({ "url": "string", "width": 1 }));
    let schemas = page(json!([{ "required": ["url", "html"] }]));
    assert_eq!(body_of("Page", &schemas), json!({ "url": "string", "html": "string", "width": 1 }));
}

#[test]
fn an_example_ends_before_a_schema_comes_back_within_itself() {
    let refer = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let schemas = json!({
        "Query": { "type": "object", "required": ["filter"], "properties": { "filter": refer("Filter") } },
        "Filter": { "type": "object", "properties": {
            "or": { "allOf": [refer("Filters"), { "description": "Either of them." }] },
            "not": { "allOf": [refer("Filter"), { "description": "The others." }] },
            "names": { "type": "array", "items": { "type": "string" } } } },
        "Filters": { "type": "array", "items": refer("Filter") },
        "Loop": { "type": "object", "properties": { "all": { "type": "array", "items": refer("Loop") } } },
    });
    assert_eq!(body_of("Query", &schemas), json!({ "filter": { "names": ["string"] } }));
    body_of("Loop", &schemas);
}

#[test]
fn an_example_is_of_its_format_first_and_then_of_its_pattern() {
    let text = |format: &str, pattern: &str| json!({ "type": "string", "format": format, "pattern": pattern });
    let schemas = json!({ "Span": { "type": "object", "required": ["from", "to", "month", "code", "at"], "properties": {
        "from": text("date", "^\\d{4}-\\d{2}-\\d{2}$"), "to": text("date", "/^\\d{4}-\\d{2}-\\d{2}$/"),
        "month": text("date", "YYYY-MM"), "code": text("", "/^[A-Z]{3}$/i"),
        "at": text("date-time", "/^\\d{4}-\\d{2}-\\d{2}T[0-9:]{8}[+-][0-9]{4}$/") } } });
    let day = "2025-01-31";
    let wanted = json!({ "from": day, "to": day, "month": day, "code": "AAA", "at": "2025-01-31T09:00:00+0000" });
    assert_eq!(body_of("Span", &schemas), wanted);
}

#[test]
fn a_schema_that_inherits_a_discriminator_names_itself_and_has_none_of_its_siblings_members() {
    let refer = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let source = |own: Value| json!({ "allOf": [refer("Source"), { "properties": own }] });
    let schemas = json!({
        "Source": { "type": "object", "required": ["kind"], "discriminator": { "propertyName": "kind" }, "properties": {
            "kind": refer("Kind"), "host": { "type": "string" } } },
        "Kind": { "type": "string", "enum": ["RouterSource", "SwitchSource"] },
        "RouterSource": source(json!({ "model": { "type": "string", "enum": ["r1"] } })),
        "SwitchSource": source(json!({ "model": { "type": "string", "enum": ["s1"] }, "ports": { "type": "integer" } })),
    });
    assert_eq!(body_of("SwitchSource", &schemas)["kind"], json!("SwitchSource"));
    assert_eq!(body_of("RouterSource", &schemas)["kind"], json!("RouterSource"));
    body_of("Source", &schemas);
    // A caller's body is held against the schema that is declared, whatever its discriminator says.
    let manifest = json!({
        "openapi": "3.0.3", "info": { "title": "Acme", "version": "1" },
        "paths": { "/things": { "put": { "responses": {}, "requestBody": { "content": {
            "application/json": { "schema": refer("SwitchSource") } } } } } },
        "components": { "schemas": schemas },
    });
    let manifest = read(manifest.to_string().as_bytes()).unwrap();
    let lookup = |name: &str| manifest.schemas.get(name).cloned();
    let data = json!({ "kind": "RouterSource", "model": "s1", "ports": 4 });
    let params = serde_json::Map::new();
    draft(&asked(&Generic, &manifest.operations[0], (&params, Some(&data)), &lookup)).unwrap();
}
