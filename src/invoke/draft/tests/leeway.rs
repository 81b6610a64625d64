//! What is taken as clients send it, and what is told all the same.

use serde_json::{Value, json};

use super::{Call, sent_by_generic, written};
use crate::openapi::{Manifest, Method, read};

fn of(parameter: &Value) -> Manifest {
    let get = json!({ "parameters": [parameter], "responses": { "200": { "description": "ok" } } });
    let manifest =
        json!({ "openapi": "3.0.3", "info": { "title": "t", "version": "1" }, "paths": { "/x": { "get": get } } });
    read(manifest.to_string().as_bytes()).unwrap()
}

#[test]
fn a_filter_that_asks_for_nothing_is_left_out() {
    for name in ["conditions", "childConditions", "orderBy", "fields"] {
        for blank in ["", "  "] {
            let sent =
                Call::to(Method::Get, "/service/tickets").draft(&json!({ name: blank, "page": 2 }), None).unwrap();
            assert_eq!(sent.query.encoded(), "page=2", "{name}");
            assert!(sent.notes.iter().any(|note| note.to_string().contains("left out")), "{:?}", sent.notes);
        }
    }
}

#[test]
fn an_audit_trail_is_asked_by_members_beside_their_object() {
    let call = Call::to(Method::Get, "/system/audittrail");
    let query = |params: Value| call.draft(&params, None).map(|draft| draft.query.encoded());
    for params in [
        json!({ "getRequest": { "type": "Ticket" }, "id": 5 }),
        json!({ "getRequest": "{\"type\": \"Ticket\"}", "id": "5" }),
        json!({ "getRequest": { "type": "Ticket", "id": 5 }, "ID": 5 }),
        json!({ "type": "Ticket", "id": 5 }),
    ] {
        assert_eq!(query(params.clone()).unwrap(), "type=Ticket&id=5", "{params}");
    }
    let problems = query(json!({ "getRequest": { "type": "Ticket", "id": 6 }, "id": 5 })).unwrap_err();
    assert!(problems[0].message.to_string().contains("5 here and 6"), "{problems:?}");
    // A type that the manifest does not list is for the API to refuse, in the object as by itself.
    for params in [json!({ "getRequest": { "type": "Robot", "id": 5 } }), json!({ "type": "Robot", "id": 5 })] {
        let sent = call.draft(&params, None).unwrap();
        assert_eq!((sent.query.encoded().as_str(), sent.doubts.len()), ("type=Robot&id=5", 1), "{params}");
    }
}

#[test]
fn a_reference_to_nothing_is_named_and_one_that_has_another_member_is_sent() {
    let call = Call::to(Method::Patch, "/service/tickets/{id}");
    let with = |data: Value| {
        let params = json!({ "id": 5 });
        call.draft(&params, Some(&data)).map_err(|problems| problems[0].place.to_string())
    };
    for field in ["contact", "company"] {
        assert_eq!(with(json!({ field: { "id": "" } })).unwrap_err(), format!("data.{field}.id"));
        assert_eq!(with(json!({ field: { "id": " ", "_info": "" } })).unwrap_err(), format!("data.{field}.id"));
    }
    assert!(with(json!({ "status": { "id": "", "name": "Completed", "_info": "" } })).is_ok());
    assert!(with(json!({ "contact": { "id": 5 } })).is_ok());
}

#[test]
fn a_parameter_that_is_a_form_is_written_as_one() {
    let schema = json!({ "type": "object", "properties": { "a": { "type": "string" }, "b": { "type": "array", "items": { "type": "integer" } } } });
    let content = json!({ "application/x-www-form-urlencoded; charset=utf-8": { "schema": schema } });
    let manifest = of(&json!({ "name": "filter", "in": "query", "content": content }));
    for given in [json!({ "a": "x y&", "b": [1, 2] }), json!("{\"a\": \"x y&\", \"b\": [1, 2]}")] {
        let sent = sent_by_generic(&manifest, &json!({ "filter": given }));
        assert!(written(&sent).starts_with("GET /x?filter=a=x+y%26&b=1&b=2\n"), "{}", written(&sent));
        assert_eq!(sent.unwrap().query.encoded(), "filter=a%3Dx%2By%2526%26b%3D1%26b%3D2");
    }
}

#[test]
fn what_is_beyond_the_bounds_of_a_read_is_sent_and_told_and_what_is_no_value_is_not() {
    for (schema, taken, refused) in [
        (json!({ "type": "integer", "maximum": 9 }), json!(10), json!("many")),
        (json!({ "type": "integer", "format": "int32", "minimum": 1 }), json!(0), json!(3_000_000_000_i64)),
        (json!({ "type": "string", "maxLength": 2 }), json!("abc"), json!(null)),
        (json!({ "type": "array", "maxItems": 1, "items": { "type": "integer" } }), json!([1, 2]), json!(["a", "b"])),
        (json!({ "type": "string", "enum": ["open", "closed"] }), json!("bird"), json!("opne")),
        (json!({ "type": "integer", "enum": [10, 20] }), json!("30"), json!("many")),
        (json!({ "anyOf": [{ "type": "string", "enum": ["a"] }, { "type": "null" }] }), json!("bird"), json!(5)),
    ] {
        let manifest = of(&json!({ "name": "p", "in": "query", "schema": schema }));
        let sent = sent_by_generic(&manifest, &json!({ "p": taken })).unwrap_or_else(|it| panic!("{schema}: {it:?}"));
        assert_eq!((sent.doubts.len(), sent.notes.len()), (1, 1), "{schema}: {sent:?}");
        // Any text is one.
        let given = sent_by_generic(&manifest, &json!({ "p": refused }));
        assert!(refused.is_null() || given.is_err(), "{schema}: {given:?}");
    }
}
