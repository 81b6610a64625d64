//! What the embedded manifest has no example of: styles, headers, cookies, forms, alternatives, cycles.

use std::sync::LazyLock;

use insta::assert_snapshot;
use serde_json::json;

use super::{Call, asked};
use crate::invoke::draft::{Body, BodyKind, TakenBody};
use crate::invoke::generic::Generic;
use crate::openapi::{Manifest, Method, read};

static OTHER: LazyLock<Manifest> = LazyLock::new(|| {
    let array = json!({ "type": "array", "items": { "type": "integer" } });
    let query = |name: &str, more: serde_json::Value| {
        let mut parameter = json!({ "name": name, "in": "query", "schema": array });
        parameter.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        parameter
    };
    let ok = json!({ "200": { "description": "", "content": { "application/json": {} } } });
    let body = |media: &str, schema: &serde_json::Value| json!({ "required": true, "content": { media: { "schema": schema } } });
    let operations = |names: &[&str]| {
        let properties: serde_json::Map<_, _> = names.iter().map(|name| ((*name).to_owned(), json!({}))).collect();
        json!({ "type": "array", "items": { "type": "object", "properties": properties } })
    };
    let patch = operations(&["op", "path", "value"]);
    let patch_with_from = operations(&["op", "path", "value", "from"]);
    let manifest = json!({
        "openapi": "3.1.0",
        "info": { "title": "Other", "version": "1" },
        "paths": {
            "/styles": { "get": { "responses": ok, "parameters": [
                query("plain", json!({})),
                query("comma", json!({ "explode": false })),
                query("space", json!({ "style": "spaceDelimited", "explode": false })),
                query("pipe", json!({ "style": "pipeDelimited" })),
                { "name": "deep", "in": "query", "style": "deepObject", "schema": { "type": "object" } },
                { "name": "loose", "in": "query", "schema": { "type": "object" } },
                { "name": "X-Tags", "in": "header", "schema": array },
                { "name": "X-Name", "in": "header", "required": true, "schema": { "type": "string" } },
                { "name": "session", "in": "cookie", "schema": { "type": "string" } },
                { "name": "limit", "in": "query", "schema": { "type": "integer", "minimum": 1, "maximum": 50 } },
            ] } },
            "/form": { "post": { "responses": ok, "requestBody": body("application/x-www-form-urlencoded", &json!({
                "type": "object", "required": ["grant"], "properties": {
                    "grant": { "type": "string", "minLength": 3 }, "scope": { "type": "array", "items": { "type": "string" } },
                },
            })) } },
            "/standard": { "patch": { "responses": ok, "requestBody": body("application/json-patch+json", &patch) } },
            "/merge": { "patch": { "responses": ok, "requestBody": body("application/merge-patch+json", &json!({
                "type": "object", "properties": { "title": { "type": "string" } },
            })) } },
            "/full": { "patch": { "responses": ok, "requestBody": body("application/json", &patch_with_from) } },
            "/drive": { "post": { "responses": ok, "requestBody": body("application/octet-stream", &json!({
                "$ref": "#/components/schemas/Square",
            })) } },
            "/listed": { "post": { "responses": ok, "requestBody": body("application/json", &json!({
                "type": "object", "properties": {
                    "grants": { "type": "array", "enum": ["code", "token"], "items": { "type": "string" } },
                    "day": { "type": "string", "format": "date-time", "maxLength": 10 },
                    "moment": { "type": "string", "format": "date-time", "maxLength": 30 },
                },
            })) } },
            "/hooks": { "post": { "responses": ok, "requestBody": body("application/json", &json!({
                "type": "object", "required": ["callback"], "properties": { "url": { "type": "string" } },
            })) } },
            "/ranged": { "post": { "responses": ok, "requestBody": { "content": {
                "application/*+json": { "schema": { "type": "object", "properties": { "a": {} } } },
                "application/json": { "schema": { "type": "object", "properties": { "a": {} } } },
            } } } },
            "/ranged/text": { "post": { "responses": ok, "requestBody": body("text/*", &json!({ "type": "string" })) } },
            "/text": { "post": { "responses": ok, "requestBody": body("text/csv", &json!({ "type": "string" })) } },
            "/shapes": { "post": { "responses": ok, "requestBody": body("application/json", &json!({
                "$ref": "#/components/schemas/Shape",
            })) } },
            "/trees": { "post": { "responses": ok, "requestBody": body("application/json", &json!({
                "$ref": "#/components/schemas/Tree",
            })) } },
            "/folder/documents": { "post": { "responses": ok, "requestBody": body("application/json", &json!({
                "type": "object", "properties": { "title": { "type": "string" } },
            })) } },
        },
        "components": { "schemas": {
            "Shape": { "oneOf": [{ "$ref": "#/components/schemas/Circle" }, { "$ref": "#/components/schemas/Square" },
                { "type": "integer" }] },
            "Circle": { "type": "object", "required": ["radius"], "properties": { "radius": { "type": "number", "exclusiveMinimum": 0 } } },
            "Square": { "type": "object", "required": ["side"], "properties": { "side": { "type": "integer" } },
                "additionalProperties": false },
            "Tree": { "type": "object", "required": ["name"], "properties": {
                "name": { "type": "string" },
                "key": { "type": "string", "format": "uuid" },
                "day": { "type": "string", "format": "date" },
                "made": { "type": "string", "readOnly": true },
                "children": { "type": "array", "maxItems": 2, "items": { "$ref": "#/components/schemas/Tree" } },
                "labels": { "type": "object", "additionalProperties": { "type": "string" } },
                "parent": { "anyOf": [{ "$ref": "#/components/schemas/Tree" }, { "type": "null" }] },
            } },
        } },
    });
    read(manifest.to_string().as_bytes()).unwrap()
});

#[test]
fn styles_of_parameters() {
    let call = Call::of(&OTHER, Method::Get, "/styles");
    assert_snapshot!(call.with_params(&[
        json!({
            "plain": [1, 2], "comma": [1, 2], "space": [1, 2], "pipe": [1, 2], "deep": { "a": 1, "b": "x" },
            "loose": { "c": 1 }, "X-Tags": [1, "2"], "x-name": "n", "session": "s",
        }),
        json!({ "plain": 1, "X-Name": "a\r\nHost: b", "limit": 51 }),
        json!({ "limit": 0 }),
    ]), @r#"
    # params {"plain":[1,2],"comma":[1,2],"space":[1,2],"pipe":[1,2],"deep":{"a":1,"b":"x"},"loose":{"c":1},"X-Tags":[1,"2"],"x-name":"n","session":"s"}
    GET /styles?plain=1&plain=2&comma=1,2&space=1 2&pipe=1|2&deep[a]=1&deep[b]=x&c=1
    X-Tags: 1,2
    X-Name: n
    Cookie: session=s
    note: `params.x-name` is sent as `X-Name`, as the API spells it
    # params {"plain":1,"X-Name":"a\r\nHost: b","limit":51}
    params.X-Name: has characters that no header may have
      Give visible ASCII characters only, no line ends.
    params.limit: 51 is too large
      Give an integer from 1 to 50.
      offers: 50
    # params {"limit":0}
    params.X-Name: `X-Name` is required
      Give `X-Name` in `params`: text.
    params.limit: 0 is too small
      Give an integer from 1 to 50.
      offers: 1
    "#);
}

#[test]
fn forms_and_texts() {
    let call = Call::of(&OTHER, Method::Post, "/form");
    assert_snapshot!(call.with_data(&[
        json!({ "grant": "code", "scope": ["a", "b"] }),
        json!({ "grant": "x" }),
        json!([]),
    ]), @r#"
    # {"grant":"code","scope":["a","b"]}
    POST /form
    form grant=code&scope=a&scope=b
    # {"grant":"x"}
    data.grant: is 1 character long; 3 is the least
      Give text of at least 3 characters. A body that fits: {"grant":"string"}
    # []
    data: `[]` is not an object
      Give an object with grant, scope. A body that fits: {"grant":"string"}
    "#);
    let call = Call::of(&OTHER, Method::Post, "/text");
    assert_snapshot!(call.with_data(&[json!("a,b"), json!({ "a": 1 })]), @r#"
    # "a,b"
    POST /text
    text/csv a,b
    # {"a":1}
    data: `{"a":1}` is not text, and the body is text/csv
      Give the whole body as one string.
    "#);
    let call = Call::of(&OTHER, Method::Post, "/folder/documents");
    assert_snapshot!(call.with_data(&[json!({ "title": "x" }), json!({ "title": "x", "file": "/etc/passwd" })]), @r#"
    # {"title":"x"}
    POST /folder/documents
    {"title":"x"}
    # {"title":"x","file":"/etc/passwd"}
    data.file: no folder is allowed for uploads
      The user allows folders with `upload_folders = ["..."]` in config.toml.
    "#);
}

#[test]
fn a_standard_json_patch_is_left_alone() {
    let data = json!([{ "op": "test", "path": "/a/0/b", "value": 1 }]);
    for path in ["/standard", "/full"] {
        let draft = Call::of(&OTHER, Method::Patch, path).draft(&json!({}), Some(&data)).unwrap();
        assert_eq!((draft.body, draft.notes), (Some(Body::Json(data.clone())), vec![]), "{path}");
    }
}

#[test]
fn alternatives_and_cycles() {
    let call = Call::of(&OTHER, Method::Post, "/shapes");
    assert_snapshot!(call.with_data(&[
        json!({ "radius": 1.5 }),
        json!({ "side": "2" }),
        json!(3),
        json!({ "radius": 0 }),
        json!({ "side": 1, "colour": "red" }),
        json!("round"),
    ]), @r#"
    # {"radius":1.5}
    POST /shapes
    {"radius":1.5}
    # {"side":"2"}
    POST /shapes
    {"side":2}
    note: `data.side`: "2" is sent as 2
    # 3
    POST /shapes
    3
    # {"radius":0}
    data.radius: 0 is too small
      Give a number above 0. A body that fits: {"radius":1}
    # {"side":1,"colour":"red"}
    data.colour: `Square` has no field `colour`
      Leave it out, or see the fields with resolve_resource_metadata; `validate: false` sends it as it is. A body that fits: {"radius":1}
    # "round"
    data: "round" fits none of the 3 alternatives
      Give an object with radius, or an object with side, or an integer. A body that fits: {"radius":1}
    "#);
    let call = Call::of(&OTHER, Method::Post, "/trees");
    assert_snapshot!(call.with_data(&[
        json!({ "name": "a", "made": "x", "parent": null, "children": [{ "name": "b", "children": [{ "name": "c" }] }] }),
        json!({ "name": "a", "children": [{ "name": "b", "children": [{ "naem": "c" }] }] }),
        json!({ "name": "a", "labels": { "x": [] }, "key": "1-2", "day": "31.1.", "children": [{}, {}, {}] }),
    ]), @r#"
    # {"name":"a","made":"x","parent":null,"children":[{"name":"b","children":[{"name":"c"}]}]}
    POST /trees
    {"name":"a","made":"x","parent":null,"children":[{"name":"b","children":[{"name":"c"}]}]}
    note: `data.made` is set by the server; what is sent for it has no effect
    # {"name":"a","children":[{"name":"b","children":[{"naem":"c"}]}]}
    data.children[0].children[0].naem: `Tree` has no field `naem`
      Write `name`, or leave it out; `validate: false` sends it as it is. A body that fits: {"name":"string"}
      offers: name
    data.children[0].children[0]: required field missing: `name` (text)
      Add it.
    # {"name":"a","labels":{"x":[]},"key":"1-2","day":"31.1.","children":[{},{},{}]}
    data.labels.x: `[]` is not text
      Give text. A body that fits: {"name":"string"}
    data.key: `1-2` is not a UUID
      Give a UUID, such as `00000000-0000-4000-8000-000000000000`.
    data.day: `31.1.` is not a date
      Give a date, such as `2025-01-31`.
    data.children: has 3 items; 2 is the most
      Give a list of at most 2 items.
    data.children[0]: required field missing: `name` (text)
      Add it.
    data.children[1]: required field missing: `name` (text)
      Add it.
    data.children[2]: required field missing: `name` (text)
      Add it.
    "#);
}

#[test]
fn json_with_a_meaning_of_its_own_is_sent_under_its_media_type() {
    let content_type = |path: &str, data: serde_json::Value| {
        let drafted = Call::of(&OTHER, Method::Patch, path).draft(&json!({}), Some(&data)).unwrap();
        let mut headers = drafted.headers.into_iter();
        headers.find(|(name, _)| name == "Content-Type").map(|(_, media_type)| media_type)
    };
    let operation = json!([{ "op": "replace", "path": "/title", "value": "x" }]);
    assert_eq!(content_type("/merge", json!({ "title": "x" })).as_deref(), Some("application/merge-patch+json"));
    assert_eq!(content_type("/standard", operation.clone()).as_deref(), Some("application/json-patch+json"));
    assert_eq!(content_type("/full", operation), None, "plain JSON is the client's to name");
}

#[test]
fn a_record_that_is_declared_as_bytes_is_sent_as_json() {
    let call = Call::of(&OTHER, Method::Post, "/drive");
    assert_snapshot!(call.with_data(&[json!({ "side": 2 }), json!({ "side": "two" }), json!("no-such-file.bin")]), @r#"
    # {"side":2}
    POST /drive
    {"side":2}
    note: the manifest declares application/octet-stream for a body with fields; it is sent as JSON
    # {"side":"two"}
    data.side: "two" is not an integer
      Give an integer, such as `10`. A body that fits: {"side":1}
    # "no-such-file.bin"
    data: no folder is allowed for uploads
      The user allows folders with `upload_folders = ["..."]` in config.toml.
    "#);
    let lookup = |name: &str| OTHER.schemas.get(name).cloned();
    assert_eq!(TakenBody::of(call.operation, None, &lookup).kind, BodyKind::Json);
}

#[test]
fn what_a_list_may_hold_is_read_where_it_stands_beside_the_list() {
    let call = Call::of(&OTHER, Method::Post, "/listed");
    let bodies = [
        json!({ "grants": ["code"] }),
        json!({ "grants": ["CODE", "secret"] }),
        json!({ "day": "2025-01-31" }),
        json!({ "moment": "2025" }),
    ];
    assert_snapshot!(call.with_data(&bodies), @r#"
    # {"grants":["code"]}
    POST /listed
    {"grants":["code"]}
    # {"grants":["CODE","secret"]}
    data.grants[1]: "secret" is not among the values allowed
      Give one of `code` or `token`. A body that fits: {"day":"2025-01-31","moment":"2025-01-31T09:00:00Z"}
    # {"day":"2025-01-31"}
    POST /listed
    {"day":"2025-01-31"}
    # {"moment":"2025"}
    data.moment: `2025` is not a date and time
      Give a date and time, such as `2025-01-31T09:00:00Z`. A body that fits: {"day":"2025-01-31","moment":"2025-01-31T09:00:00Z"}
    "#);
}

#[test]
fn a_field_that_is_required_is_known_though_nothing_is_said_of_it() {
    let call = Call::of(&OTHER, Method::Post, "/hooks");
    assert_snapshot!(call.with_data(&[json!({ "callback": "https://acme.example/" }), json!({ "calback": "x" })]), @r#"
    # {"callback":"https://acme.example/"}
    POST /hooks
    {"callback":"https://acme.example/"}
    # {"calback":"x"}
    data.calback: the body has no field `calback`
      Leave it out, or see the fields with resolve_resource_metadata; `validate: false` sends it as it is. A body that fits: {"callback":"string"}
    data: required field missing: `callback` (any value)
      Add it.
    "#);
}

#[test]
fn a_range_of_media_types_is_none_to_send() {
    let call = Call::of(&OTHER, Method::Post, "/ranged");
    let draft = call.draft(&json!({}), Some(&json!({ "a": 1 }))).unwrap();
    assert_eq!(draft.body, Some(Body::Json(json!({ "a": 1 }))));
    assert!(!draft.headers.iter().any(|(name, _)| name == "Content-Type"), "{:?}", draft.headers);
    let text = Call::of(&OTHER, Method::Post, "/ranged/text").draft(&json!({}), Some(&json!("a"))).unwrap();
    assert_eq!(text.body, Some(Body::Text { media_type: "text/plain".to_owned(), text: "a".to_owned() }));
}

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
fn a_body_is_sent_under_the_media_type_that_its_shape_has() {
    let patch = json!({ "schema": { "type": "object" } });
    let content = json!({ "application/json-patch+json": patch, "application/strategic-merge-patch+json": patch, "application/merge-patch+json": patch });
    let port = json!({ "type": "string", "format": "int-or-string" });
    let manifest = json!({
        "openapi": "3.0.0", "info": { "title": "Cluster", "version": "1" },
        "paths": { "/pods": {
            "patch": { "responses": {}, "requestBody": { "content": content } },
            "post": { "responses": {}, "requestBody": { "content": { "application/json": { "schema": { "type": "object", "properties": { "port": port } } } } } },
        } },
    });
    let manifest = read(manifest.to_string().as_bytes()).unwrap();
    for (data, media_type) in [
        (json!({ "spec": { "replicas": 3 } }), "application/merge-patch+json"),
        (json!([{ "op": "replace", "path": "/spec/replicas", "value": 3 }]), "application/json-patch+json"),
    ] {
        let draft = Call::of(&manifest, Method::Patch, "/pods").draft(&json!({}), Some(&data)).unwrap();
        assert_eq!(draft.headers, [("Content-Type".to_owned(), media_type.to_owned())]);
        // A merge replaces lists whole, a strategic one joins them: who reads the note knows which it is.
        let told: Vec<String> = draft.notes.iter().map(ToString::to_string).collect();
        let is_told = told.iter().any(|note| {
            note.contains("sent as application/merge-patch+json")
                && note.contains("application/strategic-merge-patch+json as well")
        });
        assert_eq!(is_told, data.is_object(), "{told:?}");
        assert_eq!(draft.body, Some(Body::Json(data)));
    }
    for data in [json!({ "port": 80 }), json!({ "port": "http" }), json!({ "port": "80" })] {
        let draft = Call::of(&manifest, Method::Post, "/pods").draft(&json!({}), Some(&data)).unwrap();
        assert_eq!((draft.body, draft.notes.len()), (Some(Body::Json(data)), 0));
    }
}

#[test]
fn a_form_sends_json_where_text_is_declared_and_parts_where_none_are() {
    let form = json!({ "schema": { "type": "object", "properties": { "blocks": { "type": "string" } } } });
    let manifest = json!({
        "openapi": "3.0.0", "info": { "title": "Chat", "version": "1" },
        "paths": {
            "/post": { "post": { "responses": {}, "requestBody": { "content": { "application/x-www-form-urlencoded": form } } } },
            "/upload": { "post": { "responses": {}, "requestBody": { "content": { "multipart/form-data": {
                "schema": { "type": "string", "format": "binary" },
            } } } } },
        },
    });
    let manifest = read(manifest.to_string().as_bytes()).unwrap();
    let post = Call::of(&manifest, Method::Post, "/post");
    let draft = post.draft(&json!({}), Some(&json!({ "blocks": [{ "type": "x" }] }))).unwrap();
    assert!(matches!(&draft.body, Some(Body::Form(form)) if form.fields()[0].1 == r#"[{"type":"x"}]"#), "{draft:?}");
    assert_eq!(draft.notes.len(), 1);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.txt"), "a").unwrap();
    let upload =
        Call { upload_folders: vec![folder.path().to_owned()], ..Call::of(&manifest, Method::Post, "/upload") };
    let draft = upload.draft(&json!({}), Some(&json!({ "file": "a.txt", "note": "n" }))).unwrap();
    assert_eq!(draft.files().count(), 1, "{draft:?}");
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
fn a_call_chooses_the_media_type_of_its_body() {
    let object = json!({ "schema": { "type": "object" } });
    let content = json!({
        "application/json-patch+json": object, "application/strategic-merge-patch+json": object, "application/merge-patch+json": object,
    });
    let either =
        json!({ "application/json": object, "application/xml": { "schema": { "type": "string" } }, "text/*": {} });
    let manifest = json!({
        "openapi": "3.0.0", "info": { "title": "Cluster", "version": "1" },
        "paths": {
            "/pods": { "patch": { "responses": {}, "requestBody": { "content": content } }, "get": { "responses": {} } },
            "/notes": {
                "post": { "responses": {}, "requestBody": { "content": either } },
                "put": { "responses": {}, "parameters": [{ "name": "Content-Type", "in": "query", "schema": { "type": "string" } }] },
            },
        },
    });
    let manifest = read(manifest.to_string().as_bytes()).unwrap();
    let sent = |method: Method, path: &str, params: serde_json::Value, data: serde_json::Value| {
        super::written(&Call::of(&manifest, method, path).draft(&params, Some(&data)))
    };
    let strategic = "application/strategic-merge-patch+json";
    for name in ["header:Content-Type", "content-type"] {
        assert_eq!(
            sent(Method::Patch, "/pods", json!({ name: strategic }), json!({ "spec": 1 })),
            format!("PATCH /pods\nContent-Type: {strategic}\n{{\"spec\":1}}\n")
        );
    }
    let joined = json!({ "spec": {
        "containers": [{ "name": "web", "image": "nginx:1" }, { "$patch": "delete", "name": "old" }],
        "$setElementOrder/containers": [{ "name": "web" }], "$retainKeys": ["containers"],
    } });
    assert_eq!(
        sent(Method::Patch, "/pods", json!({ "header:Content-Type": strategic }), joined.clone()),
        format!("PATCH /pods\nContent-Type: {strategic}\n{joined}\n")
    );
    let by_header = |media_type: &str| json!({ "header:Content-Type": media_type });
    let note = |media_type: &str, data| sent(Method::Post, "/notes", by_header(media_type), data);
    let json_with_charset = "application/json; charset=utf-8";
    assert!(note(json_with_charset, json!({ "a": 1 })).contains(&format!("\nContent-Type: {json_with_charset}\n")));
    assert!(note("application/xml", json!("<a/>")).ends_with("\napplication/xml <a/>\n"));
    assert!(note("text/csv", json!("a,b")).ends_with("\ntext/csv a,b\n"));
    for (media_type, told) in [
        (
            "application/yaml",
            "declares no body of \"application/yaml\"\n  Give one of `application/json`, `application/xml` or `text/*`",
        ),
        ("text/*", "is no media type"),
        ("a: b\r\nX: y", "is no media type"),
    ] {
        assert!(note(media_type, json!("a")).contains(told), "{}", note(media_type, json!("a")));
    }
    // Whether the body fits is not said of a media type that the call did not mean, nor that it is missing.
    let problems = |media_type: &str, path: &str, method, data: serde_json::Value| {
        Call::of(&manifest, method, path).draft(&by_header(media_type), Some(&data)).unwrap_err().len()
    };
    assert_eq!(problems("application/yaml", "/notes", Method::Post, json!("a: 1")), 1);
    assert_eq!(problems("application/json-merge", "/pods", Method::Patch, json!([7, "x"])), 1);
    assert_eq!(problems("no type", "/pods", Method::Patch, json!(7)), 1);
    // What declares no body is taken at the caller's word, where the method may have one.
    let put = |params| sent(Method::Put, "/notes", params, json!("a: 1"));
    assert!(put(by_header("application/x-yaml")).ends_with("\napplication/x-yaml a: 1\n"));
    assert!(put(json!({ "Content-Type": "text/plain" })).starts_with("PUT /notes?Content-Type=text/plain\n"));
    let get = Call::of(&manifest, Method::Get, "/pods").draft(&by_header("text/plain"), None).unwrap();
    assert_eq!((get.headers.len(), get.notes[0].to_string().contains("there is no body")), (0, true));
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
