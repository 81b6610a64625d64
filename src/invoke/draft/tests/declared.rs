//! Bodies that are sent in another shape than their manifest declares, or that a caller gives in another shape than they have.

use serde_json::{Value, json};

use super::{Call, asked, written};
use crate::invoke::draft::draft;
use crate::invoke::generic::Generic;
use crate::openapi::{Manifest, Method, read};

/// A manifest whose one operation takes a body.
fn taking(method: &str, name: &str, media_type: &str, schema: &Value, responses: &Value) -> Manifest {
    let manifest = json!({
        "openapi": "3.0.3",
        "info": { "title": "Racks", "version": "1" },
        "paths": { "/things": { method: {
            "operationId": name, "responses": responses,
            "requestBody": { "required": true, "content": { media_type: { "schema": schema } } },
        } } },
    });
    read(manifest.to_string().as_bytes()).unwrap()
}

fn sent(manifest: &Manifest, data: &Value) -> String {
    let lookup = |name: &str| manifest.schemas.get(name).cloned();
    let params = serde_json::Map::new();
    written(&draft(&asked(&Generic, &manifest.operations[0], (&params, Some(data)), &lookup)))
}

#[test]
fn a_list_of_records_is_sent_where_the_operation_says_that_it_takes_several() {
    let device = json!({ "type": "object", "required": ["name"], "properties": {
        "name": { "type": "string" }, "position": { "type": "integer" } } });
    let one = json!({ "200": { "description": "" } });
    let made =
        json!({ "201": { "description": "", "content": { "application/json": { "schema": { "type": "array" } } } } });
    let list = json!([{ "name": "a", "position": "1" }, { "name": "b" }]);
    for (method, name, responses, is_sent) in [
        ("patch", "devices_bulk_partial_update", &one, true),
        ("put", "devicesBulkUpdate", &one, true),
        ("post", "prefixes_available-ips_create", &made, true),
        ("post", "devices_create", &one, false),
        ("patch", "devices_partial_update", &made, false),
    ] {
        let manifest = taking(method, name, "application/json", &device, responses);
        let said = sent(&manifest, &list);
        let is_list =
            said.contains(r#"[{"name":"a","position":1},{"name":"b"}]"#) && said.contains("takes several records");
        assert_eq!(is_list, is_sent, "{method} {name}: {said}");
        assert!(is_sent || said.contains("`validate: false` sends it as it is"), "{said}");
        // Each record is checked, and one alone is sent as it is.
        let wrong = sent(&manifest, &json!([{ "name": "a" }, { "name": "b", "position": "x" }]));
        assert!(!is_sent || wrong.contains("data[1].position"), "{wrong}");
        assert!(sent(&manifest, &json!({ "name": "a" })).ends_with("/things\n{\"name\":\"a\"}\n") || method == "put");
    }
}

#[test]
fn a_bare_list_is_the_only_list_of_a_record() {
    let labels = json!({ "type": "array", "items": { "type": "string" } });
    let of = |schema: Value| taking("post", "label", "application/json", &schema, &json!({}));
    for (schema, data, wanted) in [
        (json!({ "type": "object", "properties": { "labels": labels } }), json!(["bug"]), r#"{"labels":["bug"]}"#),
        (
            json!({ "oneOf": [{ "type": "object", "required": ["labels"], "properties": { "labels": labels } }] }),
            json!(["bug", "ui"]),
            r#"{"labels":["bug","ui"]}"#,
        ),
        (
            json!({ "type": "object", "required": ["ids"], "properties": {
                "ids": { "type": "array", "items": { "type": "integer" } }, "force": { "type": "boolean" } } }),
            json!(["1", 2]),
            r#"{"ids":[1,2]}"#,
        ),
        // Where two members could be meant, or none, nothing is.
        (
            json!({ "type": "object", "properties": { "labels": labels, "names": labels } }),
            json!(["bug"]),
            "is not an object",
        ),
        (
            json!({ "type": "object", "properties": { "label": { "type": "string" } } }),
            json!(["bug"]),
            "is not an object",
        ),
        // What takes a list as it is gets it so.
        (
            json!({ "oneOf": [{ "type": "object", "properties": { "labels": labels } }, labels] }),
            json!(["bug"]),
            "\n[\"bug\"]\n",
        ),
    ] {
        let said = sent(&of(schema.clone()), &data);
        assert!(said.contains(wanted), "{schema} {data}: {said}");
    }
}

#[test]
fn a_text_with_commas_is_a_list_within_a_body_where_nothing_else_can_be_meant() {
    let list = |items: Value| json!({ "type": "array", "items": items });
    let schema = json!({ "type": "object", "properties": {
        "ids": list(json!({ "type": "integer" })), "days": list(json!({ "type": "string", "enum": ["mon", "tue"] })),
        "keys": list(json!({ "type": "string", "format": "uuid" })), "names": list(json!({ "type": "string" })),
        "on": { "type": "boolean" } } });
    let manifest = taking("post", "plan", "application/json", &schema, &json!({}));
    let key = "3b0ac1f5-8a6c-4a3e-9f39-2f6c9f1a7d11";
    for (data, wanted) in [
        (json!({ "ids": "1, 2" }), r#"{"ids":[1,2]}"#.to_owned()),
        (json!({ "days": "mon,tue" }), r#"{"days":["mon","tue"]}"#.to_owned()),
        (json!({ "keys": format!("{key},{key}") }), format!(r#"{{"keys":["{key}","{key}"]}}"#)),
        (json!({ "names": "Lee, Pat" }), r#"{"names":["Lee, Pat"]}"#.to_owned()),
        (json!({ "on": "yes" }), r#"{"on":true}"#.to_owned()),
        (json!({ "on": "Off" }), r#"{"on":false}"#.to_owned()),
    ] {
        let said = sent(&manifest, &data);
        assert!(said.contains(&wanted) && said.contains("note: "), "{data}: {said}");
    }
    assert!(sent(&manifest, &json!({ "on": "perhaps" })).contains("not true or false"));
}

#[test]
fn json_in_a_text_within_a_body_is_read_where_no_text_is_declared() {
    let words = json!({ "type": "array", "items": { "type": "string" } });
    let schema = json!({ "type": "object", "properties": {
        "command": { "oneOf": [{ "type": "string" }, words] }, "labels": { "type": "object" },
        "map": { "type": "object", "additionalProperties": { "type": "integer" } },
        "any": {}, "note": { "type": "string" } } });
    let manifest = taking("post", "make", "application/json", &schema, &json!({}));
    for (data, wanted) in [
        (json!({ "command": "[\"date\"]" }), r#"{"command":"[\"date\"]"}"#),
        (json!({ "labels": "{\"a\":\"b\"}" }), r#"{"labels":{"a":"b"}}"#),
        (json!({ "map": "{\"a\":\"1\"}" }), r#"{"map":{"a":1}}"#),
        (json!({ "any": "[1]" }), r#"{"any":"[1]"}"#),
        (json!({ "note": "[1]" }), r#"{"note":"[1]"}"#),
    ] {
        let said = sent(&manifest, &data);
        assert!(said.contains(wanted), "{data}: {said}");
    }
}

#[test]
fn base64_that_is_declared_is_sent_as_it_is_and_a_name_is_a_file() {
    let text = "/9j/2wCEABoZGSccJz4lJT5CLy8vQkc=";
    let url_safe = "_9j_2wCEABoZGSccJz4lJT5CLy8vQkc";
    for (schema, data, is_sent) in [
        (json!({ "type": "string", "format": "base64" }), text, true),
        (json!({ "type": "string", "format": "byte" }), text, true),
        (json!({ "type": "string", "contentEncoding": "base64" }), text, true),
        (json!({ "type": "string", "format": "base64url" }), url_safe, true),
        (json!({ "type": "string", "format": "base64" }), url_safe, false),
        (json!({ "type": "string", "format": "binary" }), text, false),
        (json!({ "type": "string", "format": "base64" }), "cover.jpg", false),
    ] {
        let manifest = taking("put", "cover", "image/jpeg", &schema, &json!({}));
        let call = Call::of(&manifest, Method::Put, "/things");
        let said = written(&call.draft(&json!({}), Some(&json!(data))));
        assert_eq!(said.contains(&format!("image/jpeg {data}")), is_sent, "{schema} {data}: {said}");
    }
}

/// What is sent for parameters of a read, by the query.
fn asked_with(parameters: &Value, given: &Value) -> String {
    let manifest = json!({
        "openapi": "3.0.3", "info": { "title": "Racks", "version": "1" },
        "paths": { "/things": { "get": { "parameters": parameters, "responses": {} } } },
    });
    let manifest = read(manifest.to_string().as_bytes()).unwrap();
    written(&super::sent_by_generic(&manifest, given))
}

#[test]
fn a_text_holds_a_list_or_an_object_as_its_manifest_says_in_words() {
    let text = |name: &str, description: &str| json!({ "name": name, "in": "query", "description": description, "schema": { "type": "string" } });
    for (description, value, wanted) in [
        ("A comma-separated list of ids.", json!(["a", 1]), "?p=a,1\n"),
        ("Ids, separated by commas", json!(["a"]), "?p=a\n"),
        ("A JSON encoded map of filters", json!(["a", "b"]), "?p=[\"a\",\"b\"]\n"),
        ("Filters", json!({ "status": ["paused"] }), "?p={\"status\":[\"paused\"]}\n"),
        // Where nothing is said, a filter may be repeated.
        ("The owner", json!(["a", "b"]), "?p=a&p=b\n"),
    ] {
        let said = asked_with(&json!([text("p", description)]), &json!({ "p": value }));
        assert!(said.contains(wanted) && said.contains("note: "), "{description} {value}: {said}");
    }
    let listed = json!({ "type": "object", "properties": {
        "followers": { "type": "string", "example": "521621,621373" },
        "note": { "type": "string", "example": "Hello, world" } } });
    let manifest = taking("post", "follow", "application/json", &listed, &json!({}));
    assert!(sent(&manifest, &json!({ "followers": ["1", 2] })).contains(r#"{"followers":"1,2"}"#));
    assert!(sent(&manifest, &json!({ "followers": ["a,b"] })).contains("is not text"));
    assert!(sent(&manifest, &json!({ "note": ["1", "2"] })).contains("is not text"));
}

#[test]
fn several_listed_values_with_commas_are_sent_by_a_read_and_a_misspelt_one_is_not() {
    let state = json!({ "type": "string", "enum": ["running", "starting", "off"] });
    let of = |value: &str| {
        asked_with(&json!([{ "name": "state", "in": "query", "schema": state }]), &json!({ "state": value }))
    };
    assert!(of("running,off").contains("?state=running,off\nnote: "), "{}", of("running,off"));
    assert!(of("running,of").contains("is not among the values allowed"));
    assert!(of("runing").contains("is not among the values allowed"));
}

#[test]
fn what_a_text_stands_for_where_both_a_text_and_a_list_will_do() {
    let either = json!({ "oneOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] });
    let of = |value: &str| {
        let parameter = json!([{ "name": "p", "in": "query", "explode": false, "schema": either }]);
        asked_with(&parameter, &json!({ "p": value }))
    };
    assert!(of(r#"["en","fr"]"#).contains("?p=en,fr\n"), "{}", of(r#"["en","fr"]"#));
    assert!(of("en").contains("?p=en\n") && of("[x").contains("?p=[x\n"), "{}", of("[x"));
}

#[test]
fn a_member_of_a_deep_object_is_sent_as_it_is_given() {
    let filter = json!([{ "name": "filter", "in": "query", "style": "deepObject", "explode": true, "schema": {
        "type": "object", "properties": {
            "name": { "type": "array", "items": { "type": "string" } },
            "id": { "type": "array", "items": { "type": "integer" } } } } }]);
    for (given, wanted) in [
        (json!({ "filter[name]": "Lee, Pat" }), "?filter[name]=Lee, Pat\n"),
        (json!({ "filter[id]": "1,2" }), "?filter[id]=1,2\n"),
        (json!({ "filter": { "id": 7 } }), "?filter[id]=7\n"),
        (json!({ "filter": { "id": ["1", "2"] } }), "?filter[id][]=1&filter[id][]=2\n"),
        (json!({ "filter[id]": "x" }), "is not an integer"),
    ] {
        let said = asked_with(&filter, &given);
        assert!(said.contains(wanted), "{given}: {said}");
    }
}

#[test]
fn one_record_stands_for_a_list_of_them() {
    let command =
        json!({ "type": "object", "required": ["command"], "properties": { "command": { "type": "string" } } });
    let schema = json!({ "type": "object", "properties": { "commands": { "type": "array", "items": command } } });
    let manifest = taking("post", "set", "application/json", &schema, &json!({}));
    let one = sent(&manifest, &json!({ "commands": { "command": "start" } }));
    assert!(one.contains(r#"{"commands":[{"command":"start"}]}"#) && one.contains("note: `data.commands`"), "{one}");
    assert!(sent(&manifest, &json!({ "commands": { "other": 1 } })).contains("is not a list"));
}

#[test]
fn a_part_of_any_kind_is_the_file_that_it_names() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.png"), "x").unwrap();
    let of_a_file = json!({ "description": "The contents of a file to be uploaded." });
    let schema = json!({ "type": "object", "properties": {
        "file": {}, "note": {}, "cover": { "anyOf": [of_a_file, { "type": "string" }] }, "title": { "type": "string" } } });
    let manifest = taking("post", "upload", "multipart/form-data", &schema, &json!({}));
    let call = Call { upload_folders: vec![folder.path().to_owned()], ..Call::of(&manifest, Method::Post, "/things") };
    let said = |data: Value| written(&call.draft(&json!({}), Some(&data)));
    for name in ["file", "cover"] {
        assert!(said(json!({ name: "a.png" })).contains(&format!("part {name} (image/png) of ")), "{name}");
        let text = said(json!({ name: "b.png" }));
        assert!(
            text.contains(&format!("part {name}: b.png\n")) && text.contains("names no file that may be sent"),
            "{text}"
        );
    }
    for name in ["note", "title"] {
        let text = said(json!({ name: "a.png" }));
        assert!(text.ends_with(&format!("part {name}: a.png\n")), "{text}");
    }
}
