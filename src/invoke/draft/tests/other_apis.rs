//! What the embedded manifest has no example of: styles, headers, cookies, forms, alternatives, cycles.

use std::sync::LazyLock;

use insta::assert_snapshot;
use serde_json::json;

use super::Call;
use crate::invoke::draft::Body;
use crate::openapi::{Manifest, Method, read};

pub(super) static OTHER: LazyLock<Manifest> = LazyLock::new(|| {
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
    data.children[0].children[0].naem: `Tree` has no field `naem`, and lacks `name`, which is required
      Write `name`, or leave it out; `validate: false` sends it as it is. A body that fits: {"name":"string"}
      offers: name
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
