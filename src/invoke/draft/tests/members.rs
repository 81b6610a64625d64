//! Which members are meant by what callers write, and which alternative an object is.

use std::sync::LazyLock;

use serde_json::json;

use super::Call;
use crate::invoke::draft::Body;
use crate::openapi::{Manifest, Method, example, read};

static OTHER: LazyLock<Manifest> = LazyLock::new(|| {
    let member = json!({ "type": "object", "required": ["role"], "properties": { "role": { "type": "string" } } });
    let of = |name: &str, more: serde_json::Value| {
        let own = json!({ "type": "object", "required": [name], "properties": { name: more } });
        json!({ "allOf": [{ "$ref": "#/components/schemas/Member" }, own] })
    };
    let post = |schema: serde_json::Value| json!({ "post": { "responses": {}, "requestBody": { "content": { "application/json": { "schema": schema } } } } });
    let manifest = json!({
        "openapi": "3.1.0", "info": { "title": "Crew", "version": "1" },
        "paths": {
            "/crew": post(json!({
                "oneOf": [{ "$ref": "#/components/schemas/Miner" }, { "$ref": "#/components/schemas/Cook" }],
                "discriminator": { "propertyName": "role", "mapping": {
                    "digs": "#/components/schemas/Miner", "cooks": "Cook",
                } },
            })),
            "/unmapped": post(json!({
                "oneOf": [{ "$ref": "#/components/schemas/Miner" }, { "$ref": "#/components/schemas/Clerk" }],
                "discriminator": { "propertyName": "role" },
            })),
            "/base": post(json!({ "$ref": "#/components/schemas/Base" })),
            "/twins": post(json!({ "type": "object", "properties": {
                "name": { "type": "string" }, "Code": { "type": "string" }, "code": { "type": "string" },
                "open": { "type": "object", "properties": { "key": {} }, "additionalProperties": true },
            } })),
        },
        "components": { "schemas": {
            "Member": member,
            "Miner": of("tool", json!({ "type": "string" })),
            "Clerk": { "type": "object", "required": ["role", "desk"], "properties": {
                "role": { "type": "string", "enum": ["writes"] }, "desk": { "type": "integer" },
            } },
            "Cook": of("dish", json!({ "type": "integer" })),
            "Base": { "type": "object", "required": ["kind"], "properties": { "kind": { "type": "string" } },
                "discriminator": { "propertyName": "kind", "mapping": { "big": "#/components/schemas/Big" } } },
            "Big": { "allOf": [{ "$ref": "#/components/schemas/Base" },
                { "type": "object", "required": ["size"], "properties": { "size": { "type": "integer" } } }] },
        } },
    });
    read(manifest.to_string().as_bytes()).unwrap()
});

fn after(manifest: &'static Manifest, method: Method, path: &str, data: &serde_json::Value) -> String {
    let text = super::written(&Call::of(manifest, method, path).draft(&json!({}), Some(data)));
    text.split_once('\n').filter(|(line, _)| line.ends_with(path)).map_or(text.clone(), |(_, body)| body.to_owned())
}

#[test]
fn a_discriminator_names_the_alternative() {
    for (path, data, wanted) in [
        (
            "/crew",
            json!({ "role": "cooks", "dish": "5" }),
            "{\"role\":\"cooks\",\"dish\":5}\nnote: `data.dish`: \"5\" is sent as 5\n",
        ),
        ("/crew", json!({ "role": "Miner", "tool": "pick" }), "{\"role\":\"Miner\",\"tool\":\"pick\"}\n"),
        // Without a mapping, what names an alternative is not known for certain.
        ("/unmapped", json!({ "role": "writes", "desk": 5 }), "{\"role\":\"writes\",\"desk\":5}\n"),
        ("/unmapped", json!({ "role": "digs", "tool": "pick" }), "{\"role\":\"digs\",\"tool\":\"pick\"}\n"),
        (
            "/base",
            json!({ "kind": "small" }),
            "data.kind: \"small\" names none of the alternatives\n  Give one of `big`. A body that fits: {\"kind\":\"big\",\"size\":1}\n",
        ),
        ("/base", json!({ "kind": "big", "size": 3 }), "{\"kind\":\"big\",\"size\":3}\n"),
    ] {
        assert_eq!(after(&OTHER, Method::Post, path, &data), wanted, "{path} {data}");
    }
    let wrong = after(&OTHER, Method::Post, "/crew", &json!({ "role": "zz" }));
    assert!(
        wrong.starts_with("data.role: \"zz\" names none of the alternatives\n  Give one of `digs` or `cooks`."),
        "{wrong}"
    );
    // What is wrong is said of the alternative that was named, not of the one that is nearest.
    let lacks = after(&OTHER, Method::Post, "/crew", &json!({ "role": "digs", "dish": 5 }));
    assert!(lacks.contains("`tool`") && lacks.contains("no field `dish`"), "{lacks}");
    let operation = Call::of(&OTHER, Method::Post, "/crew").operation;
    let schema = &operation.request_body.as_ref().unwrap().content[0].schema;
    let lookup = |name: &str| OTHER.schemas.get(name).cloned();
    assert_eq!(example(schema, &lookup, 4), json!({ "role": "digs", "tool": "string" }));
    let resolved = crate::openapi::resolve(schema, &lookup, Default::default());
    assert_eq!(
        (&resolved.schema["oneOf"][0]["title"], &resolved.schema["oneOf"][1]["title"]),
        (&json!("Miner"), &json!("Cook"))
    );
}

#[test]
fn members_in_another_case_are_spelled_as_the_api_does() {
    for (data, wanted) in [
        (json!({ "Name": "x" }), "{\"name\":\"x\"}\nnote: `data.Name` is sent as `name`, as the API spells it\n"),
        (json!({ "open": { "Key": 1 } }), "{\"open\":{\"Key\":1}}\n"),
    ] {
        assert_eq!(after(&OTHER, Method::Post, "/twins", &data), wanted, "{data}");
    }
    // Two are spelled so, or the right one is given too.
    for data in [json!({ "CODE": "x" }), json!({ "Name": "x", "name": "y" })] {
        assert!(after(&OTHER, Method::Post, "/twins", &data).contains("has no field"), "{data}");
    }
    let entry = json!({ "objectId": 5, "Status": { "Name": "Firm" }, "type": { "id": 1 } });
    assert_eq!(
        after(&super::EMBEDDED, Method::Post, "/schedule/entries", &entry).lines().next(),
        Some("{\"objectId\":5,\"status\":{\"name\":\"Firm\"},\"type\":{\"id\":1}}")
    );
    for data in [json!({ "Summary": "x" }), json!([{ "op": "replace", "path": "SUMMARY", "value": "x" }])] {
        let patch = Call::to(Method::Patch, "/service/tickets/{id}").draft(&json!({ "id": 1 }), Some(&data)).unwrap();
        assert_eq!(patch.body, Some(Body::Json(json!([{ "op": "replace", "path": "summary", "value": "x" }]))));
        assert!(patch.notes.iter().any(|note| note.to_string().contains("as the API spells it")), "{:?}", patch.notes);
    }
}

#[test]
fn what_is_empty_in_a_reference_says_nothing_to_connectwise() {
    let data = json!({ "summary": "x", "status": { "id": "", "name": "New", "_info": "" }, "contactName": "", "company": { "id": 1 } });
    assert_eq!(
        after(&super::EMBEDDED, Method::Post, "/service/tickets", &data),
        "{\"summary\":\"x\",\"status\":{\"name\":\"New\"},\"contactName\":\"\",\"company\":{\"id\":1}}\n\
         note: `data.status.id` is empty, which is no value for it; it is left out\n\
         note: `data.status._info` is empty, which is no value for it; it is left out\n"
    );
}

#[test]
fn what_is_empty_in_a_reference_of_a_patch_says_nothing_either() {
    let value = json!({ "id": "", "name": "Completed", "_info": "" });
    for data in [json!([{ "op": "replace", "path": "status", "value": value }]), json!({ "status": value })] {
        let patch = Call::to(Method::Patch, "/service/tickets/{id}").draft(&json!({ "id": 1 }), Some(&data)).unwrap();
        let wanted = json!([{ "op": "replace", "path": "status", "value": { "name": "Completed" } }]);
        assert_eq!(patch.body, Some(Body::Json(wanted)));
    }
}

#[test]
fn documents_know_their_flags_and_what_they_lack() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.txt"), "a").unwrap();
    let call = Call { upload_folders: vec![folder.path().to_owned()], ..Call::to(Method::Post, "/system/documents") };
    let sent = |data: serde_json::Value| {
        let real = folder.path().canonicalize().unwrap().display().to_string();
        super::written(&call.draft(&json!({}), Some(&data))).replace(&real, "~")
    };
    assert_eq!(
        sent(json!({ "File": "a.txt", "recordType": "Ticket", "recordId": 5, "privateFlag": 1, "readOnlyFlag": "0" })),
        "POST /system/documents\npart recordType: Ticket\npart recordId: 5\npart privateFlag: true\npart readOnlyFlag: false\n\
         part file (text/plain) of ~/a.txt\nnote: `data.File` is sent as `file`, as the API spells it\n\
         note: `data.privateFlag`: 1 is sent as true\nnote: `data.readOnlyFlag`: \"0\" is sent as false\n"
    );
    let misprinted =
        sent(json!({ "url": "https://example.com/", "recordType": "Ticket", "recordId": 5, "readOnlyFlay": true }));
    assert!(
        misprinted.contains("part readOnlyFlag: true\nnote: `data.readOnlyFlay` is sent as `readOnlyFlag`"),
        "{misprinted}"
    );
    for data in
        [json!({ "recordType": "Ticket", "recordId": 5 }), json!({ "recordType": "Ticket", "file": "", "url": null })]
    {
        assert!(sent(data).contains("a document has neither `file` nor `url`"));
    }
    assert!(
        sent(json!({ "recordType": "Ticket", "recordId": 5, "privateFlag": 2, "file": "a.txt" }))
            .contains("2 is not true or false")
    );
}
