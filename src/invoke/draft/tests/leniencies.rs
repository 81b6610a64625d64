//! What do callers of well-known APIs write that no schema allows to the letter, and is right all the same?

use serde_json::json;

use super::{Call, asked};
use crate::invoke::draft::Body;
use crate::invoke::generic::Generic;
use crate::openapi::{Method, read};

#[test]
fn of_a_number_or_a_text_each_stays_what_was_given() {
    let either = json!({ "oneOf": [{ "type": "integer" }, { "type": "string" }] });
    let optional = json!({ "anyOf": [{ "type": "integer" }, { "type": "array", "items": either }] });
    let parameter =
        |name: &str, place: &str| json!({ "name": name, "in": place, "required": place == "path", "schema": either });
    let manifest = json!({
        "openapi": "3.1.0", "info": { "title": "Runs", "version": "1" },
        "paths": { "/runs/{id}": { "post": {
            "parameters": [parameter("id", "path"), parameter("since", "query")],
            "responses": {},
            "requestBody": { "content": { "application/json": { "schema": {
                "type": "object", "properties": { "ref": either, "rows": optional },
            } } } },
        } } },
    });
    let manifest = read(manifest.to_string().as_bytes()).unwrap();
    let call = Call::of(&manifest, Method::Post, "/runs/{id}");
    for (id, sent) in [(json!("01"), "01"), (json!("1"), "1"), (json!(1), "1"), (json!("ci.yml"), "ci.yml")] {
        let draft = call.draft(&json!({ "id": id, "since": id }), None).unwrap();
        assert_eq!((draft.path, draft.query.encoded()), (format!("/runs/{sent}"), format!("since={sent}")));
        assert!(draft.notes.is_empty(), "{id}: {:?}", draft.notes);
    }
    for body in
        [json!({ "ref": "01" }), json!({ "ref": 1 }), json!({ "ref": "1", "rows": ["1", 1] }), json!({ "rows": 5 })]
    {
        let draft = call.draft(&json!({ "id": 1 }), Some(&body)).unwrap();
        assert_eq!(draft.body, Some(Body::Json(body)));
        assert!(draft.notes.is_empty(), "{:?}", draft.notes);
    }
    let repaired = call.draft(&json!({ "id": 1 }), Some(&json!({ "rows": "5" }))).unwrap();
    assert_eq!(repaired.body, Some(Body::Json(json!({ "rows": 5 }))));
    assert_eq!(repaired.notes.len(), 1, "{:?}", repaired.notes);
}

#[test]
fn what_java_calls_any_value_and_iso_calls_a_moment_is_taken() {
    let names = ["array", "containerNode", "missingNode", "pojo", "valueNode"];
    let node: serde_json::Map<_, _> =
        names.iter().map(|name| ((*name).to_owned(), json!({ "type": "boolean" }))).collect();
    let manifest = json!({
        "openapi": "3.0.1", "info": { "title": "Work", "version": "1" },
        "paths": { "/work": { "post": { "responses": {}, "requestBody": { "content": { "application/json": { "schema": {
            "type": "object", "properties": {
                "started": { "type": "string", "format": "date-time" },
                "properties": { "type": "object", "additionalProperties": { "$ref": "#/components/schemas/JsonNode" } },
            },
        } } } } } } },
        "components": { "schemas": { "JsonNode": { "type": "object", "properties": node } } },
    });
    let manifest = read(manifest.to_string().as_bytes()).unwrap();
    let call = Call::of(&manifest, Method::Post, "/work");
    for body in [
        json!({ "started": "2021-01-17T12:34:00.000+0000" }),
        json!({ "started": "2021-01-17T12:34:00-05" }),
        json!({ "properties": { "a": { "owner": "x", "weight": 100 }, "b": 5 } }),
    ] {
        let draft = call.draft(&json!({}), Some(&body)).unwrap();
        assert_eq!(draft.body, Some(Body::Json(body)));
    }
    for wrong in ["2021-01-17T12:34:00+00000", "2021-01-17T12:34:00+9900"] {
        assert!(call.draft(&json!({}), Some(&json!({ "started": wrong }))).is_err(), "{wrong}");
    }
}

#[test]
fn advice_is_of_the_alternative_whose_listed_value_was_given() {
    let alternative = |kind: serde_json::Value, more: serde_json::Value| {
        let mut properties = json!({ "name": { "type": "string" }, "kind": { "type": "string", "enum": kind } });
        properties.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "type": "object", "required": ["name", "kind"], "additionalProperties": false, "properties": properties })
    };
    let options = json!({ "options": { "type": "array", "items": { "type": "object", "properties": { "label": { "type": "string" } } } } });
    let manifest = json!({
        "openapi": "3.1.0", "info": { "title": "Fields", "version": "1" },
        "paths": { "/fields": { "post": { "responses": {}, "requestBody": { "content": { "application/json": { "schema": {
            "oneOf": [alternative(json!(["text", "date"]), json!({})), alternative(json!(["choice"]), options)],
        } } } } } } },
    });
    let manifest = read(manifest.to_string().as_bytes()).unwrap();
    let call = Call::of(&manifest, Method::Post, "/fields");
    let body = json!({ "name": "n", "kind": "choice", "options": [{ "label": {} }, { "label": {} }, { "label": {} }] });
    let problems = call.draft(&json!({}), Some(&body)).unwrap_err();
    assert!(problems.iter().all(|problem| problem.place.to_string().contains("label")), "{problems:?}");
}

#[test]
fn a_patch_needs_nothing_and_a_read_takes_ranges_of_dates() {
    let device = json!({ "type": "object", "required": ["site", "name"], "properties": {
        "site": { "type": "integer" }, "name": { "type": "string" },
        "ports": { "type": "array", "items": { "type": "object", "required": ["label"], "properties": { "label": { "type": "string" } } } },
    } });
    let body = json!({ "content": { "application/json": { "schema": device } } });
    let since = json!([{ "name": "created", "in": "query", "schema": { "type": "string", "format": "date-time" } }]);
    let manifest = json!({
        "openapi": "3.0.1", "info": { "title": "Devices", "version": "1" },
        "paths": { "/devices": {
            "get": { "responses": {}, "parameters": since },
            "post": { "responses": {}, "parameters": since, "requestBody": body },
            "patch": { "responses": {}, "requestBody": body },
        } },
    });
    let manifest = read(manifest.to_string().as_bytes()).unwrap();
    let of = |method: Method| Call::of(&manifest, method, "/devices");
    let part = json!({ "name": "sw1" });
    let patch = of(Method::Patch).draft(&json!({}), Some(&part)).unwrap();
    assert_eq!(patch.body, Some(Body::Json(part.clone())));
    assert!(patch.notes.iter().any(|note| note.to_string().contains("`site`")), "{:?}", patch.notes);
    // What is added to a list is whole, and a POST is too.
    assert!(of(Method::Patch).draft(&json!({}), Some(&json!({ "ports": [{}] }))).is_err());
    assert!(of(Method::Post).draft(&json!({}), Some(&part)).is_err());
    for range in [">=2024-01-01", "<2024-01-01T00:00:00Z", "2024-01-01..2024-01-31", "*..2024-01-31"] {
        let read = of(Method::Get).draft(&json!({ "created": range }), None).unwrap();
        assert_eq!((read.query[0].1.as_str(), read.notes.len()), (range, 1));
        let write = of(Method::Post).draft(&json!({ "created": range }), Some(&json!({ "name": "a", "site": 1 })));
        assert!(write.is_err(), "{range}");
    }
    assert!(of(Method::Get).draft(&json!({ "created": ">=soon" }), None).is_err());
}

#[test]
fn a_read_sends_several_values_of_what_is_declared_as_one() {
    let query = |name: &str, schema: serde_json::Value| json!({ "name": name, "in": "query", "schema": schema });
    let parameters = json!([
        query("name", json!({ "type": "string" })),
        query("id", json!({ "type": "integer" })),
        query("state", json!({ "type": "string", "enum": ["new", "old"] })),
        query("page", json!({ "type": "integer" })),
        query("where", json!({ "type": "object", "properties": { "a": { "type": "string" } } })),
        { "name": "X-Name", "in": "header", "schema": { "type": "string" } },
    ]);
    let manifest = json!({
        "openapi": "3.0.1", "info": { "title": "Devices", "version": "1" },
        "paths": { "/devices": {
            "get": { "responses": {}, "parameters": parameters },
            "delete": { "responses": {}, "parameters": parameters },
        } },
    });
    let manifest = read(manifest.to_string().as_bytes()).unwrap();
    let draft = |method: Method, params: &serde_json::Value| {
        let lookup = |name: &str| manifest.schemas.get(name).cloned();
        let operation = Call::of(&manifest, method, "/devices").operation;
        crate::invoke::draft::draft(&asked(&Generic, operation, (params.as_object().unwrap(), None), &lookup))
    };
    for (params, sent) in [
        (json!({ "name": ["a", "b c"] }), "name=a&name=b%20c"),
        (json!({ "id": ["1", 2] }), "id=1&id=2"),
        (json!({ "state": ["new", "old"] }), "state=new&state=old"),
    ] {
        let read = draft(Method::Get, &params).unwrap();
        assert_eq!(read.query.encoded(), sent);
        let notes: Vec<String> = read.notes.iter().map(ToString::to_string).collect();
        assert_eq!(notes.len(), 1, "{notes:?}");
        assert!(notes[0].contains("is sent 2 times") && notes[0].contains("may heed only one"), "{notes:?}");
        assert!(draft(Method::Delete, &params).is_err(), "{params}");
    }
    for refused in [
        json!({ "id": ["1", "x"] }),
        json!({ "state": ["new", "olde"] }),
        json!({ "page": [1, 2] }),
        json!({ "name": ["a", ["b"]] }),
        json!({ "X-Name": ["a", "b"] }),
    ] {
        assert!(draft(Method::Get, &refused).is_err(), "{refused}");
    }
}

#[test]
fn calls_are_taken_as_the_documents_of_well_known_apis_write_them() {
    let text = json!({ "type": "string" });
    let list = json!({ "type": "array", "items": text });
    let uuid = json!({ "type": "string", "format": "uuid" });
    let parameter = |name: &str, place: &str, required: bool, schema: &serde_json::Value| json!({ "name": name, "in": place, "required": required, "schema": schema });
    let of = |media_type: &str, schema: serde_json::Value| json!({ "content": { media_type: { "schema": schema } } });
    let ids = json!({ "type": "object", "properties": { "ids": list } });
    let manifest = json!({
        "openapi": "3.0.0", "info": { "title": "Harbour", "version": "1" },
        "components": { "securitySchemes": { "login": { "type": "http", "scheme": "bearer" } } },
        "paths": {
            "/boats": { "get": { "responses": {}, "parameters": [
                { "name": "expand", "in": "query", "style": "deepObject", "explode": true, "schema": list },
                parameter("tags", "query", false, &list), parameter("name", "query", false, &text),
            ] } },
            "/crew": {
                "get": { "responses": {}, "security": [{ "login": [] }], "parameters": [parameter("token", "query", true, &text)] },
                "post": { "responses": {}, "parameters": [parameter("token", "header", true, &text)] },
                "put": { "responses": {}, "parameters": [parameter("ids", "query", true, &text)], "requestBody": of("application/json", ids) },
            },
            "/invoices/{id}": {
                "get": { "responses": {}, "parameters": [parameter("id", "path", true, &uuid)] },
                "delete": { "responses": {}, "parameters": [parameter("id", "path", true, &uuid)] },
            },
            "/cover": { "put": { "responses": {}, "requestBody": of("image/jpeg", json!({ "type": "string", "format": "byte" })) } },
            "/photo": { "put": { "responses": {}, "requestBody": of("image/jpeg", json!({ "type": "string", "format": "binary" })) } },
        },
    });
    let manifest = read(manifest.to_string().as_bytes()).unwrap();
    let sent = |method: Method, path: &str, params: serde_json::Value, data: serde_json::Value| {
        super::written(&Call::of(&manifest, method, path).draft(&params, Some(&data)))
    };
    let none = || json!(null);
    // Lists with brackets behind their names, whether the manifest has them there or not.
    let lists = sent(Method::Get, "/boats", json!({ "expand[]": ["crew", "dock"], "tags[]": "new" }), none());
    assert!(lists.starts_with("GET /boats?expand[]=crew&expand[]=dock&tags=new\n"), "{lists}");
    assert!(sent(Method::Get, "/boats", json!({ "name[]": "a" }), none()).contains("has no parameter `name[]`"));
    // A credential that is a parameter as well.
    let secured = sent(Method::Get, "/crew", json!({}), none());
    assert!(secured.starts_with("GET /crew\n") && secured.contains("the credentials that are configured"), "{secured}");
    assert!(sent(Method::Post, "/crew", json!({}), none()).contains("`token` is required"));
    // A field that the query requires and the body has.
    let put = sent(Method::Put, "/crew", json!({}), json!({ "ids": ["a"] }));
    assert!(put.starts_with("PUT /crew\n") && put.contains("the body has it"), "{put}");
    assert!(sent(Method::Put, "/crew", json!({}), json!({})).contains("`ids` is required"));
    // Records have numbers beside their UUIDs, which a read may try.
    let by_number = Call::of(&manifest, Method::Get, "/invoices/{id}").draft(&json!({ "id": "INV-7" }), None).unwrap();
    assert!(
        by_number.path == "/invoices/INV-7" && by_number.notes[0].to_string().contains("is no UUID"),
        "{by_number:?}"
    );
    assert!(Call::of(&manifest, Method::Get, "/invoices/{id}").draft(&json!({ "id": "{id}" }), None).is_err());
    assert!(Call::of(&manifest, Method::Delete, "/invoices/{id}").draft(&json!({ "id": "INV-7" }), None).is_err());
    // Base64 where the schema is text in it.
    let cover = "/9j/2wCEABoZGSccJz4lJT5CLy8vQkc=";
    assert!(sent(Method::Put, "/cover", json!({}), json!(cover)).contains(&format!("image/jpeg {cover}\n")));
    for (path, data) in [("/cover", "covers/one.jpg"), ("/photo", cover)] {
        assert!(Call::of(&manifest, Method::Put, path).draft(&json!({}), Some(&json!(data))).is_err(), "{path}");
    }
}
