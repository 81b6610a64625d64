//! Objects of names and values where a schema has a list of entries.

use serde_json::{Value, json};

use super::{Call, asked, written};
use crate::invoke::draft::{Body, Problem, draft};
use crate::invoke::generic::Generic;
use crate::openapi::{Method, read};

#[test]
fn custom_fields_by_their_captions_are_made_entries_of_a_new_record() {
    for (path, fields, wanted) in [
        (
            "/service/tickets",
            json!({ "Region": "East", "Seats": 5 }),
            json!([{ "caption": "Region", "value": "East" }, { "caption": "Seats", "value": 5 }]),
        ),
        ("/company/contacts", json!([{ "Region": "East" }]), json!([{ "caption": "Region", "value": "East" }])),
    ] {
        let data = json!({
            "summary": "x", "firstName": "Jane", "company": { "id": 5 }, "customFields": fields,
        });
        let mut data = data;
        let drop = if path == "/service/tickets" { "firstName" } else { "summary" };
        data.as_object_mut().unwrap().remove(drop);
        let draft = Call::to(Method::Post, path).draft(&json!({}), Some(&data)).unwrap();
        let Some(Body::Json(body)) = &draft.body else { panic!("{draft:?}") };
        assert_eq!(body["customFields"], wanted, "{path}");
        assert!(draft.notes.iter().any(|note| note.to_string().contains("data.customFields")), "{:?}", draft.notes);
    }
}

#[test]
fn a_change_of_custom_fields_is_told_that_it_would_replace_the_others() {
    let flat = json!({ "customFields": { "Region": "East" } });
    let step = json!([{ "op": "replace", "path": "customFields", "value": { "Region": "East" } }]);
    let company = Call::to(Method::Patch, "/company/companies/{id}");
    for data in [flat, step] {
        let problems = company.draft(&json!({ "id": 5 }), Some(&data)).unwrap_err();
        let [Problem { cure, offers, .. }] = problems.as_slice() else { panic!("{problems:?}") };
        assert_eq!(offers, &[r#"[{"caption":"Region","value":"East"}]"#]);
        assert!(cure.to_string().contains("entries that are left out are lost"), "{cure}");
    }
    // Written as a list it is sent, with the note that a list always has.
    let list = json!({ "customFields": [{ "caption": "Region", "value": "East" }] });
    assert!(written(&company.draft(&json!({ "id": 5 }), Some(&list))).contains("entries that are left out are lost"));
}

#[test]
fn what_names_an_entry_may_be_called_otherwise() {
    for (data, wanted) in [
        (json!([{ "name": "Region", "value": "East" }]), json!([{ "caption": "Region", "value": "East" }])),
        (json!([{ "id": 3, "Key": "Region", "value": 5 }]), json!([{ "id": 3, "caption": "Region", "value": 5 }])),
    ] {
        let whole = json!({ "summary": "x", "company": { "id": 5 }, "customFields": data });
        let draft = Call::to(Method::Post, "/service/tickets").draft(&json!({}), Some(&whole)).unwrap();
        let Some(Body::Json(body)) = &draft.body else { panic!("{draft:?}") };
        assert_eq!(body["customFields"], wanted);
        assert!(draft.notes.iter().any(|note| note.to_string().contains("is sent as `caption`")), "{:?}", draft.notes);
    }
    // Two names are not one.
    let two = json!([{ "name": "Region", "label": "Area", "value": "East" }]);
    let whole = json!({ "summary": "x", "company": { "id": 5 }, "customFields": two });
    Call::to(Method::Post, "/service/tickets").draft(&json!({}), Some(&whole)).unwrap_err();
}

#[test]
fn a_path_has_no_names_of_entries() {
    let patched = |path: &str, op: &str| {
        let data = json!([{ "op": op, "path": path, "value": "East" }]);
        Call::to(Method::Patch, "/company/companies/{id}").draft(&json!({ "id": 5 }), Some(&data)).unwrap_err()
    };
    for path in ["customFields/Region", "/customFields/Region/value"] {
        let problems = patched(path, "replace");
        let [Problem { message, cure, offers, .. }] = problems.as_slice() else { panic!("{problems:?}") };
        assert!(message.to_string().contains("have numbers there, and no names"), "{message}");
        let whole = r#"{"op":"replace","path":"customFields","value":[{"caption":"Region","value":"East"}]}"#;
        let offered: Value = serde_json::from_str(&offers[0]).unwrap();
        assert_eq!(offered, serde_json::from_str::<Value>(whole).unwrap());
        let cure = cure.to_string();
        assert!(cure.contains("every entry that is to stay") && cure.contains("`customFields/0/value`"), "{cure}");
    }
    assert!(patched("customFields/Region", "remove")[0].cure.to_string().contains("without `Region`"));
    assert!(patched("customFields/0/value", "replace")[0].message.to_string().contains("leads into a list"));
}

#[test]
fn tags_of_any_api_are_read_from_an_object_unless_it_is_an_entry() {
    let tag = json!({ "type": "object", "properties": { "key": { "type": "string" }, "value": { "type": "string" } } });
    let tags = json!({ "type": "array", "items": tag });
    let body = json!({ "type": "object", "properties": { "tags": tags } });
    let manifest = json!({
        "openapi": "3.0.3",
        "info": { "title": "Shop", "version": "1" },
        "paths": { "/items": { "post": {
            "requestBody": { "content": { "application/json": { "schema": body } } }, "responses": {},
        } } },
    });
    let manifest = read(manifest.to_string().as_bytes()).unwrap();
    let lookup = |_: &str| -> Option<Value> { None };
    let sent = |tags: Value| {
        let (params, data) = (serde_json::Map::new(), json!({ "tags": tags }));
        written(&draft(&asked(&Generic, &manifest.operations[0], (&params, Some(&data)), &lookup)))
    };
    assert!(sent(json!({ "env": "prod" })).contains(r#"{"tags":[{"key":"env","value":"prod"}]}"#));
    assert!(sent(json!({ "key": "env", "value": "prod" })).contains(r#"{"tags":[{"key":"env","value":"prod"}]}"#));
}
